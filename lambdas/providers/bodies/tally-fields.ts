import type { CanonicalField, Consent } from '../../core/lead-event.ts';
import { anyValue } from '../reading/flat-fields.ts';
import { answersOf, type FormField, meaningOf } from '../reading/form-field.ts';
import {
  idText,
  isArray,
  isObject,
  itemsOf,
  type Json,
  type JsonObject,
  member,
  scalarText,
} from '../reading/json.ts';
import { readConsent } from '../reading/read-consent.ts';

/** What a Tally response says, and what it records of consent. */
export interface TallyFields {
  readonly fields: readonly FormField[];
  readonly consent: readonly Consent[];
}

/** What a question's own type says by itself. */
const MEANING_OF_TYPE: Readonly<Record<string, CanonicalField>> = {
  INPUT_EMAIL: 'email',
  INPUT_PHONE_NUMBER: 'phone',
};

/**
 * Reads the fields of a response in their order: ids of options, rows and columns become their texts, files
 * their URLs. What was not answered (`null`) is no field.
 *
 * A group of checkboxes comes twice: as a list of what is chosen, and as a yes or no for each option. With
 * the list there, the others say nothing new.
 */
export function readTallyFields(list: Json | undefined): TallyFields {
  const items = itemsOf(list).filter(isObject);
  const repeated = new Set(items.flatMap(namesOfOptions));
  const own = items.filter(
    (item) =>
      typeof member(item, 'value') !== 'boolean' ||
      !repeated.has(idText(member(item, 'key')) ?? ''),
  );
  const boxes = own.filter(isSingleBox);
  const others = own.filter((item) => !isSingleBox(item)).flatMap(readField);
  return {
    fields: own.flatMap(readField),
    consent: [...boxes.flatMap(consentOfBox), ...readConsent(answersOf(others))],
  };
}

function readField(item: JsonObject, index: number): FormField[] {
  const type = idText(member(item, 'type')) ?? '';
  const label = idText(member(item, 'label'));
  const answer = member(item, 'value');
  const value = valueOf(item, answer);
  if (value === undefined) return [];
  return [
    {
      ids: [idText(member(item, 'key')) ?? label ?? `field_${index + 1}`],
      ...(label === undefined ? {} : { label }),
      type,
      value,
      ...meaningOf(MEANING_OF_TYPE, type),
      ...(type === 'HIDDEN_FIELDS' ? { place: 'hidden' as const } : {}),
      // A ticked box or a payment answers a question about a field, it is not the field.
      ...(typeof answer === 'boolean' || type === 'PAYMENT' ? { names: [] } : {}),
    },
  ];
}

function valueOf(item: JsonObject, value: Json | undefined): string | string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) {
    return member(item, 'rows') === undefined ? anyValue(value) : rowsOf(item, value);
  }
  const texts = textsById(member(item, 'options'));
  if (!isArray(value)) {
    const text = scalarText(value) ?? '';
    return texts.get(text) ?? text;
  }
  const chosen = value.map((one) => {
    const text = idText(member(one, 'url')) ?? scalarText(one);
    return text === undefined ? undefined : (texts.get(text) ?? text);
  });
  return chosen.every((text) => text !== undefined) ? chosen : anyValue(value);
}

/** A matrix: each row with what is chosen in it. */
function rowsOf(item: JsonObject, value: JsonObject): string[] {
  const rows = textsById(member(item, 'rows'));
  const columns = textsById(member(item, 'columns'));
  return Object.entries(value).map(([row, chosen]) => {
    const texts = (isArray(chosen) ? chosen : [chosen]).map((column) => {
      const text = scalarText(column) ?? (column === null ? '' : JSON.stringify(column));
      return columns.get(text) ?? text;
    });
    return `${rows.get(row) ?? row}: ${texts.join(', ')}`;
  });
}

/** The texts of options, rows or columns by their ids. */
function textsById(options: Json | undefined): ReadonlyMap<string, string> {
  return new Map(
    itemsOf(options).flatMap((option) => {
      const id = idText(member(option, 'id'));
      const text = scalarText(member(option, 'text'));
      return id === undefined || text === undefined ? [] : [[id, text] as const];
    }),
  );
}

/** The keys under which the options of a group come once more. */
function namesOfOptions(item: JsonObject): string[] {
  const key = idText(member(item, 'key'));
  return itemsOf(member(item, 'options')).flatMap((option) => {
    const id = idText(member(option, 'id'));
    return key === undefined || id === undefined ? [] : [`${key}_${id}`];
  });
}

/** One box to tick, as consent is asked for. */
function isSingleBox(item: JsonObject): boolean {
  return (
    member(item, 'type') === 'CHECKBOXES' &&
    typeof member(item, 'value') !== 'boolean' &&
    itemsOf(member(item, 'options')).length === 1
  );
}

/** What is asked stands in the label, what is agreed to in the option. */
function consentOfBox(item: JsonObject): Consent[] {
  const [text = ''] = textsById(member(item, 'options')).values();
  return readConsent([
    {
      key: idText(member(item, 'label')) ?? text,
      value: String(itemsOf(member(item, 'value')).length > 0),
    },
    { key: 'consent_text', value: text },
  ]);
}
