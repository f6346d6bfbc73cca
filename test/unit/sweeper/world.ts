import { type Breaker, NEW_BREAKER } from '../../../lambdas/core/breaker.ts';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import type { EventStore } from '../../../lambdas/core/ports/events.ts';
import type { Metrics } from '../../../lambdas/core/ports/telemetry.ts';
import { createSweep } from '../../../lambdas/sweeper/sweep.ts';
import { createMemoryEventStore } from '../../../local/memory/memory-event-store.ts';
import { aNewEvent } from '../../support/event-builders.ts';
import { aClock, someQueues } from '../../support/fakes.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

export const MINUTE_MS = 60_000;

/** One gauge as it was measured. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly source?: string;
}

/** The sweeper over in-memory ports, with the breaker and the clock in the test's hands. */
export function aWorld(settings: HoldfastConfigInput['sweeper'] = {}) {
  const clock = aClock();
  const events: EventStore = createMemoryEventStore();
  const queues = someQueues();
  const log = createRecordingLog();
  const measured: Measured[] = [];
  const metrics: Metrics = {
    ...createRecordingMetrics(),
    gauge: (name, value, dimensions = {}) => {
      measured.push({ name, value, ...dimensions });
    },
  };
  const world = { breaker: undefined as Breaker | undefined };
  const breakers = { read: async () => world.breaker };
  const config = defineConfig({
    sources: {
      website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
      demo: { provider: 'typeform' },
    },
    sweeper: settings,
  });
  const ports = { events, breakers, clock, log, metrics, ...queues };
  const on = createSweep(ports, { deliveryEnabled: true, config });
  const off = createSweep(ports, { deliveryEnabled: false, config });

  return {
    clock,
    events,
    breakers,
    log,
    measured,
    ...queues,
    run: async (deliveryEnabled = true) => await (deliveryEnabled ? on() : off()),
    /** Keys of the events that were enqueued again, in order. */
    enqueuedKeys: () => queues.enqueued.map(({ message }) => message.idempotency_key),
    /** The values that a gauge was given, over all runs. */
    valuesOf: (name: string) => measured.filter((one) => one.name === name).map((one) => one.value),
    closeBreaker: () => {
      world.breaker = NEW_BREAKER;
    },
    openBreaker: (changes: Partial<Breaker> = {}) => {
      world.breaker = { ...NEW_BREAKER, state: 'open', reason: 'failures', ...changes };
    },
    store: async (key: string, changes: Parameters<typeof aNewEvent>[0] = {}) =>
      await events.accept(
        aNewEvent({ receivedAt: new Date(clock.nowMs()).toISOString(), ...changes, key }),
      ),
    hold: async (key: string) => await events.hold({ key, nowMs: clock.nowMs() }),
    claim: async (key: string) =>
      await events.claim({ key, leaseToken: 't', leaseMs: 90_000, nowMs: clock.nowMs() }),
    /** Claims an event and fails it, so that it is due in `dueInMs`. */
    fail: async (key: string, dueInMs: number) => {
      const nowMs = clock.nowMs();
      await events.claim({ key, leaseToken: 't', leaseMs: 90_000, nowMs });
      await events.fail(key, 't', {
        failure: failure('crm_no_answer'),
        attempts: 5,
        atMs: nowMs,
        nextDueAtMs: nowMs + dueInMs,
      });
    },
    /** An event that is in quarantine from the start; its dead letter has not been sent. */
    quarantine: async (key: string, quarantineId = `q-${key}`) =>
      await events.accept(
        aNewEvent({
          key,
          receivedAt: new Date(clock.nowMs()).toISOString(),
          initial: { state: 'quarantined', failure: failure('unknown_shape'), quarantineId },
        }),
      ),
  };
}
