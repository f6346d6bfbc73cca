import assert from 'node:assert/strict';
import { normalizedEventSchema } from '../../lambdas/core/lead-event.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { Log } from '../../lambdas/core/ports/telemetry.ts';
import type { EventRecord, NewEvent } from '../../lambdas/core/event-record.ts';
import type { IntakeRequest, IntakeResponse } from '../../lambdas/intake/intake-request.ts';
import { createReceiveWebhook } from '../../lambdas/intake/receive-webhook.ts';
import { mapAnew } from '../../lambdas/operations/mapping/map-anew.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import { createMemoryEventStore } from '../memory/memory-event-store.ts';
import { proofOf, signSample } from '../samples/sample-signing.ts';
import type { FuzzInput } from './fuzz-input.ts';
import { FUZZ_NOW_MS, type FuzzSources } from './fuzz-sources.ts';

const PEPPER = 'a-pepper-for-inputs-that-are-made-up';
const STATUSES: ReadonlySet<number> = new Set([200, 204, 401, 403, 405, 409, 413, 415, 503]);

/** Room for an item of the event store, less its other attributes (Amazon DynamoDB, Constraints, read 2026-11-22). */
const EVENT_BYTES_MAX = 390_000;

/**
 * Tries intake with one input, over stores in memory, and checks what it owes to any request.
 *
 * @returns what the input did, in one line: inputs that do the same have the same
 * @throws {assert.AssertionError} intake broke a promise; the message says which
 */
export async function tryInput(input: FuzzInput, sources: FuzzSources): Promise<string> {
  const world = buildWorld(sources);
  const request = requestOf(input, sources);

  const answer = await world.receive(request);
  assertAnswer(answer, world.faults);
  const { stored } = world;
  if (answer.status !== 200 && answer.status !== 409) {
    assert.equal(
      stored.length,
      0,
      `something was stored, although the answer was ${answer.status}`,
    );
    return `${input.source} ${answer.status}`;
  }

  const keys = stored.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length, 'a key was stored twice');
  for (const event of stored) await checkEvent(event, world, sources);
  await checkRepetition(request, answer, world);
  return [input.source, answer.status, ...new Set(stored.map(describeEvent))].join(' ');
}

interface World {
  receive(request: IntakeRequest): Promise<IntakeResponse>;
  readonly store: EventStore;
  readonly stored: NewEvent[];
  /** Faults that nobody foresaw; intake answers 503 to them. */
  readonly faults: unknown[];
  /** Every log line, as text. */
  readonly lines: string[];
}

function buildWorld({ config, secrets }: FuzzSources): World {
  const store = createMemoryEventStore();
  const stored: NewEvent[] = [];
  const faults: unknown[] = [];
  const lines: string[] = [];
  let ids = 0;
  const receive = createReceiveWebhook(
    {
      events: {
        ...store,
        accept: async (event) => {
          const acceptance = await store.accept(event);
          if (acceptance.kind === 'accepted') stored.push(event);
          return acceptance;
        },
      },
      queue: { enqueue: async () => undefined },
      deadLetters: { send: async () => undefined, count: async () => 0 },
      secrets: {
        read: async (id) => {
          const current = secrets.get(id.replace('source/', ''));
          return id === 'pepper' ? PEPPER : JSON.stringify({ current, verify_token: VERIFY_TOKEN });
        },
      },
      humans: { ask: async () => ({ kind: 'passed' }) },
      clock: { nowMs: () => FUZZ_NOW_MS },
      ids: { next: () => `id-${(ids += 1)}` },
      log: recordingLog(lines, faults),
      metrics: { count: () => undefined, gauge: () => undefined },
    },
    { config, sourceSecretPrefix: 'source/', pepperSecretId: 'pepper' },
  );
  return { receive, store, stored, faults, lines };
}

const VERIFY_TOKEN = 'a-made-up-verify-token';

function recordingLog(lines: string[], faults: unknown[]): Log {
  const write = (message: string, fields: object = {}, cause?: unknown): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
    if (cause !== undefined) faults.push(cause);
  };
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}

