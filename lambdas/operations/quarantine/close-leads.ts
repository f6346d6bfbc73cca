/**
 * Closing in two steps: a plan, which changes nothing, and its execution. For quarantined leads that a person has
 * settled by hand (entered into the CRM, called, thrown away): they are not delivered, and stay to be found.
 */
import { HoldfastError } from '../../core/errors.ts';
import type { Failure } from '../../core/failure.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { Log } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { parseReason, type ReplayOrder } from './execute-replay.ts';
import { inParallel } from '../in-parallel.ts';
import type { ListPorts } from './list-quarantined.ts';
import { onRecord, type RecordPorts } from '../journal/on-record.ts';
import { findCandidates } from './quarantine-candidates.ts';
import {
  type DeadLetterBrowser,
  type LetterRemoval,
  removeDeadLetters,
} from './remove-dead-letters.ts';
import type { SkippedEvent } from './replay-plan.ts';
import type { ReplaySelection } from './replay-selection.ts';
import { touchedLeads } from '../journal/touched-leads.ts';

/** One event that is to be closed, in exactly this quarantine. */
export interface CloseItem {
  readonly key: string;
  readonly quarantineId: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly failure: Failure;
}

/** What closing would do. It has done nothing yet. */
export interface ClosePlan {
  /** Oldest first. */
  readonly items: readonly CloseItem[];
  readonly skipped: readonly SkippedEvent[];
  /** There are, or may be, more than are closed at a time: repeat it afterwards. */
  readonly hasMore: boolean;
}

/** What closing needs of the world. */
export interface ClosePorts extends RecordPorts {
  readonly events: Pick<EventStore, 'readRecord' | 'appendAudit' | 'close'>;
  readonly deadLetters: DeadLetterBrowser;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Log;
}

/** What closing has done. */
export interface CloseResult {
  /** Keys of the events that are closed now. */
  readonly closed: readonly string[];
  /** Keys of events that were no longer in the quarantine of the plan. */
  readonly superseded: readonly string[];
  readonly failed: readonly { readonly key: string; readonly message: string }[];
  /** Absent when the dead-letter queue failed. */
  readonly letters?: LetterRemoval;
}

/** Events that are closed at a time: what a person can still oversee. */
const COUNT_MAX = 1_000;

const AT_A_TIME = 10;

/**
 * Says what closing would do, and does nothing.
 *
 * @throws {StoreUnavailableError}
 */
export async function planClose(
  selection: ReplaySelection,
  ports: ListPorts,
  countMax = COUNT_MAX,
): Promise<ClosePlan> {
  const { records, skipped, hasMore } = await findCandidates(selection, countMax, ports);
  const items = records.flatMap(({ key, quarantineId, source, receivedAt, failure }) =>
    quarantineId === undefined || failure === undefined
      ? []
      : [{ key, quarantineId, source, receivedAt, failure }],
  );
  const incomplete = records
    .filter(({ quarantineId, failure }) => quarantineId === undefined || failure === undefined)
    .map(({ key }): SkippedEvent => ({ key, why: 'incomplete' }));
  return {
    items: items.toSorted((left, right) => (positionOf(left) < positionOf(right) ? -1 : 1)),
    skipped: [...skipped, ...incomplete],
    hasMore,
  };
}

/**
 * Does what a plan says: for each event an entry in its history first, then its end, and at last the end of its
 * dead letter; all of it as one act in the journal.
 *
 * Doing it twice changes nothing more. One that fails is reported and stops no other; it stays in quarantine.
 *
 * @param report is told how many events were tried
 * @throws {ReasonError}
 * @throws {StoreUnavailableError} it could not be put on record; nothing has been done
 */
export async function executeClose(
  plan: ClosePlan,
  order: ReplayOrder,
  ports: ClosePorts,
  report: (tried: number) => void = () => undefined,
): Promise<CloseResult> {
  const checked = { ...order, reason: parseReason(order.reason) };
  const planned = {
    ...checked,
    action: 'closed',
    touched: touchedLeads(plan.items.map(({ key }) => key)),
  } as const;
  return await onRecord(planned, ports, async () => {
    let tried = 0;
    const outcomes = await inParallel(plan.items, AT_A_TIME, async (item) => {
      const outcome = await closeOrReport(item, checked, ports);
      tried += 1;
      report(tried);
      return { item, outcome };
    });
    const closed = outcomes.filter(({ outcome }) => outcome === 'closed').map(({ item }) => item);
    const letters = await removeLetters(closed, ports);
    const result: CloseResult = {
      closed: closed.map(({ key }) => key),
      superseded: outcomes
        .filter(({ outcome }) => outcome === 'superseded')
        .map(({ item }) => item.key),
      failed: outcomes.flatMap(({ item, outcome }) =>
        typeof outcome === 'string' ? [] : [{ key: item.key, message: outcome.message }],
      ),
      ...(letters === undefined ? {} : { letters }),
    };
    const hasFailed = result.failed.length > 0 || letters === undefined;
    return { result, touched: touchedLeads(result.closed), hasFailed };
  });
}

type Outcome = 'closed' | 'superseded' | { readonly message: string };

async function closeOrReport(
  item: CloseItem,
  order: ReplayOrder,
  ports: ClosePorts,
): Promise<Outcome> {
  const log = ports.log.child({
    idempotency_key: item.key,
    source: item.source,
    quarantine_id: item.quarantineId,
  });
  try {
    const outcome = await close(item, order, ports);
    log.info('A quarantined lead was closed by hand', { outcome });
    return outcome;
  } catch (error) {
    log.error('A quarantined lead could not be closed; it stays in quarantine', {}, error);
    return {
      message: error instanceof HoldfastError ? error.message : 'An unforeseen fault',
    };
  }
}

async function close(
  { key, quarantineId, failure }: CloseItem,
  order: ReplayOrder,
  { events, clock, ids }: ClosePorts,
): Promise<'closed' | 'superseded'> {
  const record = await events.readRecord(key);
  if (record?.state !== 'quarantined' || record.quarantineId !== quarantineId) return 'superseded';
  const atMs = clock.nowMs();
  // The history first: a lead that is closed and does not say why would break the promise.
  await events.appendAudit(key, {
    id: ids.next(),
    action: 'closed',
    at: new Date(atMs).toISOString(),
    ...order,
    quarantineId,
    failureCode: failure.code,
  });
  const written = await events.close(key, quarantineId, atMs);
  return written === 'written' ? 'closed' : 'superseded';
}

async function removeLetters(
  closed: readonly CloseItem[],
  { deadLetters, clock, log }: ClosePorts,
): Promise<LetterRemoval | undefined> {
  const opened = new Map(closed.map(({ key, quarantineId }) => [key, quarantineId]));
  try {
    return await removeDeadLetters({ opened, delivered: new Set() }, deadLetters, clock);
  } catch (error) {
    log.warn('Dead letters of closed leads may be left on their queue', {
      error_name: error instanceof Error ? error.name : typeof error,
    });
    return undefined;
  }
}

function positionOf({ receivedAt, key }: CloseItem): string {
  return `${receivedAt} ${key}`;
}
