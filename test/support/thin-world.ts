import type { Context, SQSEvent } from 'aws-lambda';
import { buildConsumer } from '../../lambdas/consumer/build-consumer.ts';
import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { SecretUnavailableError } from '../../lambdas/core/errors.ts';
import { createDetailsReader } from '../../lambdas/details/details-reader.ts';
import type { Json } from '../../lambdas/providers/reading/json.ts';
import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../local/memory/memory-identity-store.ts';
import { CONSUMER_ENV } from './consumer-env.ts';
import { aLeadEvent, aNewEvent } from './event-builders.ts';
import { aClock, aCrm, countingIds, evenRandom, someQueues } from './fakes.ts';
import { createRecordingLog, createRecordingMetrics } from './recording-ports.ts';
import { aGraphLead, bindThin } from './thin-provider.ts';

/** One answer of the provider's API, or what happens instead of one. */
export type ApiStep = (request: {
  readonly url: string;
  readonly headers: Headers;
}) => Response | Promise<Response>;

/** An answer of the API. */
export const answers =
  (status: number, body: Json = {}, headers: Readonly<Record<string, string>> = {}): ApiStep =>
  () =>
    new Response(JSON.stringify(body), { status, headers });

/** What a test may make of the world of thin events. */
export interface ThinWorldOptions {
  /** What the API does, call by call; then it tells of the lead. */
  readonly script?: readonly ApiStep[];
  readonly provider?: Parameters<typeof bindThin>[0];
  readonly source?: Partial<HoldfastConfigInput['sources'][string]>;
  /** Under which the configuration has the source; its events are of `ads`. */
  readonly sourceName?: string;
  readonly apiOrigin?: string;
  /** In place of the scripted one. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The real consumer and the real reader of details, over stores in memory and a scripted API. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types: what it offers is what it returns
export function aThinWorld(options: ThinWorldOptions = {}) {
  const clock = aClock();
  const events = createMemoryEventStore();
  const identities = createMemoryIdentityStore();
  const crm = aCrm();
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const queues = someQueues();
  const breakers = createMemoryBreakerStore();
  const secrets = new Map([
    ['pepper', 'a-pepper-for-the-tests'],
    ['source/ads', '{"current":"0123456789abcdef","api_token":"token-1"}'],
  ]);
  const secretReads: string[] = [];
  const reader = {
    read: async (id: string, { fresh = false } = {}) => {
      secretReads.push(fresh ? `${id} fresh` : id);
      const value = secrets.get(id);
      if (value === undefined) throw new SecretUnavailableError('There is no such secret');
      return value;
    },
  };
  const script = [...(options.script ?? [])];
  const calls: { url: string; headers: Headers }[] = [];
  const fetch = async (input: unknown, init: RequestInit = {}) => {
    const call = { url: String(input), headers: new Headers(init.headers) };
    calls.push(call);
    return await (script.shift() ?? answers(200, aGraphLead()))(call);
  };
  const config = defineConfig({
    sources: {
      [options.sourceName ?? 'ads']: {
        provider: 'website_form',
        allowedOrigins: ['https://www.example.com'],
        ...options.source,
      } as HoldfastConfigInput['sources'][string],
    },
  });
  const overrides = {
    events,
    identities,
    breakers,
    queue: queues.queue,
    deadLetters: queues.deadLetters,
    secrets: reader,
    crm,
    clock,
    random: evenRandom,
    ids: countingIds(),
    log,
    metrics,
  };
  const details = () =>
    createDetailsReader({
      config,
      secrets: reader,
      sourceSecretPrefix: 'source/',
      apiOrigin: options.apiOrigin ?? '',
      fetch: options.fetch ?? fetch,
      clock,
      log,
      metrics,
      bind: bindThin(options.provider),
    });
  /** One process: it keeps its own count of calls. */
  const aConsumer = () => buildConsumer(CONSUMER_ENV, config, { ...overrides, details: details() });
  const consume = aConsumer();

  /** Stores an event whose webhook only named a submission. */
  const store = async (id: string): Promise<string> => {
    const key = `ads|lead.created|${id}`;
    await events.accept(
      aNewEvent({
        key,
        source: 'ads',
        sourceEventId: id,
        normalized: aLeadEvent({
          idempotency_key: key,
          source: 'ads',
          identity: {},
          attributes: { form_id: '77' },
          details: { state: 'awaiting', ref: { leadgen_id: id } },
        }),
      }),
    );
    return key;
  };
  /** Hands messages to a consumer, for events or for a quarantine of theirs. */
  const receive = async (
    messages: readonly { readonly key: string; readonly quarantineId?: string }[],
    { consumer = consume, remainingMs = 60_000 } = {},
  ): Promise<void> => {
    const event = {
      Records: messages.map(({ key, quarantineId }, index) => ({
        messageId: `m-${index}`,
        receiptHandle: `r-${key}`,
        body: JSON.stringify({
          schema_version: 1,
          idempotency_key: key,
          source: 'ads',
          event_type: 'lead.created',
          correlation_id: `corr-${key}`,
          ...(quarantineId === undefined ? {} : { quarantine_id: quarantineId }),
        }),
        attributes: { ApproximateReceiveCount: '1' },
        eventSource: 'aws:sqs',
      })),
    } as unknown as SQSEvent;
    await consumer(event, { getRemainingTimeInMillis: () => remainingMs } as Context);
  };
  const recordOf = async (key: string) => (await events.readRecord(key))!;
  return {
    ...overrides,
    ...queues,
    config,
    secretsById: secrets,
    secretReads,
    calls,
    script,
    aConsumer,
    store,
    receive,
    recordOf,
  };
}