function requestOf(input: FuzzInput, { config, secrets }: FuzzSources): IntakeRequest {
  const source = config.sources[input.source];
  assert(source !== undefined, `there is no source ${input.source}`);
  const base = { method: input.method, headers: input.headers, body: input.body };
  const query = new Map(new URLSearchParams(input.query));
  if (!input.isSigned) return { ...base, path: `/hooks/${input.source}`, query };
  const { authentication } = bindProvider(source);
  const secret = secrets.get(input.source) ?? '';
  const proof = proofOf(authentication, secret, input.headers, input.body);
  const headers = signSample(
    {
      headers: { ...input.headers, ...proof.headers },
      body: input.body,
      ...(proof.signing === undefined ? {} : { signing: proof.signing }),
    },
    FUZZ_NOW_MS,
  );
  const path = `/hooks/${input.source}${proof.token === undefined ? '' : `/${proof.token}`}`;
  return { ...base, path, headers, query };
}

function assertAnswer(answer: IntakeResponse, faults: readonly unknown[]): void {
  if (faults.length > 0) {
    const fault = faults[0];
    assert.fail(
      `a fault that nobody foresaw: ${fault instanceof Error ? fault.stack : String(fault)}`,
    );
  }
  assert(STATUSES.has(answer.status), `the answer was ${answer.status}`);
  // To a sender that takes 401 for good, a refusal is 503 as well.
  const isRefused = answer.status === 503 && answer.body === JSON.stringify({ status: 'refused' });
  assert(answer.status !== 503 || isRefused, 'the answer was 503, although nothing was broken');
}

async function checkEvent(event: NewEvent, world: World, sources: FuzzSources): Promise<void> {
  const { config, secrets } = sources;
  const record = await world.store.readRecord(event.key);
  assert(record !== undefined, 'an event that was acknowledged is not stored');
  assert(Buffer.byteLength(event.key) <= 1_000, 'a key is too long for the table');

  const secret = secrets.get(record.source);
  const kept = [
    Buffer.from(event.raw.body).toString('latin1'),
    JSON.stringify(event.raw.headers),
    JSON.stringify(event.normalized ?? ''),
    ...world.lines,
  ];
  assert(secret === undefined || kept.every((text) => !text.includes(secret)), 'a secret was kept');

  if (event.normalized === undefined) {
    assert.equal(event.initial.state, 'quarantined', 'an event without content is not set aside');
    return;
  }
  normalizedEventSchema.parse(event.normalized);
  const bytes = Buffer.byteLength(JSON.stringify(event.normalized));
  assert(bytes <= EVENT_BYTES_MAX, `a normalized event has ${bytes} bytes`);
  await checkMappedAnew(event, record, world.store, config);
}

/** What is kept of the request gives the same event again. */
async function checkMappedAnew(
  event: NewEvent,
  record: EventRecord,
  store: EventStore,
  config: FuzzSources['config'],
): Promise<void> {
  const anew = await mapAnew(record, store, { config, pepper: PEPPER });
  if (anew.kind === 'mapped') {
    assert.deepEqual(
      anew.normalized,
      event.normalized,
      'read again, the event says something else',
    );
  } else {
    assert.notEqual(event.initial.state, 'received', `it cannot be read again: ${anew.why}`);
  }
}

/** The same request again is the same events, and nothing more. */
async function checkRepetition(
  request: IntakeRequest,
  first: IntakeResponse,
  world: World,
): Promise<void> {
  const before = world.stored.length;
  const again = await world.receive(request);
  assert.equal(again.status, first.status, 'sent again, it was answered otherwise');
  assert.equal(world.stored.length, before, 'sent again, it made another event');
}

function describeEvent(event: NewEvent): string {
  const { initial, normalized } = event;
  const outcome =
    initial.state === 'quarantined'
      ? initial.failure.code
      : initial.state === 'suppressed'
        ? initial.suppression
        : initial.state;
  const names = [
    ...Object.keys(normalized?.identity ?? {}),
    ...Object.keys(normalized?.attributes ?? {}),
  ];
  return `${event.eventType}:${outcome}:${names.toSorted().join(',')}`;
}
