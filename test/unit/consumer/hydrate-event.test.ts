import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { aLeadEvent, aNewEvent } from '../../support/event-builders.ts';
import { aGraphLead } from '../../support/thin-provider.ts';
import {
  answers,
  aThinWorld,
  type ApiStep,
  type ThinWorldOptions,
} from '../../support/thin-world.ts';

const EXPIRED = { error: { code: 190, message: 'Session has expired' } };
const HANG: ApiStep = async () => await new Promise<Response>(() => {});

/** Hangs, and lets the time for the call pass. */
const hangFor =
  (world: () => ReturnType<typeof aThinWorld>, ms: number): ApiStep =>
  async (request) => {
    world().clock.advance(ms);
    return await HANG(request);
  };

describe('an event whose webhook only named a submission', () => {
  it('tells which fields its form has once its details are read, and only then', async () => {
    const world = aThinWorld({ script: [answers(503, {}), answers(200, aGraphLead())] });
    const key = await world.store('1');

    await world.receive([{ key }]);
    const before = await world.events.readSourceFields('ads');
    world.clock.advance(60_000);
    await world.receive([{ key }]);

    expect(before).toBeUndefined();
    const known = await world.events.readSourceFields('ads');
    expect([...(known?.fields.keys() ?? [])]).toContain('email');
    expect(world.metrics.counted.filter((name) => name.startsWith('SchemaDrift'))).toEqual([]);
  });

  it('is completed from the provider’s API and delivered in the same go', async () => {
    const world = aThinWorld();
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(world.calls).toHaveLength(1);
    expect(world.calls[0]!.url).toBe('https://graph.example.com/1?fields=id,field_data');
    expect(world.calls[0]!.headers.get('authorization')).toBe('Bearer token-1');
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(world.crm.calls[0]).toMatchObject([
      { values: { email: 'ana@example.com', first_name: 'Ana', last_name: 'Ng' } },
    ]);
    expect(world.metrics.counted).toEqual(
      expect.arrayContaining(['DetailsCall{ads}', 'LeadDelivered{ads}']),
    );
    expect(world.metrics.counted).not.toContain('DetailsCallFailed{ads}');
  });

  it('keeps what the API answered, digit by digit, and what it was read as', async () => {
    const answer =
      '{"id":9007199254740993,"field_data":[{"name":"email","values":["a@example.com"]}]}';
    const world = aThinWorld({ script: [() => new Response(answer)] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    const { payloadHash, remappedAs } = await world.recordOf(key);
    const stored = await world.events.readDetails(key, payloadHash);
    expect(new TextDecoder().decode(stored)).toBe(`[${answer}]`);
    expect(await world.events.readNormalized(key, payloadHash, remappedAs)).toMatchObject({
      event_type: 'lead.created',
      identity: { email: 'a@example.com' },
      attributes: { form_id: '77' },
      details: { state: 'read', ref: { leadgen_id: '1' } },
    });
  });

  it('never asks again once it is complete, and its person is linked to it', async () => {
    const world = aThinWorld({ script: [answers(503), answers(200, aGraphLead())] });
    const key = await world.store('1');
    await world.receive([{ key }]);
    world.clock.advance(60_000);
    const table = { ...world.events };
    let isKilled = true;
    const linked: string[] = [];
    world.identities.link = async (_module, _identity, _at, event) => void linked.push(event);
    // The process ends right after the details are stored.
    world.events.storeDetails = async (...args) => {
      const written = await table.storeDetails(...args);
      if (isKilled) throw new StoreUnavailableError('The table', new Error('killed'));
      return written;
    };
    await world.receive([{ key }]);
    const between = await world.recordOf(key);
    isKilled = false;
    world.clock.advance(90_000);

    await world.receive([{ key }]);

    expect(between).toMatchObject({ state: 'received', attempts: 0 });
    expect(world.calls).toHaveLength(2);
    expect(linked).toEqual([key]);
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('is quarantined without an identity only once its details tell that it has none', async () => {
    const world = aThinWorld({ script: [answers(200, aGraphLead({ full_name: 'Ana Ng' }))] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      attempts: 0,
      failure: { code: 'missing_identity' },
    });
  });

  it.each([
    ['a test', aGraphLead({ email: 'a@example.com' }, { is_test: true }), 'test_lead'],
    ['nothing that is a lead', aGraphLead({}), 'not_a_lead'],
  ])('is suppressed when its details tell of %s', async (_what, answer, suppression) => {
    const world = aThinWorld({ script: [answers(200, answer)] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({ state: 'suppressed', suppression });
    expect(world.metrics.counted).toContain('LeadSuppressed{ads}');
    expect(world.crm.calls).toEqual([]);
  });

  it('is suppressed without a call when its deletion is stored', async () => {
    const world = aThinWorld();
    const key = await world.store('1');
    await world.events.accept(
      aNewEvent({
        key: 'ads|lead.deleted|1',
        initial: { state: 'suppressed', suppression: 'not_a_lead' },
      }),
    );

    await world.receive([{ key }]);

    expect(world.calls).toEqual([]);
    expect(await world.recordOf(key)).toMatchObject({
      state: 'suppressed',
      suppression: 'deleted_at_source',
    });
    expect(world.letters).toEqual([]);
  });
});

describe('trouble with the provider’s API', () => {
  const CUT: ApiStep = () => new Response('{"id":"1","field_da');

  it.each<[string, ApiStep, string]>([
    ['a server error', answers(500), 'details_unavailable'],
    ['an answer that was cut off', CUT, 'details_unavailable'],
    ['a redirect', answers(302, {}, { location: 'https://x.example.com' }), 'details_unavailable'],
    [
      'a lost connection',
      async () => await Promise.reject(new TypeError('fetch failed')),
      'details_no_answer',
    ],
    ['a submission that is not there yet', answers(404), 'details_not_yet'],
  ])('that passes, %s, is tried again later', async (_what, step, code) => {
    const world = aThinWorld({ script: [step] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({
      state: 'failed',
      attempts: 1,
      failure: { code, class: 'retryable' },
      nextDueAtMs: world.clock.nowMs() + 2_000,
    });
    expect(world.metrics.counted).toContain('DetailsCallFailed{ads}');
    world.clock.advance(2_000);
    await world.receive([{ key }]);
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('does not open the breaker of the CRM', async () => {
    const world = aThinWorld({ script: Array.from({ length: 30 }, () => answers(500)) });
    const keys = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => await world.store(`${n}`)),
    );

    for (let round = 0; round < 3; round += 1) {
      await world.receive(keys.map((key) => ({ key })));
      world.clock.advance(60_000);
    }

    expect(world.calls.length).toBeGreaterThan(20);
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('a call that hangs ends with its time, and others of the source wait for a while', async () => {
    const world: ReturnType<typeof aThinWorld> = aThinWorld({
      script: [hangFor(() => world, 8_000)],
    });
    const [first, second] = [await world.store('1'), await world.store('2')];

    await world.receive([{ key: first }]);
    await world.receive([{ key: second }]);

    expect(await world.recordOf(first)).toMatchObject({
      state: 'failed',
      failure: { code: 'details_no_answer' },
    });
    expect(await world.recordOf(second)).toMatchObject({ state: 'received', attempts: 0 });
    expect(world.deferred.at(-1)).toEqual({ receiptHandle: `r-${second}`, delaySeconds: 17 });
    expect(world.calls).toHaveLength(1);
  });

  it('that hangs under nine of a batch holds the tenth up for eight seconds, and no longer', async () => {
    const world: ReturnType<typeof aThinWorld> = aThinWorld({
      script: [...Array.from({ length: 8 }, () => HANG), hangFor(() => world, 8_000)],
    });
    const thin = await Promise.all(
      Array.from({ length: 9 }, async (_, n) => await world.store(`${n}`)),
    );
    const key = 'ads|lead.created|whole';
    const normalized = aLeadEvent({ idempotency_key: key, source: 'ads' });
    await world.events.accept(aNewEvent({ key, source: 'ads', normalized }));
    const startMs = world.clock.nowMs();

    await world.receive([...thin, key].map((each) => ({ key: each })));

    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded' });
    expect(world.clock.nowMs() - startMs).toBe(8_000);
    const records = await Promise.all(thin.map(world.recordOf));
    expect(new Set(records.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
      new Set(['failed 1']),
    );
  });

  it('too many requests: the source pauses for as long as the API asks', async () => {
    const world = aThinWorld({ script: [answers(429, {}, { 'retry-after': '90' })] });
    const [first, second] = [await world.store('1'), await world.store('2')];

    await world.receive([{ key: first }]);
    await world.receive([{ key: second }]);
    const early = await world.recordOf(second);
    world.clock.advance(90_000);
    await world.receive([{ key: second }]);

    expect(await world.recordOf(first)).toMatchObject({
      failure: { code: 'details_rate_limited' },
      nextDueAtMs: world.clock.nowMs(),
    });
    expect(early).toMatchObject({ state: 'received', attempts: 0 });
    expect(await world.recordOf(second)).toMatchObject({ state: 'succeeded' });
    expect(world.calls).toHaveLength(2);
  });

  it('never asks more often than its limit; who must wait is only put off', async () => {
    const world = aThinWorld({ provider: { callsPerMinuteMax: () => 30 } });
    const keys = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => await world.store(`${n}`)),
    );

    await world.receive(keys.map((key) => ({ key })));

    expect(world.calls).toHaveLength(5);
    const records = await Promise.all(keys.map(world.recordOf));
    expect(records.filter(({ state }) => state === 'succeeded')).toHaveLength(5);
    expect(
      records.filter(({ state, attempts }) => state === 'received' && attempts === 0),
    ).toHaveLength(5);
    // One after the other, as the budget fills: 2 s a call.
    expect(
      world.deferred.map(({ delaySeconds }) => delaySeconds).toSorted((a, b) => a - b),
    ).toEqual([3, 5, 7, 9, 11]);
  });

  it('is given up when attempts and hours are used up, and says what was last', async () => {
    const world = aThinWorld({
      script: [answers(500), answers(500)],
      source: { retry: { attemptsMax: 2, retryForHours: 0 } },
    });
    const key = await world.store('1');

    await world.receive([{ key }]);
    world.clock.advance(300_000);
    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      attempts: 2,
      failure: {
        code: 'retries_exhausted',
        message: expect.stringContaining('details_unavailable') as string,
      },
    });
  });

  it('has attempts of its own: the CRM gets all of them', async () => {
    const world = aThinWorld({
      script: Array.from({ length: 4 }, () => answers(500)),
      source: { retry: { attemptsMax: 5, retryForHours: 0 } },
    });
    const key = await world.store('1');
    for (let round = 0; round < 4; round += 1) {
      await world.receive([{ key }]);
      world.clock.advance(300_000);
    }
    const tried = await world.recordOf(key);

    await world.receive([{ key }]);

    expect(tried).toMatchObject({ state: 'failed', attempts: 4 });
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('of an hour sets no lead aside, not even one that must reach a person soon', async () => {
    const world = aThinWorld({
      script: Array.from({ length: 60 }, () => answers(503)),
      source: { highIntent: true },
    });
    const key = await world.store('1');

    for (let minute = 0; minute < 60; minute += 1) {
      await world.receive([{ key }]);
      world.clock.advance(60_000);
    }
    const tried = await world.recordOf(key);
    world.script.length = 0;
    world.clock.advance(300_000);
    await world.receive([{ key }]);

    expect(tried).toMatchObject({ state: 'failed', failure: { code: 'details_unavailable' } });
    expect(tried.attempts).toBeGreaterThan(50);
    expect(world.metrics.counted).toContain('HighIntentLeadDelayed{ads}');
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded' });
  });

  it('a submission that stays unknown is given up after ten minutes', async () => {
    const world = aThinWorld({ script: [answers(404), answers(404)] });
    const key = await world.store('1');

    world.clock.advance(599_999);
    await world.receive([{ key }]);
    const before = await world.recordOf(key);
    world.clock.advance(10_000);
    await world.receive([{ key }]);

    expect(before).toMatchObject({ state: 'failed', failure: { code: 'details_not_yet' } });
    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_gone', class: 'permanent' },
    });
  });

  it.each<[string, ApiStep]>([
    ['something of another shape', answers(200, { data: [] })],
    ['that the request is wrong', answers(400, { error: { code: 100 } })],
    ['more than any submission holds', () => new Response('"x"'.padEnd(1_000_001))],
  ])('an API that answers %s ends the event at once', async (_what, step) => {
    const world = aThinWorld({ script: [step] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_unreadable', class: 'permanent' },
    });
  });

  it('a source that was taken out of the configuration ends its events by a code of their own', async () => {
    const world = aThinWorld({ sourceName: 'another' });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_source_gone', class: 'permanent' },
    });
  });

  it('and a provider’s code that fails over one answer takes no other lead along', async () => {
    const world = aThinWorld({
      provider: {
        read: (thin) => {
          if (thin.sourceEventId === '1') throw new Error('a fault');
          return { kind: 'read', submissions: [{ ...thin, email: 'ana@example.com' }] };
        },
      },
    });
    const [bad, good] = [await world.store('1'), await world.store('2')];

    await world.receive([{ key: bad }, { key: good }]);

    expect(await world.recordOf(bad)).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_unreadable' },
    });
    expect(await world.recordOf(good)).toMatchObject({ state: 'succeeded' });
  });

  it('and one that fails over the name of a deletion reads the submission all the same', async () => {
    const world = aThinWorld({
      provider: {
        deletionOf: () => {
          throw new Error('a fault');
        },
      },
    });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded' });
    expect(world.log.lines.map(({ message }) => message)).toContain(
      'Reading the details of a submission failed',
    );
  });

  it('nothing is asked when too little time is left in the invocation', async () => {
    const world = aThinWorld();
    const key = await world.store('1');

    await world.receive([{ key }], { remainingMs: 12_999 });

    expect(world.calls).toEqual([]);
    expect(await world.recordOf(key)).toMatchObject({ state: 'received', attempts: 0 });
  });
});

describe('a token that no longer opens the provider’s API', () => {
  it.each<[string, ApiStep]>([
    ['401', answers(401)],
    ['403', answers(403)],
    ['what the provider calls so', answers(400, EXPIRED)],
  ])('parks the event at once, under a class of its own: %s', async (_what, step) => {
    const world = aThinWorld({ script: [step] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    const record = await world.recordOf(key);
    expect(record).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_unauthorized', class: 'source_authorization' },
    });
    expect(world.letters).toMatchObject([
      { failure_code: 'details_unauthorized', failure_class: 'source_authorization' },
    ]);
    const parked = { kind: 'quarantined', failureClass: 'source_authorization' } as const;
    const page = { receivedBeforeMs: world.clock.nowMs() + 1, limit: 10 };
    expect((await world.events.listOpen(parked, page)).keys).toEqual([key]);
    expect(world.metrics.counted).toContain('DetailsUnauthorized{ads}');
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('is mended, and its quarantine opened: the event is delivered', async () => {
    const world = aThinWorld({ script: [answers(401)] });
    const key = await world.store('1');
    await world.receive([{ key }]);
    const { quarantineId } = await world.recordOf(key);

    await world.receive([{ key, quarantineId: quarantineId! }]);

    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('is read anew once, since it may just have been replaced', async () => {
    const world: ReturnType<typeof aThinWorld> = aThinWorld({
      script: [
        () => {
          world.secretsById.set('source/ads', '{"api_token":"token-2"}');
          return new Response('{}', { status: 401 });
        },
      ],
    });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(world.calls.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded' });
  });

  it('is not tried twice when it has not been replaced', async () => {
    const world = aThinWorld({ script: [answers(401)] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(world.calls).toHaveLength(1);
    expect(world.secretReads.filter((read) => read.startsWith('source/'))).toEqual([
      'source/ads',
      'source/ads fresh',
    ]);
  });

  it('parks the event as well when there is none', async () => {
    const world = aThinWorld();
    world.secretsById.set('source/ads', '{"current":"0123456789abcdef"}');
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(world.calls).toEqual([]);
    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_missing_secret', class: 'source_authorization' },
    });
  });

  it('puts the event off when the secret store does not answer: that is our fault', async () => {
    const world = aThinWorld();
    world.secretsById.delete('source/ads');
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({ state: 'received', attempts: 0 });
    expect(world.deferred).toEqual([{ receiptHandle: `r-${key}`, delaySeconds: 33 }]);
  });

  it('is not given up while nobody knows whether there is another one', async () => {
    const world: ReturnType<typeof aThinWorld> = aThinWorld({
      script: [
        () => {
          world.secretsById.delete('source/ads');
          return new Response('{}', { status: 401 });
        },
      ],
    });
    const key = await world.store('1');

    await world.receive([{ key }]);
    const between = await world.recordOf(key);
    world.secretsById.set('source/ads', '{"api_token":"token-2"}');
    world.clock.advance(60_000);
    await world.receive([{ key }]);

    expect(between).toMatchObject({ state: 'received', attempts: 0 });
    expect(await world.recordOf(key)).toMatchObject({ state: 'succeeded' });
  });

  it('stands in no log line, failure or letter', async () => {
    const world = aThinWorld({ script: [answers(401, { error: { message: 'token-1' } })] });
    const key = await world.store('1');

    await world.receive([{ key }]);

    const told = JSON.stringify([world.log.lines, world.letters, await world.recordOf(key)]);
    expect(told).not.toContain('token-1');
    expect(world.calls[0]!.url).not.toContain('token-1');
  });
});

describe('a second call, for what the submission is worth having without', () => {
  const withForm = (isOptional: boolean): ThinWorldOptions['provider'] => ({
    calls: () => [{ path: '/1' }, { path: '/form', ...(isOptional ? { isOptional } : {}) }],
  });

  it.each<[string, ApiStep]>([
    ['was deleted', answers(404)],
    ['may not be read', answers(400)],
    ['is too long', () => new Response('"x"'.padEnd(1_000_001))],
  ])('counts as none when what it asks for %s', async (_what, step) => {
    const world = aThinWorld({
      script: [answers(200, aGraphLead()), step],
      provider: withForm(true),
    });
    const key = await world.store('1');

    await world.receive([{ key }]);

    const { payloadHash, state } = await world.recordOf(key);
    const stored = await world.events.readDetails(key, payloadHash);
    expect(state).toBe('succeeded');
    expect(JSON.parse(new TextDecoder().decode(stored))).toEqual([aGraphLead(), null]);
    expect(world.metrics.counted).toContain('DetailsCallFailed{ads}');
  });

  it.each<[string, ApiStep, string]>([
    ['trouble that passes', answers(503), 'failed'],
    ['a token that does not open it', answers(403), 'quarantined'],
  ])('is made again after %s: half of a lead is not told', async (_what, step, state) => {
    const world = aThinWorld({
      script: [answers(200, aGraphLead()), step],
      provider: withForm(true),
    });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({ state });
  });

  it('counts like the first one where it is not optional', async () => {
    const world = aThinWorld({
      script: [answers(200, aGraphLead()), answers(400)],
      provider: withForm(false),
    });
    const key = await world.store('1');

    await world.receive([{ key }]);

    expect(await world.recordOf(key)).toMatchObject({
      state: 'quarantined',
      failure: { code: 'details_unreadable' },
    });
  });
});

describe('two consumers that have the same event', () => {
  it('complete it once: what the one reads whose lease has ended does not count', async () => {
    const other = { email: 'late@example.com', full_name: 'Late Reader' };
    const world: ReturnType<typeof aThinWorld> = aThinWorld({
      script: [
        async () => {
          // While the first one waits for the answer, its lease ends, and the second one delivers.
          world.clock.advance(5_000);
          await world.events.release(key, 'id-2');
          await world.receive([{ key }], { consumer: world.aConsumer() });
          return new Response(JSON.stringify(aGraphLead(other)));
        },
      ],
    });
    const key = await world.store('1');

    await world.receive([{ key }]);

    const { payloadHash, remappedAs, state } = await world.recordOf(key);
    expect(state).toBe('succeeded');
    expect(world.crm.calls).toHaveLength(1);
    expect(await world.events.readNormalized(key, payloadHash, remappedAs)).toMatchObject({
      identity: { email: 'ana@example.com' },
    });
  });
});
