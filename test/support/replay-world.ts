import type { Context, SQSEvent } from 'aws-lambda';
import { buildConsumer } from '../../lambdas/consumer/build-consumer.ts';
import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { type FailureCode, failure } from '../../lambdas/core/failure.ts';
import {
  executeReplay,
  type ReplayOrder,
} from '../../lambdas/operations/quarantine/execute-replay.ts';
import { planReplay, type ReplayRequest } from '../../lambdas/operations/quarantine/plan-replay.ts';
import type { ReplayPlan } from '../../lambdas/operations/quarantine/replay-plan.ts';
import { reportQuarantine } from '../../lambdas/operations/quarantine/report-quarantine.ts';
import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { createMemoryJournal } from '../../local/memory/memory-journal.ts';
import { createMemoryQueue } from '../../local/memory/memory-queue.ts';
import { CONSUMER_ENV } from './consumer-env.ts';
import { aLeadEvent, aNewEvent } from './event-builders.ts';
import { aClock, aCrm, countingIds, evenRandom } from './fakes.ts';
import { createRecordingLog, createRecordingMetrics } from './recording-ports.ts';

/** The secret of the installation that the tests work on. */
export const PEPPER = 'a-pepper-for-the-tests';

const SOURCES: HoldfastConfigInput['sources'] = {
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
  partner: { provider: 'standard_webhooks' },
};

export const ORDER: ReplayOrder = { by: 'local', reason: 'the field is mended' };

/** Stores, queues and the real consumer in memory, and quarantined leads to replay. */
export function aReplayWorld(options: { sources?: HoldfastConfigInput['sources'] } = {}) {
  const config = defineConfig({ sources: options.sources ?? SOURCES });
  const clock = aClock();
  const events = createMemoryEventStore();
  const queue = createMemoryQueue({ clock, visibilityMs: 365_000, maxReceiveCount: 1_000 });
  const crm = aCrm();
  const ids = countingIds();
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const identities = createMemoryIdentityStore();
  const journal = createMemoryJournal();
  const secrets = { read: async () => PEPPER };
  const consume = buildConsumer(CONSUMER_ENV, config, {
    events,
    identities,
    breakers: createMemoryBreakerStore(),
    queue: queue.delivery,
    deadLetters: queue.deadLetter,
    secrets,
    crm,
    clock,
    random: evenRandom,
    ids,
    log,
    metrics,
  });
  const ports = {
    events,
    queue: queue.delivery,
    deadLetters: queue.deadLetterBrowser,
    identities,
    journal,
    secrets,
    clock,
    ids,
    log,
  };
  const settings = { config, pepperSecretId: 'pepper' };

  /** Stores an event that waits for delivery. */
  const accept = async (key: string, overrides: Parameters<typeof aNewEvent>[0] = {}) => {
    const normalized = aLeadEvent({
      idempotency_key: key,
      identity: { email: `${encodeURIComponent(key)}@example.com` },
    });
    await events.accept(aNewEvent({ key, normalized, ...overrides }));
  };
  /** Sets a stored event aside; its dead letter is sent unless told otherwise. */
  const setAside = async (key: string, code: FailureCode, isReported = true) => {
    const leaseToken = ids.next();
    const nowMs = clock.nowMs();
    const claim = await events.claim({ key, leaseToken, leaseMs: 90_000, nowMs });
    if (claim.kind !== 'claimed') throw new Error(`${key} could not be claimed`);
    const entry = { quarantineId: ids.next(), failure: failure(code), attempts: 1, atMs: nowMs };
    await events.quarantine(key, leaseToken, entry);
    if (!isReported) return;
    const deadLetters = queue.deadLetter;
    await reportQuarantine(claim.record, entry, { events, deadLetters, clock, metrics });
  };

  return {
    config,
    clock,
    events,
    queue,
    crm,
    log,
    ports,
    settings,
    accept,
    setAside,
    /** Stores an event and sets it aside. */
    quarantine: async (
      key: string,
      code: FailureCode = 'crm_invalid_data',
      overrides: Parameters<typeof aNewEvent>[0] = {},
    ) => {
      await accept(key, overrides);
      await setAside(key, code);
    },
    plan: async (selection: ReplayRequest['selection'] = {}, remap = false, countMax?: number) =>
      await planReplay(
        { selection, remap, ...(countMax === undefined ? {} : { countMax }) },
        ports,
        settings,
      ),
    execute: async (plan: ReplayPlan, order: ReplayOrder = ORDER) =>
      await executeReplay(plan, order, ports, settings),
    /** Lets the consumer handle every message that is visible now. */
    drain: async () => {
      for (;;) {
        const received = queue.receive(10);
        if (received.length === 0) return;
        const event = {
          Records: received.map((message) => ({
            messageId: message.messageId,
            receiptHandle: message.receiptHandle,
            body: message.body,
            attributes: { ApproximateReceiveCount: String(message.receiveCount) },
            eventSource: 'aws:sqs',
          })),
        } as unknown as SQSEvent;
        const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
        const { batchItemFailures } = await consume(event, context);
        const failed = new Set(batchItemFailures.map((each) => each.itemIdentifier));
        for (const message of received) {
          if (!failed.has(message.messageId)) queue.delete(message.receiptHandle);
        }
      }
    },
    stateOf: async (key: string) => (await events.readRecord(key))?.state,
    letterKeys: () =>
      queue
        .deadLetters()
        .map(({ body }) => (JSON.parse(body) as { idempotency_key: string }).idempotency_key),
  };
}
