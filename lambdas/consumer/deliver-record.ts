/**
 * One queue message's way through the consumer.
 *
 * ```
 * message ─► delivery off? hold it, breaker open? hide it ─► claim ─► join the batch ─► outcome ─┬─ ended: stored, acknowledged
 *                                                             │               └─ postponed: stored, hidden
 *                                                             └─ ended or in other hands: acknowledged or hidden
 * ```
 *
 * Powertools' idempotency drives the middle part: claim before, store after, give back on failure.
 */
import assert from 'node:assert/strict';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { Context } from 'aws-lambda';
import type { HoldfastConfig } from '../core/config.ts';
import {
  DEFER_SECONDS_MAX,
  type DeliveryMessage,
  parseDeliveryMessage,
} from '../core/delivery-message.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { HoldfastError } from '../core/errors.ts';
import type { ClaimRequest, ClaimResult } from '../core/event-record.ts';
import { failure } from '../core/failure.ts';
import type { DeliveryQueue } from '../core/ports/queues.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { Random } from '../core/ports/world.ts';
import { breakerDeferralMs } from '../core/retry-schedule.ts';
import { reportIfUnreported } from '../operations/quarantine/report-quarantine.ts';
import type { Barrier } from '../runtime/barrier.ts';
import { EventPersistence } from '../runtime/event-persistence.ts';
import { attend, type Places } from './attendance.ts';
import type { ClaimedEvent } from './delivery-ports.ts';
import { endEvent, postponeEvent, type SettlePorts } from './settle-event.ts';

/** A message as the queue hands it over. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** 1 the first time. */
  readonly receiveCount: number;
}

/** What handling one message needs of the world. */
export interface RecordPorts extends SettlePorts {
  readonly queue: DeliveryQueue;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Whether leads are delivered now.
 *
 * - `off`: a person has switched it off; events are held
 * - `waits`: the breaker is open; messages come back after about `delayMs`
 */
export type Delivery =
  | { readonly kind: 'on' | 'off' }
  | { readonly kind: 'waits'; readonly delayMs: number };

/** What the messages of one invocation share. */
export interface RecordContext {
  readonly config: HoldfastConfig;
  readonly delivery: Delivery;
  readonly lambda: Context;
  readonly batch: Barrier<ClaimedEvent, DeliveryOutcome>;
  /** Where one suspect waits until all others of the batch are done with. */
  readonly afterOthers: Barrier<ClaimedEvent, DeliveryOutcome>;
  /** Whether this invocation has its one suspect. */
  readonly suspects: { isTaken: boolean };
}

/** The message is not done with and must come back after `delayMs`. Not a fault. */
export class RecordPostponedError extends HoldfastError {
  readonly delayMs: number;

