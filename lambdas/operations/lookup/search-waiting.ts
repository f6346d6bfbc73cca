import { FAILURE_CLASSES } from '../../core/failure.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../../core/open-index.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { Clock } from '../../core/ports/world.ts';
import { type LeadState, readLeadState } from './stored-lead.ts';
import { inParallel } from '../in-parallel.ts';

/** What searching needs of the world. It only reads. */
export interface WaitingPorts {
  readonly events: Pick<EventStore, 'listOpen' | 'readRecord' | 'readNormalized'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What a search has looked at. */
export interface WaitingSearch {
  /** Keys of the leads that were looked for. */
  readonly keys: readonly string[];
  /** How many were looked at. */
  readonly looked: number;
  /** All that wait were looked at. */
  readonly isWhole: boolean;
}

const PAGE_KEYS = 100;
const READS_AT_A_TIME = 20;

/** Clocks of the functions and of the operator's machine may differ by this much. */
const CLOCK_DIFFERENCE_MAX_MS = 24 * 60 * 60 * 1_000;

/** Leads that have not ended: on their way, in quarantine, held. */
const PARTITIONS: readonly OpenPartition[] = [
  ...FAILURE_CLASSES.map((failureClass): OpenPartition => ({ kind: 'quarantined', failureClass })),
  ...OPEN_PARTITIONS,
  { kind: 'held' },
];

/**
 * Looks for leads among all that have not ended, by the `open` index. One that never came as far as its person
 * is listed nowhere else.
 *
 * @param isWanted of a lead that was read
 * @param lookedMax looks at no more than about this many
 * @param report is told after each page how many were looked at
 * @throws {StoreUnavailableError}
 */
export async function searchWaiting(
  isWanted: (lead: LeadState) => boolean,
  lookedMax: number,
  { events, clock }: WaitingPorts,
  report: (looked: number) => void = () => undefined,
): Promise<WaitingSearch> {
  const receivedBeforeMs = clock.nowMs() + CLOCK_DIFFERENCE_MAX_MS;
  const keys = new Set<string>();
  let looked = 0;
  for (const partition of PARTITIONS) {
    let cursor: string | undefined;
    do {
      if (looked >= lookedMax) return { keys: [...keys], looked, isWhole: false };
      const page = await events.listOpen(partition, {
        receivedBeforeMs,
        limit: PAGE_KEYS,
        ...(cursor === undefined ? {} : { cursor }),
      });
      const leads = await inParallel(page.keys, READS_AT_A_TIME, async (key) =>
        readLeadState(key, { events }),
      );
      for (const lead of leads) {
        if (lead !== undefined && isWanted(lead)) keys.add(lead.record.key);
      }
      looked += page.keys.length;
      report(looked);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return { keys: [...keys], looked, isWhole: true };
}
