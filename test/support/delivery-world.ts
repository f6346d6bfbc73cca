import { createNoteFields } from '../../lambdas/operations/submission/note-fields.ts';
import { enterGate } from '../../lambdas/consumer/crm-gate.ts';
import { lazyDetailsReader } from '../../lambdas/consumer/lazy-details-reader.ts';
import { deliverLeads } from '../../lambdas/consumer/deliver-leads.ts';
import type { Contribution } from '../../lambdas/core/contribution.ts';
import {
  defineConfig,
  type HoldfastConfig,
  type HoldfastConfigInput,
  mergePolicyOf,
} from '../../lambdas/core/config.ts';
import type { DeliveryOutcome } from '../../lambdas/core/delivery-outcome.ts';
import { type Head, mergeContribution } from '../../lambdas/core/head.ts';
import { identityNamesOf } from '../../lambdas/core/identity.ts';
import type { NormalizedEvent } from '../../lambdas/core/lead-event.ts';
import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { aLeadEvent, aNewEvent } from './event-builders.ts';
import { aClock, aCrm, countingIds, evenRandom } from './fakes.ts';
import { createRecordingLog, createRecordingMetrics } from './recording-ports.ts';

const PEPPER = 'pepper-of-the-tests';
const SOURCES: HoldfastConfigInput['sources'] = {
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'], trust: 40 },
  demo: { provider: 'typeform', label: 'Demo request', trust: 60 },
};

/** An event with a key of its own. */
export const event = (
  n: number,
  overrides: Partial<NormalizedEvent> = {},
): Partial<NormalizedEvent> => ({ idempotency_key: `website|lead.created|${n}`, ...overrides });

/** The name that stands for an event's person. */
export function nameOf(overrides: Partial<NormalizedEvent>, config: HoldfastConfig): string {
  const [name] = identityNamesOf(aLeadEvent(overrides), config.identity.order, PEPPER);
  if (name === undefined) throw new Error('the event names nobody');
  return name;
}

/** Consumers over stores in memory and a scripted CRM. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types: what it offers is what it returns
export function aDeliveryWorld(
  script: Parameters<typeof aCrm>[0] = [],
  settings: Partial<Omit<HoldfastConfigInput, 'sources'>> = {},
) {
  const clock = aClock();
  const events = createMemoryEventStore();
  const identities = createMemoryIdentityStore();
  const crm = aCrm(script);
  const ids = countingIds();
  const config = defineConfig({ sources: SOURCES, ...settings });
  const ports = {
    events,
    identities,
    breakers: createMemoryBreakerStore(),
    crm,
    details: lazyDetailsReader(
      async () => await Promise.reject(new Error('nothing is to be read')),
      createRecordingLog(),
    ),
    clock,
    random: evenRandom,
    ids,
    log: createRecordingLog(),
    metrics: createRecordingMetrics(),
  };

  /** Stores an event and claims it, as a consumer finds it. */
  const claimed = async (overrides: Partial<NormalizedEvent> = {}, attempts = 0) => {
    const normalized = aLeadEvent(overrides);
    const key = normalized.idempotency_key;
    await events.accept(
      aNewEvent({ key, normalized, source: normalized.source, occurredAt: normalized.occurred_at }),
    );
    const claim = await events.claim({
      key,
      leaseToken: ids.next(),
      leaseMs: 90_000,
      nowMs: clock.nowMs(),
    });
    if (claim.kind !== 'claimed') throw new Error('the event was not claimed');
    return {
      record: { ...claim.record, attempts },
      leaseToken: claim.leaseToken,
      log: createRecordingLog(),
    };
  };
  const noteFields = createNoteFields(ports);
  const deliver = async (
    batch: readonly Awaited<ReturnType<typeof claimed>>[],
    remainingMs = 60_000,
  ): Promise<readonly DeliveryOutcome[]> => {
    const gate = await enterGate(ports, config.delivery, ids.next());
    if ('kind' in gate) throw new Error('the breaker is open');
    const deadlineMs = clock.nowMs() + remainingMs;
    const context = { config, pepper: PEPPER, deadlineMs, gate, noteFields };
    return await deliverLeads(batch, ports, context);
  };
  const identity = nameOf({}, config);
  const head = async (): Promise<Head | undefined> => {
    const entry = await identities.read('Leads', identity);
    return entry?.kind === 'head' ? entry.head : undefined;
  };
  const merge = (into: Head, contribution: Contribution): Head =>
    mergeContribution(into, contribution, (field) => mergePolicyOf(config, field));
  return { ...ports, config, claimed, deliver, head, identity, merge };
}
