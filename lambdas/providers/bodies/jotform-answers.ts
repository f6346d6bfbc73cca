import type { CanonicalField, Consent } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { fieldValue, flatFields } from '../reading/flat-fields.ts';
import { answersOf, type FormField, meaningOf } from '../reading/form-field.ts';
import {
  idText,
  isObject,
  type Json,
  type JsonObject,
  member,
  scalarText,
} from '../reading/json.ts';
import { unknownShape } from '../reading/outcome.ts';
import { readConsent } from '../reading/read-consent.ts';
import { readDetails } from '../reading/read-details.ts';
import { readCompound } from './jotform-compound.ts';

/** The answers of a form, and what its names and addresses mean part by part. */
export interface JotformAnswers {
  readonly fields: readonly FormField[];
  readonly facts: Readonly<Partial<Record<CanonicalField, string | undefined>>>;
  readonly consent: readonly Consent[];
}

interface Question {
  /** The number that Jotform gave the question: it stays the same when the question is edited. */
  readonly qid?: string;
  /** What the wording was made into; it can be edited. */
  readonly slug: string;
  readonly label?: string | undefined;
  readonly type?: string | undefined;
  readonly answer: Json;
}

/** What a question's own type says by itself. */
const MEANING_OF_TYPE: Readonly<Record<string, CanonicalField>> = {
  control_email: 'email',
  control_phone: 'phone',
};

/** What Jotform's own script adds to a form. */
const TECHNICAL = new Set(
  'slug event_id path jsExecutionTracker submitSource submitDate buildDate uploadServerUrl eventObserver timeToSubmit preview validatedNewRequiredFieldIDs visitedPages simple_spc formID temp_upload embeddedForm'.split(
    ' ',
  ),
);

/** Reads `rawRequest`: answers by `q<number>_<slug>`; other members that somebody filled in stay answers. */
export function readJotformQuestions(raw: JsonObject): JotformAnswers {
  const questions = Object.entries(raw).flatMap(([key, answer]): Question[] => {
    const [, qid, slug] = /^q(\d{1,10})_(.{0,300})$/s.exec(key) ?? [];
    if (qid !== undefined && slug !== undefined) return [{ qid, slug, answer }];
    return TECHNICAL.has(key) ? [] : [{ slug: key.slice(0, 300), answer }];
  });
  return readAll(questions);
}

/** Reads a submission as the API tells it: answers by the numbers of their questions, with types and wordings. */
export function readJotformSubmission(
  thin: Submission,
  answer: Json | undefined,
  source: Pick<SourceBase, 'fields'>,
): Reading {
  const content = member(answer, 'content');
  const answers = member(content, 'answers');
  if (!isObject(answers)) return unknownShape('it has no answers');
  const id = idText(member(content, 'id'));
  if (id !== undefined && id !== thin.sourceEventId)
    return unknownShape('it is another submission');

  const questions = Object.entries(answers)
    .toSorted(([, one], [, other]) => orderOf(one) - orderOf(other))
    .flatMap(([qid, question]): Question[] => {
      const given = member(question, 'answer');
      if (given === undefined) return [];
      const slug = (scalarText(member(question, 'name')) ?? '').slice(0, 300);
      const label = scalarText(member(question, 'text'));
      return [{ qid, slug, label, type: scalarText(member(question, 'type')), answer: given }];
    });
  const { facts, ...read } = readAll(questions);
  const isDeleted = member(content, 'status') === 'DELETED';
  return readDetails(
    thin,
    {
      ...read,
      facts: { ...facts, form_id: idText(member(content, 'form_id')) },
      suppression: isDeleted ? 'deleted_at_source' : undefined,
    },
    source,
  );
}

function orderOf(question: Json): number {
  const order = Number(idText(member(question, 'order')) ?? Number.NaN);
  return Number.isNaN(order) ? 0 : order;
}

/** Of two names, or two addresses, the first counts as the person's. */
function readAll(questions: readonly Question[]): JotformAnswers {
  const fields: FormField[] = [];
  const facts: Partial<Record<CanonicalField, string | undefined>> = {};
  const seen = new Set<string>();
  const consent: Consent[] = [];
  for (const question of questions) {
    const compound = readCompound(question.answer);
    if (compound !== undefined && compound.text !== '' && !seen.has(compound.kind)) {
      seen.add(compound.kind);
      Object.assign(facts, compound.facts);
    }
    const own =
      compound === undefined ? fieldsOf(question) : compoundField(question, compound.text);
    fields.push(...own);
    consent.push(...readConsent(answersOf(own).map((each) => ({ ...each, key: question.slug }))));
  }
  return { fields, facts, consent };
}

function compoundField(question: Question, text: string): FormField[] {
  return text === '' ? [] : [{ ...namesOf(question), names: [], value: text }];
}

function fieldsOf(question: Question): FormField[] {
  const { answer, type, slug, label } = question;
  const named = namesOf(question);
  if (isObject(answer)) {
    // A grid, a date, an appointment: each of its parts is an answer.
    return flatFields({ [named.ids[0]]: answer }).map((field) => ({
      ...named,
      ...field,
      names: [],
    }));
  }
  const value = fieldValue(answer);
  if (value === undefined || value.length === 0) return [];
  return [
    {
      ...named,
      value,
      ...meaningOf(MEANING_OF_TYPE, type),
      // Jotform puts the question's number after a usual name: `email4`.
      names: [slug, slug.replace(/\d{1,10}$/, ''), ...(label === undefined ? [] : [label])],
    },
  ];
}

function namesOf({ qid, slug, label, type }: Question): Omit<FormField, 'value'> {
  return {
    ids: qid === undefined ? [slug] : [`q${qid}`, `q${qid}_${slug}`],
    ...(label === undefined ? {} : { label }),
    ...(type === undefined ? {} : { type }),
    ...(qid === undefined || type === 'control_hidden' ? { place: 'hidden' as const } : {}),
  };
}
