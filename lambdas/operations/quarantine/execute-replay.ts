import { canonicalJson } from '../../core/canonical-json.ts';
import { deliveryMessageOf } from '../../core/delivery-message.ts';
import { HoldfastError } from '../../core/errors.ts';
import type { EventRecord } from '../../core/event-record.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { DeliveryQueue } from '../../core/ports/queues.ts';
import type { Log } from '../../core/ports/telemetry.ts';
import type { Clock, Ids, SecretReader } from '../../core/ports/world.ts';
import { inParallel } from '../in-parallel.ts';
import { presentMapping } from '../mapping/kept-mapping.ts';
import { mapAnew, type MappingSettings } from '../mapping/map-anew.ts';
import { mappingSettings, type ReplaySettings } from './plan-replay.ts';
import {
  type DeadLetterBrowser,
  type LetterRemoval,
  removeDeadLetters,
} from './remove-dead-letters.ts';
import { type ReplayItem, type ReplayPlan, skipSentenceOf } from './replay-plan.ts';

/** What a replay needs of the world. */
export interface ReplayPorts {
  readonly events: Pick<
    EventStore,
    | 'readRecord'
    | 'readRaw'
    | 'readDetails'
    | 'readNormalized'
    | 'readMapping'
    | 'keepMapping'
    | 'remap'
    | 'appendAudit'
  >;
  readonly queue: Pick<DeliveryQueue, 'enqueue'>;
  readonly deadLetters: DeadLetterBrowser;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly ids: Ids;
  readonly log: Log;
}

/** Who replays, and why. */
export interface ReplayOrder {
  /** An AWS identity (ARN), or `local`. */
  readonly by: string;
  /** In the operator's words, 1–500 characters; stored with each event. */
  readonly reason: string;
}

/** A replay, or another act of an operator, without a reason that can be stored. */
export class ReasonError extends HoldfastError {
  constructor() {
    super('reason_invalid', `A reason of 1 to ${REASON_LENGTH_MAX} characters is required`);
  }
}

/** What a replay has done. */
export interface ReplayResult {
  /** Keys of the events that are on the delivery queue now. */
  readonly enqueued: readonly string[];
  /** How many of them were read anew. */
  readonly mappedAnew: number;
  /** Keys of events that were no longer in the quarantine of the plan: somebody was faster. */
  readonly superseded: readonly string[];
  readonly failed: readonly { readonly key: string; readonly message: string }[];
  /** Absent when the dead-letter queue failed. */
  readonly letters?: LetterRemoval;
}

const REASON_LENGTH_MAX = 500;
const AT_A_TIME = 10;

/**
 * Does what a plan says: for each event an entry in its history first, then a message that opens exactly this
 * quarantine, and at last the end of its dead letter.
 *
 * Doing it twice changes nothing more: the key stays, and a claim takes an event out of a quarantine
 * once. One that fails is reported and stops no other; it stays in quarantine, to be planned again.
 *
 * @param report is told how many events were tried
 * @throws {ReasonError}
 * @throws {SecretUnavailableError} the pepper, needed to map anew, cannot be read
 * @throws {MappingVersionError} the mapping version that was asked for cannot be used
 * @throws {StoreUnavailableError} the mapping could not be kept; nothing has been done
 */
export async function executeReplay(
  plan: ReplayPlan,
  order: ReplayOrder,
  ports: ReplayPorts,
  settings: ReplaySettings,
  report: (tried: number) => void = () => undefined,
): Promise<ReplayResult> {
  const checked = { ...order, reason: parseReason(order.reason) };
  const mapping = plan.remap ? await mappingSettings(ports, settings) : undefined;
  if (mapping !== undefined) await keepMappings(plan, mapping, ports);
  let tried = 0;
  const results = await inParallel(plan.items, AT_A_TIME, async (item) => {
    const outcome = await replayOrReport(item, checked, ports, mapping);
    tried += 1;
    report(tried);
    return { item, outcome };
  });
  const keysOf = (kind: Outcome['kind']) =>
    results.filter(({ outcome }) => outcome.kind === kind).map(({ item }) => item.key);
  const opened = results.filter(({ outcome }) => outcome.kind === 'enqueued');
  const letters = await removeLetters(
    new Map(opened.map(({ item }) => [item.key, item.quarantineId])),
    plan,
    ports,
  );
  return {
    enqueued: keysOf('enqueued'),
    mappedAnew: results.filter(({ outcome }) => outcome.kind === 'enqueued' && outcome.isMappedAnew)
      .length,
    superseded: keysOf('superseded'),
    failed: results.flatMap(({ item, outcome }) =>
      outcome.kind === 'failed' ? [{ key: item.key, message: outcome.message }] : [],
    ),
    ...(letters === undefined ? {} : { letters }),
  };
}

