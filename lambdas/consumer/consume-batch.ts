import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { HoldfastConfig } from '../core/config.ts';
import type { CrmWriter } from '../core/ports/crm.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import type { DetailsReader } from '../core/ports/details-reader.ts';
import { readPepper } from '../core/pepper.ts';
import type { BreakerStore } from '../core/ports/crm-access.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { IdentityStore } from '../core/ports/identities.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../core/ports/queues.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock, Ids, Random, SecretReader } from '../core/ports/world.ts';
import { createBarrier } from '../runtime/barrier.ts';
import { type CrmGate, enterGate, type StayAway } from './crm-gate.ts';
import { deliverLeads } from './deliver-leads.ts';
import { type Delivery, deliverRecord } from './deliver-record.ts';
import { createNoteFields } from '../operations/submission/note-fields.ts';
import type { ClaimedEvent } from './delivery-ports.ts';

/** Everything that consuming a batch needs of the world. */
export interface ConsumerPorts {
  readonly events: EventStore;
  readonly identities: IdentityStore;
  readonly breakers: BreakerStore;
  readonly queue: DeliveryQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly secrets: SecretReader;
  readonly crm: CrmWriter;
  readonly details: DetailsReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What consuming a batch needs to know. */
export interface ConsumerSettings {
  readonly config: HoldfastConfig;
  /** `false` holds leads and calls nothing. */
  readonly deliveryEnabled: boolean;
  readonly pepperSecretId: string;
}

/**
 * The consumer as Lambda calls it: a batch of messages in, the ids of those that must come back
 * out.
 */
export type ConsumerFunction = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Builds the consumer over its ports. */
export function createConsumer(ports: ConsumerPorts, settings: ConsumerSettings): ConsumerFunction {
  const { config, deliveryEnabled, pepperSecretId } = settings;
  const noteFields = createNoteFields(ports);
  return async (event, lambda) => {
    const deadlineMs = ports.clock.nowMs() + lambda.getRemainingTimeInMillis();
    const gate = deliveryEnabled ? await enterGate(ports, config.delivery, ports.ids.next()) : OFF;
    const deliverAll = async (events: readonly ClaimedEvent[]) => {
      const pepper = await pepperOrNone(ports, pepperSecretId);
      return pepper === undefined || isStayAway(gate)
        ? events.map(() => WITHOUT_PEPPER)
        : await deliverLeads(events, ports, { config, pepper, deadlineMs, gate, noteFields });
    };
    const batch = createBarrier(event.Records.length, deliverAll);
    const afterOthers = createBarrier(event.Records.length, deliverAll);
    const suspects = { isTaken: false };
    const response = await processPartialResponse(
      event,
      async (record: SQSRecord) =>
        await deliverRecord(queueRecordOf(record), ports, {
          config,
          delivery: deliveryOf(deliveryEnabled, gate),
          lambda,
          batch,
          afterOthers,
          suspects,
        }),
      new BatchProcessor(EventType.SQS),
      // A batch that fails as a whole must not become a function error: each message has been hidden
      // for as long as it is to wait, and the mapping must not slow down on top.
      { context: lambda, throwOnFullBatchFailure: false },
    );
    if (!isStayAway(gate)) await gate.leave();
    return response;
  };
}

/** While delivery is off nobody asks the breaker. */
const OFF: StayAway = { kind: 'stay_away', delayMs: 0 };

function isStayAway(gate: CrmGate | StayAway): gate is StayAway {
  return 'kind' in gate;
}

function deliveryOf(isEnabled: boolean, gate: CrmGate | StayAway): Delivery {
  if (!isEnabled) return { kind: 'off' };
  return isStayAway(gate) ? { kind: 'waits', delayMs: gate.delayMs } : { kind: 'on' };
}

/** Nobody can be told from anybody: the batch waits. That is our fault and counts as no attempt. */
const WITHOUT_PEPPER: DeliveryOutcome = { kind: 'deferred', delayMs: 30_000, untried: true };

async function pepperOrNone(ports: ConsumerPorts, secretId: string): Promise<string | undefined> {
  try {
    return await readPepper(ports.secrets, secretId);
  } catch (error) {
    ports.log.error('The pepper could not be read; the batch comes back later', {}, error);
    return undefined;
  }
}

function queueRecordOf(record: SQSRecord): Parameters<typeof deliverRecord>[0] {
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
  };
}
