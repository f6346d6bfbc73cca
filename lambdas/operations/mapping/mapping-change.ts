import type { NormalizedEvent } from '../../core/lead-event.ts';

/** How often a mapping anew adds, changes and removes a field. Counts only: no value of a lead. */
export interface FieldChange {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** Canonical field → what becomes of it. A field that stays as it is has no entry. */
export type MappingChange = Readonly<Record<string, FieldChange>>;

/** One field of an event before and after; absent where it has none. Values are personal. */
export interface FieldDifference {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * Compares what an event said with what it says when it is mapped anew, by the fields' names.
 *
 * @param before `undefined` when the event could not be read at first
 */
export function fieldDifferences(
  before: NormalizedEvent | undefined,
  after: NormalizedEvent,
): readonly FieldDifference[] {
  const old = before === undefined ? {} : fieldsOf(before);
  const anew = fieldsOf(after);
  return [...new Set([...Object.keys(old), ...Object.keys(anew)])]
    .filter((field) => old[field] !== anew[field])
    .map((field) => ({
      field,
      ...(old[field] === undefined ? {} : { before: old[field] }),
      ...(anew[field] === undefined ? {} : { after: anew[field] }),
    }));
}

/**
 * What a mapping anew changes of an event, in counts.
 *
 * @param before `undefined` when the event could not be read at first
 */
export function mappingChangeOf(
  before: NormalizedEvent | undefined,
  after: NormalizedEvent,
): MappingChange {
  return countDifferences(fieldDifferences(before, after));
}

/** The differences of one event in counts. */
export function countDifferences(differences: readonly FieldDifference[]): MappingChange {
  return Object.fromEntries(
    differences.map(({ field, before, after }) => [
      field,
      {
        added: before === undefined ? 1 : 0,
        changed: before !== undefined && after !== undefined ? 1 : 0,
        removed: after === undefined ? 1 : 0,
      },
    ]),
  );
}

/** Adds up the changes of many events, in the order of the fields' names. */
export function sumMappingChanges(changes: readonly MappingChange[]): MappingChange {
  const sums = new Map<string, FieldChange>();
  for (const change of changes) {
    for (const [name, { added, changed, removed }] of Object.entries(change)) {
      const sum = sums.get(name) ?? { added: 0, changed: 0, removed: 0 };
      sums.set(name, {
        added: sum.added + added,
        changed: sum.changed + changed,
        removed: sum.removed + removed,
      });
    }
  }
  return Object.fromEntries([...sums].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** What a mapping decides, by canonical name. Answers and consent count as one field each. */
function fieldsOf(event: NormalizedEvent): Readonly<Record<string, string | undefined>> {
  const { email, phone_e164: phone, contact_external_id: externalId } = event.identity;
  return {
    ...event.attributes,
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    occurred_at: event.occurred_at,
    ...(event.answers.length === 0 ? {} : { answers: JSON.stringify(event.answers) }),
    ...(event.consent.length === 0 ? {} : { consent: JSON.stringify(event.consent) }),
  };
}