/**
 * A reason as it is stored.
 *
 * @throws {ReasonError} it is empty or too long
 */
export function parseReason(text: string): string {
  const reason = text.trim();
  if (reason === '' || reason.length > REASON_LENGTH_MAX) throw new ReasonError();
  return reason;
}

/** Keeps the mappings first: what an event names must be there. */
async function keepMappings(
  plan: ReplayPlan,
  { config, mappings }: MappingSettings,
  { events, clock }: Pick<ReplayPorts, 'events' | 'clock'>,
): Promise<void> {
  for (const name of new Set(plan.items.filter(hasChange).map((item) => item.source))) {
    const mapping = mappings === undefined ? presentMapping(config, name) : mappings.get(name);
    if (mapping === undefined) continue;
    await events.keepMapping(name, mapping.version, canonicalJson(mapping.source), clock.nowMs());
  }
}

type Outcome =
  | { readonly kind: 'enqueued'; readonly isMappedAnew: boolean }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'failed'; readonly message: string };

async function replayOrReport(
  item: ReplayItem,
  order: ReplayOrder,
  ports: ReplayPorts,
  mapping: MappingSettings | undefined,
): Promise<Outcome> {
  const log = ports.log.child({
    idempotency_key: item.key,
    source: item.source,
    quarantine_id: item.quarantineId,
  });
  try {
    const outcome = await replay(item, order, ports, mapping);
    log.info('A quarantined lead was replayed', { outcome: outcome.kind });
    return outcome;
  } catch (error) {
    log.error('A quarantined lead could not be replayed; it stays in quarantine', {}, error);
    return { kind: 'failed', message: messageOf(error) };
  }
}

/** What failed, and the name of what AWS said: its message may quote what it met. */
function messageOf(error: unknown): string {
  if (!(error instanceof HoldfastError)) return 'An unforeseen fault';
  return error.cause instanceof Error ? `${error.message} (${error.cause.name})` : error.message;
}

async function replay(
  item: ReplayItem,
  order: ReplayOrder,
  ports: ReplayPorts,
  mapping: MappingSettings | undefined,
): Promise<Outcome> {
  const { key, quarantineId, source } = item;
  const record = await ports.events.readRecord(key);
  if (record?.state !== 'quarantined' || record.quarantineId !== quarantineId) {
    return { kind: 'superseded' };
  }
  const entry = () => ({
    id: ports.ids.next(),
    at: new Date(ports.clock.nowMs()).toISOString(),
    ...order,
    quarantineId,
    failureCode: item.failure.code,
  });
  let isMappedAnew = false;
  if (mapping !== undefined && hasChange(item)) {
    const remapped = await remap(record, quarantineId, entry, ports, mapping);
    if (remapped.kind !== 'mapped') return remapped;
    isMappedAnew = true;
  }
  // The history first: an event that is on its way and does not say why would break the promise.
  await ports.events.appendAudit(key, { ...entry(), action: 'replayed' });
  const message = { ...deliveryMessageOf(record), quarantine_id: quarantineId };
  await ports.queue.enqueue(message, `replay:${source}`);
  return { kind: 'enqueued', isMappedAnew };
}

async function remap(
  record: EventRecord,
  quarantineId: string,
  entry: () => Omit<Parameters<EventStore['appendAudit']>[1], 'action'>,
  ports: ReplayPorts,
  mapping: MappingSettings,
): Promise<Exclude<Outcome, { kind: 'enqueued' }> | { kind: 'mapped' }> {
  const { key } = record;
  const mapped = await mapAnew(record, ports.events, mapping);
  if (mapped.kind === 'unmapped') {
    return { kind: 'failed', message: `Since the plan: ${skipSentenceOf(mapped.why)}` };
  }
  const { mappingVersion, normalized } = mapped;
  await ports.events.appendAudit(key, { ...entry(), action: 'mapped_anew', mappingVersion });
  const written = await ports.events.remap(key, quarantineId, mappingVersion, normalized);
  return written === 'written' ? { kind: 'mapped' } : { kind: 'superseded' };
}

function hasChange({ change = {} }: ReplayItem): boolean {
  return Object.keys(change).length > 0;
}

async function removeLetters(
  opened: ReadonlyMap<string, string>,
  plan: ReplayPlan,
  { deadLetters, clock, log }: ReplayPorts,
): Promise<LetterRemoval | undefined> {
  const delivered = plan.skipped.filter(({ why }) => why === 'delivered').map(({ key }) => key);
  try {
    return await removeDeadLetters({ opened, delivered: new Set(delivered) }, deadLetters, clock);
  } catch (error) {
    log.warn('Dead letters of replayed leads may be left on their queue');
    log.debug('Removing dead letters failed', {
      error_name: error instanceof Error ? error.name : typeof error,
    });
    return undefined;
  }
}