  constructor(delayMs: number) {
    super('record_postponed', 'The message comes back later');
    this.delayMs = delayMs;
  }
}

/**
 * A message that says nothing we understand stays until SQS moves it to the dead-letter queue: 1,000
 * receives at this distance are 83 hours, well within the queue's retention.
 */
const UNKNOWN_MESSAGE_DELAY_MS = 300_000;

/** After a fault of ours that has no schedule of its own. */
const FAULT_DELAY_MS = 30_000;

/**
 * Handles one message.
 *
 * Resolving acknowledges it. Before it throws, it hides the message for as long as it is to wait.
 *
 * @throws {RecordPostponedError} as planned, or whatever failed underneath
 */
export async function deliverRecord(
  record: QueueRecord,
  ports: RecordPorts,
  context: RecordContext,
): Promise<void> {
  const attendance = attend(context.batch);
  const last = attend(context.afterOthers);
  const message = parseDeliveryMessage(record.body);
  const log = ports.log.child({
    message_id: record.messageId,
    receive_count: record.receiveCount,
    ...(message === undefined
      ? {}
      : {
          correlation_id: message.correlation_id,
          idempotency_key: message.idempotency_key,
          source: message.source,
          event_type: message.event_type,
        }),
  });
  try {
    if (message === undefined) {
      log.error('The message is not one of ours');
      throw new RecordPostponedError(UNKNOWN_MESSAGE_DELAY_MS);
    }
    switch (context.delivery.kind) {
      case 'on':
        await deliverOnce(message, log, { batch: attendance, last }, ports, context);
        break;
      case 'off':
        await holdEvent(message, log, ports);
        break;
      case 'waits':
        // Not even claimed: an outage costs each event nothing but a look at its message now and then.
        reportWait(message, ports, context);
        throw new RecordPostponedError(
          breakerDeferralMs(context.delivery.delayMs, ports.random.next()),
        );
    }
  } catch (error) {
    // First, so that the others of the batch do not wait for this one's visibility call.
    attendance.leaveUnlessJoined();
    await hide(record, error, log, ports);
    throw error;
  } finally {
    attendance.leaveUnlessJoined();
    last.leaveUnlessJoined();
  }
}

async function deliverOnce(
  message: DeliveryMessage,
  log: Log,
  places: Places,
  ports: RecordPorts,
  context: RecordContext,
): Promise<void> {
  const leaseToken = ports.ids.next();
  let claim: ClaimResult | undefined;
  let postponed: Extract<DeliveryOutcome, { kind: 'retry' | 'deferred' }> | undefined;
  const claimed = (): ClaimedEvent => {
    assert(claim?.kind === 'claimed', 'only a claimed event can be settled');
    return { record: claim.record, leaseToken, log };
  };

  const persistenceStore = new EventPersistence<EndedOutcome>({
    begin: async () => {
      claim = await claimOrGiveBack(
        {
          key: message.idempotency_key,
          leaseToken,
          leaseMs: context.config.delivery.claimLeaseMs,
          nowMs: ports.clock.nowMs(),
          ...(message.quarantine_id === undefined ? {} : { quarantineId: message.quarantine_id }),
        },
        ports,
      );
      return await beginning(claim, log, ports);
    },
    complete: async (outcome) => await endEvent(claimed(), outcome, ports),
    abandon: async () => {
      if (postponed !== undefined) await postponeEvent(claimed(), postponed, ports, context.config);
    },
  });
  const config = new IdempotencyConfig({ eventKeyJmesPath: 'idempotency_key' });
  config.registerLambdaContext(context.lambda);

  const deliver = makeIdempotent(
    async (_message: DeliveryMessage): Promise<EndedOutcome> => {
      const outcome = await deliverClaimed(claimed(), places, ports, context);
      if (outcome.kind !== 'retry' && outcome.kind !== 'deferred') return outcome;
      postponed = outcome;
      throw new RecordPostponedError(outcome.delayMs);
    },
    { persistenceStore, config, keyPrefix: 'holdfast' },
  );

  try {
    await deliver(message);
  } catch (error) {
    throw waitOf(claim, ports.clock.nowMs()) ?? error;
  }
}

/**
 * Claims an event. When the answer gets lost, the claim may have taken place: it is given back, since
 * nobody will go on with it, and it must not count as one that killed its consumer.
 */
async function claimOrGiveBack(request: ClaimRequest, ports: RecordPorts): Promise<ClaimResult> {
  try {
    return await ports.events.claim(request);
  } catch (error) {
    try {
      await ports.events.release(request.key, request.leaseToken, true);
    } catch {
      // The table is not to be had now: the claim runs out by itself.
    }
    throw error;
  }
}

type EndedOutcome = Exclude<DeliveryOutcome, { kind: 'retry' | 'deferred' }>;

/**
 * Delivers an event with the others of its batch, or, if a claim before this one never ended, alone and
 * after them: whatever killed its consumer must not kill others' leads time and again. One suspect an
 * invocation is tried; further ones come back, and their claims do not count.
 */
async function deliverClaimed(
  event: ClaimedEvent,
  places: Places,
  ports: RecordPorts,
  context: RecordContext,
): Promise<DeliveryOutcome> {
  const { record, log } = event;
  if (record.claims > context.config.delivery.poisonClaimsMax) {
    return { kind: 'rejected', failure: failure('poison'), attempts: record.attempts };
  }
  if (record.claims === 1) return await places.batch.join(event);

  places.batch.leaveUnlessJoined();
  if (context.suspects.isTaken) {
    // Suspects that came together come back apart.
    const delayMs = Math.round(context.config.delivery.suspectDelayMaxMs * ports.random.next());
    return { kind: 'deferred', delayMs, untried: true };
  }
  context.suspects.isTaken = true;
  log.warn('A claim of this event never ended; it is delivered alone', { claims: record.claims });
  return await places.last.join(event);
}

async function beginning(
  claim: ClaimResult,
  log: Log,
  ports: RecordPorts,
): Promise<'claimed' | 'in_progress' | 'ended'> {
  switch (claim.kind) {
    case 'claimed':
      return 'claimed';
    case 'in_progress':
    case 'not_due':
      return 'in_progress';
    case 'ended':
      if (await reportIfUnreported(claim.record, ports)) {
        log.warn('A missing dead letter was sent');
      }
      log.debug('The event has ended already; the message is acknowledged', {
        outcome: claim.record.state,
      });
      return 'ended';
    case 'unknown_event':
      log.warn('The message names an event that is not stored; it is acknowledged');
      return 'ended';
  }
}

/** An event in other hands, or not yet due, is waited for; that is no error. */
function waitOf(claim: ClaimResult | undefined, nowMs: number): RecordPostponedError | undefined {
  if (claim?.kind === 'in_progress') return new RecordPostponedError(claim.untilMs - nowMs);
  if (claim?.kind === 'not_due') return new RecordPostponedError(claim.dueAtMs - nowMs);
  return undefined;
}

function reportWait(message: DeliveryMessage, ports: RecordPorts, context: RecordContext): void {
  const { source } = message;
  ports.metrics.count('DeliveryDeferred', { source });
  if (context.config.sources[source]?.highIntent === true) {
    ports.metrics.count('HighIntentLeadDelayed', { source });
  }
}

async function holdEvent(message: DeliveryMessage, log: Log, ports: RecordPorts): Promise<void> {
  const key = message.idempotency_key;
  const nowMs = ports.clock.nowMs();
  const request = {
    key,
    nowMs,
    ...(message.quarantine_id === undefined ? {} : { quarantineId: message.quarantine_id }),
  };
  if ((await ports.events.hold(request)) === 'held') {
    ports.metrics.count('LeadHeld', { source: message.source });
    log.info('Lead held: delivery is switched off', { outcome: 'held' });
    return;
  }
  const record = await ports.events.readRecord(key);
  // Under delivery since before the switch, or waiting for its due time: look again then.
  if (record?.state === 'processing') {
    throw new RecordPostponedError((record.leaseUntilMs ?? nowMs) - nowMs);
  }
  if (record?.state === 'failed') {
    throw new RecordPostponedError((record.nextDueAtMs ?? nowMs) - nowMs);
  }
}

async function hide(
  record: QueueRecord,
  error: unknown,
  log: Log,
  ports: RecordPorts,
): Promise<void> {
  const postponed = error instanceof RecordPostponedError;
  if (!postponed) log.error('Handling the message failed', {}, error);
  const delayMs = postponed ? error.delayMs : FAULT_DELAY_MS;
  const delaySeconds = Math.min(DEFER_SECONDS_MAX, Math.max(1, Math.ceil(delayMs / 1_000)));
  try {
    await ports.queue.defer(record.receiptHandle, delaySeconds);
  } catch (cause) {
    // The message then comes back after the queue's own visibility time-out: later, but it does.
    log.warn('The message could not be hidden for the wanted time', {
      delay_seconds: delaySeconds,
    });
    log.debug('Hiding the message failed', {
      error_name: cause instanceof Error ? cause.name : typeof cause,
    });
  }
}
