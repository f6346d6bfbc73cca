import type { Answer, CanonicalField } from '../core/lead-event.ts';
import { configuredField, type FieldCandidate, RANK, valueText } from './collect-fields.ts';
import { isObject, type Json, type JsonObject, scalarText } from './json.ts';
import { recognizeField, squashName } from './recognize-field.ts';

/** Objects that hold a lead's own fields. What lies in others (`owner.email`) is somebody else's. */
const LEAD_WRAPPERS = new Set(
  'lead contact person customer user profile attendee invitee registrant submitter address attribution tracking utm fields answers data hidden'.split(
    ' ',
  ),
);

/** Of one name, and of a whole dotted key, in UTF-16 units. The raw event has them whole. */
const NAME_LENGTH_MAX = 200;
const KEY_LENGTH_MAX = 500;

/**
 * Lists every value of an object in its order: nested objects under dotted keys, lists of plain values as
 * lists, lists of objects as JSON text. `null` and empty objects are no answers.
 */
export function flatAnswers(data: JsonObject, prefix = ''): Answer[] {
  return Object.entries(data).flatMap(([name, value]) => {
    // Each name stands in the key of everything below it: long ones would multiply the body.
    const key = `${prefix}${name.slice(0, NAME_LENGTH_MAX)}`.slice(0, KEY_LENGTH_MAX);
    if (isObject(value)) return flatAnswers(value, `${key}.`);
    const answer = answerValue(value);
    return answer === undefined ? [] : [{ key, value: answer }];
  });
}

/** Which canonical fields answers fill: by the configuration, else by their usual names. */
export function candidatesOf(
  answers: readonly Answer[],
  fields: Readonly<Record<string, CanonicalField>>,
): FieldCandidate[] {
  return answers.flatMap((answer): FieldCandidate[] => {
    const value = valueText(answer.value);
    const configured = configuredField(fields, answer.key);
    if (configured !== undefined) return [{ field: configured, value, rank: RANK.configured }];

    const path = answer.key.split('.');
    const name = path.pop() ?? '';
    const recognized = recognizeField(name);
    if (recognized === undefined || !path.every(isLeadWrapper)) return [];
    return [{ field: recognized, value, rank: path.length === 0 ? RANK.name : RANK.nestedName }];
  });
}

function isLeadWrapper(name: string): boolean {
  return LEAD_WRAPPERS.has(squashName(name));
}

function answerValue(value: Json): string | string[] | undefined {
  if (!Array.isArray(value)) return scalarText(value);
  const items = (value as readonly Json[]).map((item) => scalarText(item));
  return items.every((item) => item !== undefined) ? items : JSON.stringify(value);
}
