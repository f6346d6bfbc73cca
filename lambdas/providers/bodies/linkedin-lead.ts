import type { Consent } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { isoOfMilliseconds } from '../reading/epoch-time.ts';
import { fieldValue } from '../reading/flat-fields.ts';
import type { FormField } from '../reading/form-field.ts';
import { unknownShape } from '../reading/generic-sender.ts';
import { idText, isArray, isObject, type Json, member, scalarText } from '../reading/json.ts';
import { idOfUrn, responseIdOf } from './linkedin-urn.ts';
import { readDetails } from '../reading/read-details.ts';
import { recognizeField } from '../reading/recognize-field.ts';

/**
 * Reads a lead as the API tells it, with the form that says what its questions mean. Never throws.
 *
 * Without the form the answers are there all the same, named by the numbers of their questions.
 */
export function readLinkedinLead(
  thin: Submission,
  response: Json | undefined,
  formAnswer: Json | undefined,
  source: Pick<SourceBase, 'fields'>,
): Reading {
  const answers = member(member(response, 'formResponse'), 'answers');
  if (!isObject(member(response, 'formResponse'))) return unknownShape('it has no formResponse');
  const id = idText(member(response, 'id'));
  if (id !== undefined && id !== responseIdOf(thin.sourceEventId ?? '')) {
    return unknownShape('it is another response');
  }

  const form = formAnswer ?? member(response, 'form');
  const questions = questionsOf(form);
  const metadata = member(member(response, 'leadMetadata'), 'sponsoredLeadMetadata');
  const associated = member(response, 'associatedEntity');
  const consent = readConsents(response, form);
  return readDetails(
    thin,
    {
      occurredAt: isoOfMilliseconds(member(response, 'submittedAt')),
      fields: [
        ...listOf(answers).flatMap((answer) => readAnswer(answer, questions)),
        ...readHidden(form),
        ...readLeadType(response),
      ],
      facts: {
        form_id: idText(member(form, 'id')),
        form_name: scalarText(member(form, 'name')),
        campaign_id: idOfUrn('sponsoredCampaign', member(metadata, 'campaign')),
        ad_id:
          idOfUrn('sponsoredCreative', member(associated, 'sponsoredCreative')) ??
          idOfUrn('sponsoredCreative', member(associated, 'associatedCreative')),
      },
      ...(consent.length === 0 ? {} : { consent }),
      suppression: member(response, 'testLead') === true ? 'test_lead' : undefined,
    },
    source,
  );
}

function listOf(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

/** A form's questions by their ids, with the wording in the language that the form was made in. */
function questionsOf(form: Json | undefined): ReadonlyMap<string, Json> {
  const questions = new Map<string, Json>();
  for (const question of listOf(member(member(form, 'content'), 'questions'))) {
    const id = idText(member(question, 'questionId'));
    if (id !== undefined) questions.set(id, question);
  }
  return questions;
}

/** `{"localized": {"en_US": "…"}}`: forms have one language each. */
function localized(text: Json | undefined): string | undefined {
  if (typeof text === 'string') return text;
  const languages = member(text, 'localized');
  return isObject(languages)
    ? Object.values(languages)
        .map((value) => scalarText(value))
        .find((value) => value !== undefined)
    : undefined;
}

function readAnswer(answer: Json, questions: ReadonlyMap<string, Json>): FormField[] {
  const id = idText(member(answer, 'questionId'));
  if (id === undefined) return [];
  const question = questions.get(id);
  const predefined = idText(member(question, 'predefinedField'));
  const name = idText(member(question, 'name'));
  const label = localized(member(question, 'question')) ?? name;
  // `WORK_EMAIL` and `WORK_PHONE_NUMBER` are where a business is reached.
  const means =
    predefined === undefined ? undefined : recognizeField(predefined.replace(/^WORK_/, ''));
  return [
    {
      ids:
        predefined === undefined ? [id, ...(name === undefined ? [] : [name])] : [predefined, id],
      ...(label === undefined ? {} : { label }),
      ...(means === undefined ? {} : { means }),
      ...readValue(member(answer, 'answerDetails'), question),
    },
  ];
}

function readValue(
  details: Json | undefined,
  question: Json | undefined,
): Pick<FormField, 'type' | 'value'> {
  const text = scalarText(member(member(details, 'textQuestionAnswer'), 'answer'));
  if (text !== undefined) return { type: 'text', value: text };

  const chosen = member(member(details, 'multipleChoiceAnswer'), 'options');
  if (isArray(chosen)) {
    const texts = optionTexts(question);
    const values = chosen.flatMap((option) => {
      const id = idText(option);
      return id === undefined ? [] : [texts.get(id) ?? id];
    });
    const [only = ''] = values;
    return { type: 'multiple_choice', value: values.length > 1 ? values : only };
  }
  return { value: details === undefined || !isObject(details) ? '' : JSON.stringify(details) };
}

function optionTexts(question: Json | undefined): ReadonlyMap<string, string> {
  const details = member(member(question, 'questionDetails'), 'multipleChoiceQuestionDetails');
  const texts = new Map<string, string>();
  for (const option of listOf(member(details, 'options'))) {
    const id = idText(member(option, 'id'));
    const text = localized(member(option, 'text'));
    if (id !== undefined && text !== undefined) texts.set(id, text);
  }
  return texts;
}

function readHidden(form: Json | undefined): FormField[] {
  return listOf(member(form, 'hiddenFields')).flatMap((field) => {
    const name = idText(member(field, 'name'));
    const value = fieldValue(member(field, 'value') ?? null);
    return name === undefined || value === undefined
      ? []
      : [{ ids: [name] as const, type: 'hidden', value, place: 'hidden' as const }];
  });
}

/** Whether an ad, an event or a page brought it. */
function readLeadType(response: Json | undefined): FormField[] {
  const value = scalarText(member(response, 'leadType'));
  return value === undefined ? [] : [{ ids: ['leadType'], value, names: [], place: 'hidden' }];
}

function readConsents(response: Json | undefined, form: Json | undefined): Consent[] {
  const wordings = new Map<string, string>();
  const legal = member(member(form, 'content'), 'legalInfo');
  for (const consent of listOf(member(legal, 'consents'))) {
    const id = idText(member(consent, 'id'));
    const text = localized(member(consent, 'consent'));
    if (id !== undefined && text !== undefined) wordings.set(id, text);
  }
  return listOf(member(member(response, 'formResponse'), 'consentResponses')).flatMap((given) => {
    const key = idText(member(given, 'consentId'));
    const granted = member(given, 'accepted');
    if (key === undefined || typeof granted !== 'boolean') return [];
    const text = wordings.get(key);
    return [{ key, granted, ...(text === undefined ? {} : { text }) }];
  });
}
