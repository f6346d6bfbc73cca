import { describe, expect, it } from 'vitest';
import { buildCanary } from '../../../lambdas/canary/build-canary.ts';
import { buildCanaryRequest } from '../../../lambdas/canary/canary-request.ts';
import { runCanary } from '../../../lambdas/canary/run-canary.ts';
import { CANARY_SOURCE } from '../../../lambdas/core/pipeline-names.ts';
import { defineConfig } from '../../../lambdas/core/config.ts';
import {
  ConfigError,
  SecretUnavailableError,
  StoreUnavailableError,
} from '../../../lambdas/core/errors.ts';
import type { EventRecord } from '../../../lambdas/core/event-record.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { anEventRecord, T0 } from '../../support/event-builders.ts';
import { aClock, countingIds } from '../../support/fakes.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

const SECRET = 'the-secret-of-the-canary';
const CONFIG = defineConfig({ sources: { demo: { provider: 'typeform' } }, canary: {} });
const KEY = `${CANARY_SOURCE}|lead.created|id-1`;
const ACCEPTED = { status: 200, body: JSON.stringify({ events: [{ idempotency_key: KEY }] }) };

/** A pipeline that answers as it is told, and shows the event's states one after the other. */
function aPipeline(
  states: readonly (Partial<EventRecord> | 'down' | 'absent')[],
  options: { answer?: { status: number; body: string } | 'none'; secret?: string } = {},
) {
  const { answer = ACCEPTED, secret = JSON.stringify({ current: SECRET }) } = options;
  const clock = aClock();
  const log = createRecordingLog();
  const gauges: Record<string, number> = {};
  const posted: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = [];
  let looks = 0;
  const run = async (crm: 'dry_run' | 'write' = 'dry_run') =>
    await runCanary(
      {
        post: async (url, request) => {
          posted.push({ url, ...request });
          if (answer === 'none') throw new TypeError('fetch failed');
          return answer;
        },
        events: {
          readRecord: async (key) => {
            const state = states[Math.min(looks, states.length - 1)] ?? 'absent';
            looks += 1;
            if (state === 'down') throw new StoreUnavailableError('The table', new Error('x'));
            return state === 'absent'
              ? undefined
              : anEventRecord({ key, source: CANARY_SOURCE, ...state });
          },
        },
        secrets: {
          read: async () => {
            if (secret === 'down') throw new SecretUnavailableError('The secret store is down');
            return secret;
          },
        },
        clock,
        ids: countingIds(),
        log,
        metrics: {
          count: () => undefined,
          gauge: (name, value) => {
            gauges[name] = value;
          },
        },
      },
      { crm, patienceSeconds: 40, endpoint: 'https://hooks.example.com', secretId: 'canary' },
    );
  return { run, posted, gauges, log, clock, looks: () => looks };
}

const DRY_END = { state: 'suppressed', suppression: 'canary' } as const;

