import type { Failure, FailureClass, FailureCode } from '../../core/failure.ts';
import type { UnmappedReason } from '../mapping/map-anew.ts';
import { type MappingChange, sumMappingChanges } from '../mapping/mapping-change.ts';

/**
 * Why an event is not replayed, though it was asked for. Beside those of a mapping anew:
 *
 * - `unknown`: no such event is stored
 * - `delivered`, `suppressed`, `closed`, `erased`: it has ended, and a replay would change nothing
 * - `in_progress`, `waiting`, `held`: it is on its way by itself
 * - `not_selected`: its key was named, but source, failure or time exclude it
 * - `unreadable`: its body could not be read, so there is nothing to deliver until it is mapped anew
 * - `incomplete`: its record does not say which quarantine it lies in
 */
export type SkipReason =
  | UnmappedReason
  | 'unknown'
  | 'delivered'
  | 'suppressed'
  | 'closed'
  | 'erased'
  | 'in_progress'
  | 'waiting'
  | 'held'
  | 'not_selected'
  | 'unreadable'
  | 'incomplete';

const SKIP_SENTENCES: Readonly<Record<SkipReason, string>> = {
  unknown: 'no such event is stored',
  delivered: 'delivered already; a replay would change nothing',
  suppressed: 'suppressed as a test lead or spam; it is not meant for the CRM',
  closed: 'closed by a person, who settled it by hand',
  erased: 'erased at a person’s request; nothing of it is left to deliver',
  in_progress: 'being delivered right now',
  waiting: 'on its way; it is delivered by itself',
  held: 'held while delivery is switched off; it is delivered when that is switched on',
  not_selected: 'named by its key, but its source, failure or time is another one',
  unreadable: 'its body could not be read; mend the configuration and use --remap',
  incomplete: 'its record does not say which quarantine it lies in',
  raw_gone: 'the request as it came is no longer kept, so it cannot be mapped anew',
  source_gone: 'its source is no longer in holdfast.config.ts, so it cannot be mapped anew',
  mapping_unknown: 'its source has never used that mapping version',
  still_unreadable: 'its body cannot be read with this configuration either',
  several_submissions:
    'its request holds several submissions; let the sender send it again to store each',
  not_in_raw: 'read with this configuration, its request no longer holds it',
  now_suppressed: 'read with this configuration, it is a test lead or spam',
  names_nobody: 'it has no e-mail address, phone number or external id that stands for a person',
};

/** The reason in plain words, without a full stop. */
export function skipSentenceOf(reason: SkipReason): string {
  return SKIP_SENTENCES[reason];
}

/** One event that is to be replayed, out of exactly this quarantine. */
export interface ReplayItem {
  readonly key: string;
  readonly quarantineId: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly failure: Failure;
  /** What mapping it anew would change; absent when it is replayed as it is. */
  readonly change?: MappingChange;
}

/** One event that is not. */
export interface SkippedEvent {
  readonly key: string;
  readonly why: SkipReason;
}

/** What a replay would do. It has done nothing yet. */
export interface ReplayPlan {
  /** Read again from the requests as they came. */
  readonly remap: boolean;
  /** Oldest first. */
  readonly items: readonly ReplayItem[];
  readonly skipped: readonly SkippedEvent[];
  /** There are, or may be, more than one replay takes: repeat it afterwards. */
  readonly hasMore: boolean;
}

/** How many leads failed in the same way. */
export interface ReplayGroup {
  readonly source: string;
  readonly failureClass: FailureClass;
  readonly failureCode: FailureCode;
  readonly count: number;
  /** Fields that the CRM refused, by their API names. */
  readonly crmFields: readonly string[];
}

/** A plan in numbers. */
export interface ReplaySummary {
  readonly count: number;
  readonly oldestReceivedAt?: string;
  readonly newestReceivedAt?: string;
  /** The largest first. */
  readonly groups: readonly ReplayGroup[];
  readonly skipped: readonly { readonly why: SkipReason; readonly count: number }[];
  readonly change: MappingChange;
}

/** Counts a plan by source and failure. */
export function summarizePlan(plan: ReplayPlan): ReplaySummary {
  const groups = new Map<string, ReplayGroup>();
  for (const { source, failure } of plan.items) {
    const id = `${source} ${failure.class} ${failure.code}`;
    const group = groups.get(id);
    const field = failure.crmField === undefined ? [] : [failure.crmField];
    groups.set(id, {
      source,
      failureClass: failure.class,
      failureCode: failure.code,
      count: (group?.count ?? 0) + 1,
      crmFields: [...new Set([...(group?.crmFields ?? []), ...field])],
    });
  }
  const skipped = new Map<SkipReason, number>();
  for (const { why } of plan.skipped) skipped.set(why, (skipped.get(why) ?? 0) + 1);
  const oldest = plan.items[0]?.receivedAt;
  const newest = plan.items.at(-1)?.receivedAt;
  return {
    count: plan.items.length,
    ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
    ...(newest === undefined ? {} : { newestReceivedAt: newest }),
    groups: [...groups.values()].toSorted((left, right) => right.count - left.count),
    skipped: [...skipped].map(([why, count]) => ({ why, count })),
    change: sumMappingChanges(plan.items.map((item) => item.change ?? {})),
  };
}

/** Whether a plan leaves out a lead that was named by a key under which nothing is stored: mistyped, most likely. */
export function namesUnknownKey({ skipped }: Pick<ReplayPlan, 'skipped'>): boolean {
  return skipped.some(({ why }) => why === 'unknown');
}
