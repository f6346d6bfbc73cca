import type { CanonicalField } from '../../core/lead-event.ts';
import { anyValue } from '../reading/flat-fields.ts';
import type { FormField } from '../reading/form-field.ts';
import { atPath, idText, itemsOf, type Json, type JsonObject, member } from '../reading/json.ts';

/** What every invitee has, and what it means; a notice of a no-show has it in the same places. */
const OWN_FIELDS = [
  ['name', 'full_name'],
  ['first_name', 'first_name'],
  ['last_name', 'last_name'],
  ['email', 'email'],
] as const satisfies readonly (readonly [string, CanonicalField])[];

/** What is said of the booking; none of it is a field of a lead. */
const BOOKING_PATHS = [
  'timezone',
  'scheduled_event.start_time',
  'scheduled_event.end_time',
  'cancellation.reason',
  'result.type',
  'result.value',
  'tracking.salesforce_uuid',
];

const UTM_NAMES = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;

/**
 * Reads an invitee or the submission of a routing form: the person, the answers, the booking.
 *
 * The number for reminders and the number to call are the invitee's as well; a question about the phone
 * counts more.
 */
export function readCalendlyFields(payload: JsonObject): FormField[] {
  const isCall = atPath(payload, 'scheduled_event.location.type') === 'outbound_call';
  return [
    ...OWN_FIELDS.flatMap(([path, means]) => fieldAt(payload, path, { means })),
    ...itemsOf(member(payload, 'questions_and_answers')).flatMap(readAnswer),
    ...fieldAt(payload, 'text_reminder_number', { names: ['phone'], place: 'nested' }),
    ...fieldAt(payload, 'scheduled_event.location.location', {
      names: isCall ? ['phone'] : [],
      place: 'hidden',
    }),
    ...BOOKING_PATHS.flatMap((path) => fieldAt(payload, path, { names: [] })),
  ];
}

/** The campaign that brought the invitee. */
export function readTracking(payload: JsonObject): Partial<Record<CanonicalField, string>> {
  const tracking = member(payload, 'tracking');
  return Object.fromEntries(
    UTM_NAMES.flatMap((name) => {
      const value = idText(member(tracking, name));
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Routing forms name their questions by `question_uuid`, invitees by their wording alone. */
function readAnswer(item: Json, index: number): FormField[] {
  const answer = anyValue(member(item, 'answer'));
  if (answer === undefined) return [];
  const label = idText(member(item, 'question'));
  const id = idText(member(item, 'question_uuid'));
  return [
    {
      ids: [id ?? label ?? `question_${index + 1}`],
      ...(label === undefined ? {} : { label }),
      value: answer,
    },
  ];
}

function fieldAt(
  payload: JsonObject,
  path: string,
  rest: Pick<FormField, 'means' | 'names' | 'place'>,
): FormField[] {
  const value = idText(atPath(payload, path));
  return value === undefined ? [] : [{ ids: [path], value, ...rest }];
}
