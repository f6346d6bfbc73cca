import type { EventRecord } from '../../core/event-record.ts';
import { FAILURE_CLASSES, type FailureClass, type FailureCode } from '../../core/failure.ts';

/** What is grouped: a quarantined event, or as much of it as a plan has. */
export type GroupedEvent = Pick<
  EventRecord,
  'key' | 'source' | 'receivedAt' | 'failure' | 'dlqSentAt'
>;

/** Quarantined events that lie there for one cause. */
export interface QuarantineGroup {
  readonly failureClass: FailureClass;
  readonly failureCode: FailureCode;
  /** The field that the CRM refused, by its API name. */
  readonly crmField?: string;
  readonly count: number;
  /** What was recorded, where that is the same for all of them. */
  readonly message?: string;
  /** The one with the most of them first. */
  readonly sources: readonly { readonly source: string; readonly count: number }[];
  /** When the first and the last of them was received, ISO 8601. */
  readonly oldestReceivedAt: string;
  readonly newestReceivedAt: string;
  /** How many have a dead letter that its queue drops before long. */
  readonly letterEndsSoon: number;
  /** Idempotency keys, oldest first. */
  readonly keys: readonly string[];
}

/** Groups what a plan has, where nobody asks for the age of dead letters. */
export function groupPlanned(records: readonly GroupedEvent[]): readonly QuarantineGroup[] {
  return groupQuarantined(records, { nowMs: 0, oldMs: Number.POSITIVE_INFINITY });
}

/** When a dead letter is old, and what for. */
export interface LetterAge {
  readonly nowMs: number;
  /** From which age on a dead letter counts as old, in milliseconds. */
  readonly oldMs: number;
}

/** Groups quarantined events by their cause: the most urgent class first, in it the largest group. */
export function groupQuarantined(
  records: readonly GroupedEvent[],
  age: LetterAge,
): readonly QuarantineGroup[] {
  const groups = new Map<string, GroupedEvent[]>();
  for (const record of records) {
    const { failure } = record;
    if (failure === undefined) continue;
    const id = `${failure.class} ${failure.code} ${failure.crmField ?? ''}`;
    groups.set(id, [...(groups.get(id) ?? []), record]);
  }
  return [...groups.values()]
    .flatMap((members) => groupOf(members, age) ?? [])
    .toSorted(
      (left, right) =>
        urgencyOf(left.failureClass) - urgencyOf(right.failureClass) || right.count - left.count,
    );
}

function groupOf(
  members: readonly GroupedEvent[],
  { nowMs, oldMs }: LetterAge,
): QuarantineGroup | undefined {
  const sorted = members.toSorted((left, right) => (positionOf(left) < positionOf(right) ? -1 : 1));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first?.failure === undefined || last === undefined) return undefined;
  const { class: failureClass, code: failureCode, crmField, message } = first.failure;
  const isSame = sorted.every(({ failure }) => failure?.message === message);
  const isOld = ({ dlqSentAt }: GroupedEvent): boolean =>
    dlqSentAt !== undefined && nowMs - Date.parse(dlqSentAt) >= oldMs;
  return {
    failureClass,
    failureCode,
    ...(crmField === undefined ? {} : { crmField }),
    count: sorted.length,
    ...(isSame ? { message } : {}),
    sources: countsOf(sorted),
    oldestReceivedAt: first.receivedAt,
    newestReceivedAt: last.receivedAt,
    letterEndsSoon: sorted.filter(isOld).length,
    keys: sorted.map(({ key }) => key),
  };
}

function countsOf(records: readonly GroupedEvent[]): QuarantineGroup['sources'] {
  const counts = new Map<string, number>();
  for (const { source } of records) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts]
    .map(([source, count]) => ({ source, count }))
    .toSorted((left, right) => right.count - left.count);
}

function urgencyOf(failureClass: FailureClass): number {
  return FAILURE_CLASSES.indexOf(failureClass);
}

function positionOf({ receivedAt, key }: GroupedEvent): string {
  return `${receivedAt} ${key}`;
}
