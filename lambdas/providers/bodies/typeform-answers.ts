import type { CanonicalField, Consent } from '../../core/lead-event.ts';
import { type FormField, meaningOf } from '../reading/form-field.ts';
import {
  idText,
  isArray,
  isObject,
  itemsOf,
  type Json,
  member,
  scalarText,
} from '../reading/json.ts';

/** One answer, and the consent that it gives if it is one. */
export interface TypeformAnswer {
  readonly field: FormField;
  readonly consent?: Consent;
}

/** What a question's own type says by itself. */
const MEANING_OF_TYPE: Readonly<Record<string, CanonicalField>> = {
  email: 'email',
  phone_number: 'phone',
};

/**
 * Reads the answers of a response in their order; what is no answer is skipped.
 *
 * @param titles the wording of the questions, from `titlesByField`
 */
export function readAnswers(
  answers: Json | undefined,
  titles: ReadonlyMap<string, string>,
): TypeformAnswer[] {
  return itemsOf(answers).flatMap((answer, index) => {
    if (!isObject(answer)) return [];
    const question = member(answer, 'field');
    const names = [idText(member(question, 'ref')), idText(member(question, 'id'))].filter(
      (name) => name !== undefined,
    );
    const type = scalarText(member(answer, 'type')) ?? '';
    const [key = `answer_${index + 1}`, ...others] = names;
    const label = names.map((name) => titles.get(name)).find((title) => title !== undefined);
    const granted = member(answer, 'boolean');
    const isLegal =
      scalarText(member(question, 'type')) === 'legal' && typeof granted === 'boolean';
    const labelled = label === undefined ? {} : { label };
    return [
      {
        field: {
          ids: [key, ...others] as const,
          ...labelled,
          type,
          value: answerValue(member(answer, type)),
          ...meaningOf(MEANING_OF_TYPE, type),
          // A yes or no is the answer to a question about a field ("May we call your phone?"), never the field.
          ...(type === 'boolean' ? { names: [] } : {}),
        },
        ...(isLegal
          ? { consent: { key, granted, ...(label === undefined ? {} : { text: label }) } }
          : {}),
      },
    ];
  });
}

/** The value of an answer, which Typeform puts under the name of its type. */
function answerValue(value: Json | undefined): string | string[] {
  const text = scalarText(value);
  if (text !== undefined) return text;

  const other = scalarText(member(value, 'other'));
  const labels = member(value, 'labels');
  if (isArray(labels)) {
    const chosen = labels.map((label) => scalarText(label) ?? '');
    return other === undefined ? chosen : [...chosen, other];
  }
  const single = scalarText(member(value, 'label')) ?? other;
  return single ?? (value === undefined || value === null ? '' : JSON.stringify(value));
}

/** Reads the hidden fields of a response: texts that the page put into the form's address. */
export function readHidden(hidden: Json | undefined): FormField[] {
  if (!isObject(hidden)) return [];
  return Object.entries(hidden).flatMap(([key, value]) => {
    const text = scalarText(value);
    return text === undefined
      ? []
      : [{ ids: [key] as const, type: 'hidden', value: text, place: 'hidden' as const }];
  });
}

/** The wording of each question, by its ref and by its id. */
export function titlesByField(fields: Json | undefined): ReadonlyMap<string, string> {
  const titles = new Map<string, string>();
  for (const field of itemsOf(fields)) {
    const title = scalarText(member(field, 'title'));
    for (const name of [idText(member(field, 'ref')), idText(member(field, 'id'))]) {
      if (name !== undefined && title !== undefined) titles.set(name, title);
    }
  }
  return titles;
}
