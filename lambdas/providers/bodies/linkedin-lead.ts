import type { Consent } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { isoOfMilliseconds } from '../reading/epoch-time.ts';
import { fieldValue } from '../reading/flat-fields.ts';
import type { FormField } from '../reading/form-field.ts';
import {
  idText,
  isArray,
  isObject,
  itemsBy,
  itemsOf,
  type Json,
  member,
  scalarText,
} from '../reading/json.ts';
import { unknownShape } from '../reading/outcome.ts';
import { readDetails } from '../reading/read-details.ts';
import { recognizeField } from '../reading/recognize-field.ts';
import { idOfUrn, responseIdOf } from './linkedin-urn.ts';

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
  // In the wording of the language that the form was made in.
  const questions = itemsBy(member(member(form, 'content'), 'questions'), (question) =>
    idText(member(question, 'questionId')),
  );
  const metadata = member(member(response, 'leadMetadata'), 'sponsoredLeadMetadata');
  const associated = member(response, 'associatedEntity');
  const consent = readConsents(response, form);
  return readDetails(
    thin,
    {
      occurredAt: isoOfMilliseconds(member(response, 'submittedAt')),
      fields: [
        ...itemsOf(answers).flatMap((answer) => readAnswer(answer, questions)),
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
  return textsById(member(details, 'options'), 'text');
}

function textsById(list: Json | undefined, textName: string): ReadonlyMap<string, string> {
  return new Map(
    itemsOf(list).flatMap((item) => {
      const id = idText(member(item, 'id'));
      const text = localized(member(item, textName));
      return id === undefined || text === undefined ? [] : [[id, text] as const];
    }),
  );
}

function readHidden(form: Json | undefined): FormField[] {
  return itemsOf(member(form, 'hiddenFields')).flatMap((field) => {
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
  const legal = member(member(form, 'content'), 'legalInfo');
  const wordings = textsById(member(legal, 'consents'), 'consent');
  return itemsOf(member(member(response, 'formResponse'), 'consentResponses')).flatMap((given) => {
    const key = idText(member(given, 'consentId'));
    const granted = member(given, 'accepted');
    if (key === undefined || typeof granted !== 'boolean') return [];
    const text = wordings.get(key);
    return [{ key, granted, ...(text === undefined ? {} : { text }) }];
  });
}