describe('a run of the canary', () => {
  it('follows its event to the end, and says how long that took', async () => {
    const { run, gauges, posted } = aPipeline([
      'absent',
      { state: 'received' },
      { state: 'processing' },
      DRY_END,
    ]);

    expect(await run()).toEqual({ kind: 'delivered', durationMs: 3_000 });

    expect(gauges).toEqual({ CanaryDelivered: 1, CanarySeconds: 3 });
    expect(posted[0]?.url).toBe('https://hooks.example.com/hooks/holdfast_canary');
  });

  it.each([
    ['dry_run', { state: 'succeeded' }],
    ['dry_run', { state: 'suppressed', suppression: 'test_lead' }],
    ['write', DRY_END],
    ['write', { state: 'quarantined', failure: failure('crm_invalid_data') }],
    ['dry_run', { state: 'quarantined', failure: failure('missing_identity') }],
  ] as const)('with %s, has not arrived when its event is %j', async (crm, end) => {
    const { run, gauges } = aPipeline([end]);

    expect(await run(crm)).toEqual({ kind: 'missed', why: 'ended_otherwise' });
    expect(gauges).toEqual({ CanaryDelivered: 0 });
  });

  it('has arrived in the CRM where it goes the whole way', async () => {
    const { run } = aPipeline([{ state: 'succeeded' }]);

    expect(await run('write')).toMatchObject({ kind: 'delivered' });
  });

  it.each([
    ['nobody delivers it', [{ state: 'received' } as const], {}, 'not_in_time'],
    ['it waits for the CRM', [{ state: 'failed' } as const], {}, 'not_in_time'],
    ['the table is down', ['down' as const], {}, 'store_unavailable'],
    ['intake refuses it', [], { answer: { status: 401, body: '{}' } }, 'not_accepted'],
    ['intake answers 503', [], { answer: { status: 503, body: '{}' } }, 'not_accepted'],
    ['somebody else answers', [], { answer: { status: 200, body: '<html>' } }, 'not_accepted'],
    ['nobody answers', [], { answer: 'none' as const }, 'no_answer'],
    ['it has no secret', [], { secret: 'down' as const }, 'no_secret'],
    ['its secret is none', [], { secret: '{"current":""}' }, 'no_secret'],
  ])('has not arrived when %s', async (_, states, options, why) => {
    const { run, gauges, clock, log } = aPipeline(states, options);

    expect(await run()).toEqual({ kind: 'missed', why });

    expect(gauges).toEqual({ CanaryDelivered: 0 });
    expect(clock.nowMs() - T0).toBeLessThanOrEqual(40_000);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', fields: { outcome: why } });
  });

  it('does not count an end that comes after its patience', async () => {
    const pipeline = aPipeline([
      ...Array.from({ length: 60 }, () => ({ state: 'received' as const })),
      DRY_END,
    ]);

    expect(await pipeline.run()).toEqual({ kind: 'missed', why: 'not_in_time' });
    expect(pipeline.looks()).toBeLessThanOrEqual(41);
  });

  it('goes on looking when the table stumbles once', async () => {
    const { run } = aPipeline(['down', DRY_END]);

    expect((await run()).kind).toBe('delivered');
  });
});

describe('the request of the canary', () => {
  const source = CONFIG.sources[CANARY_SOURCE];
  if (source === undefined) throw new Error('there is a canary');
  const provider = bindProvider(source);
  const requestAt = (nowMs: number, id = 'c1') => {
    const { headers, body } = buildCanaryRequest(id, SECRET, nowMs);
    return { method: 'POST', headers, body: new TextEncoder().encode(body) };
  };

  it('is verified as any sender is, and refused with another secret, another body, or too late', () => {
    const request = requestAt(T0);
    const verify = (change: Partial<typeof request>, secret = SECRET, atMs = T0) =>
      provider.verify({ ...request, ...change }, { current: secret }, atMs).kind;

    expect(verify({})).toBe('verified');
    expect(verify({}, 'the-secret-of-somebody-else')).toBe('refused');
    expect(verify({ body: new TextEncoder().encode('{}') })).toBe('refused');
    expect(verify({}, SECRET, T0 + 3_600_000)).toBe('refused');
  });

  it('says a person who does not exist, always the same, and something new each time', async () => {
    const read = async (nowMs: number) => {
      const reading = await provider.read(requestAt(nowMs));
      if (reading.kind !== 'read') throw new Error('it could not be read');
      return reading.submissions[0];
    };
    const [first, second] = [await read(T0), await read(T0 + 300_000)];

    expect(first).toMatchObject({
      sourceEventId: 'c1',
      email: 'holdfast.canary@example.com',
      phone: '+12025550100',
      externalId: 'holdfast-canary',
      occurredAt: '2026-11-22T04:00:00.000Z',
    });
    expect(second?.email).toBe(first?.email);
    expect(second?.attributes).not.toEqual(first?.attributes);
    expect(second?.attributes).not.toHaveProperty('message');
  });
});

describe('the canary function', () => {
  const env = {
    STAGE: 'x',
    TABLE_NAME: 'x',
    ENDPOINT: 'x',
    CANARY_SECRET_ID: 'x',
    AWS_REGION: 'us-east-1',
  };

  it('fails, and measures nothing, where none is configured', async () => {
    const log = createRecordingLog();
    const metrics = { ...createRecordingMetrics(), flush: () => undefined };
    const run = buildCanary(env, { ...CONFIG, canary: undefined }, { log, metrics });

    await expect(run()).rejects.toThrow('The function failed');

    expect(log.lines.map(({ level }) => level)).toEqual(['error']);
  });

  it('does not start without one of its variables', () => {
    expect(() => buildCanary({ ...env, ENDPOINT: undefined }, CONFIG)).toThrow(ConfigError);
  });
});
