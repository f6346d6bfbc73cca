import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { buildConsumer } from '../../../lambdas/consumer/build-consumer.ts';
import { NEW_BREAKER } from '../../../lambdas/core/breaker.ts';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { ConfigError, StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import type { EventStore } from '../../../lambdas/core/ports/events.ts';
import { createMemoryBreakerStore } from '../../../local/memory/memory-breaker-store.ts';
import { createMemoryEventStore } from '../../../local/memory/memory-event-store.ts';
import { createMemoryIdentityStore } from '../../../local/memory/memory-identity-store.ts';
import { CONSUMER_ENV } from '../../support/consumer-env.ts';
import { aLeadEvent, aNewEvent } from '../../support/event-builders.ts';
import { aClock, aCrm, countingIds, evenRandom, refused, someQueues } from '../../support/fakes.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

const CONFIG = defineConfig({
  sources: {
    demo: { provider: 'typeform' },
    website: {
      provider: 'website_form',
      allowedOrigins: ['https://www.example.com'],
      highIntent: true,
    },
  },
});

interface Sent {
  readonly key: string;
  readonly quarantineId?: string;
}

function aWorld(script: Parameters<typeof aCrm>[0] = [], env: Partial<typeof CONSUMER_ENV> = {}) {
  const clock = aClock();
  const pepper = { value: 'a-pepper-for-the-tests' };
  const events: EventStore = createMemoryEventStore();
  const crm = aCrm(script);
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const queues = someQueues();
  const breakers = createMemoryBreakerStore();
  const consume = buildConsumer({ ...CONSUMER_ENV, ...env }, CONFIG, {
    events,
    identities: createMemoryIdentityStore(),
    breakers,
    queue: queues.queue,
    deadLetters: queues.deadLetters,
    secrets: { read: async () => pepper.value },
    crm,
    clock,
    random: evenRandom,
    ids: countingIds(),
    log,
    metrics,
  });
  let sequence = 0;
  const store = async (key: string, email = `${key}@example.com`): Promise<Sent> => {
    await events.accept(
      aNewEvent({
        key,
        normalized: aLeadEvent({ idempotency_key: key, identity: { email } }),
      }),
    );
    return { key };
  };
  /** @returns the receipt handles of the messages that must come back */
  const receive = async (...messages: readonly (Sent | string)[]): Promise<readonly string[]> => {
    const event = {
      Records: messages.map((message) => {
        sequence += 1;
        return {
          messageId: `m-${sequence}`,
          receiptHandle: `r-${sequence}`,
          body: typeof message === 'string' ? message : bodyOf(message),
          attributes: { ApproximateReceiveCount: '1' },
          eventSource: 'aws:sqs',
        };
      }),
    } as unknown as SQSEvent;
    const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
    const response = await consume(event, context);
    return response.batchItemFailures.map((each) => each.itemIdentifier);
  };
  const stateOf = async (key: string) => (await events.readRecord(key))?.state;
  return { clock, pepper, events, breakers, crm, log, metrics, ...queues, store, receive, stateOf };
}

const bodyOf = ({ key, quarantineId }: Sent): string =>
  JSON.stringify({
    schema_version: 1,
    idempotency_key: key,
    source: 'website',
    event_type: 'lead.created',
    correlation_id: `corr-${key}`,
    ...(quarantineId === undefined ? {} : { quarantine_id: quarantineId }),
  });

describe('the consumer', () => {
  it('delivers a batch, acknowledges it, and logs each lead under its own correlation id', async () => {
    const world = aWorld();
    const batch = [await world.store('a'), await world.store('b'), await world.store('c')];

    const failed = await world.receive(...batch);

    expect(failed).toEqual([]);
    expect(await Promise.all(['a', 'b', 'c'].map(world.stateOf))).toEqual(
      Array.from({ length: 3 }, () => 'succeeded'),
    );
    const delivered = world.log.lines.filter((line) => line.message === 'Lead delivered');
    expect(
      delivered
        .map(({ fields }) => `${fields.idempotency_key} ${fields.correlation_id}`)
        .toSorted(),
    ).toEqual(['a corr-a', 'b corr-b', 'c corr-c']);
    expect(delivered[0]?.fields).toMatchObject({
      source: 'website',
      crm_module: 'Leads',
      crm_action: 'insert',
      attempt: 1,
      outcome: 'delivered',
    });
  });

  it('acknowledges a message that comes again, and calls nothing', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    await world.receive(lead);

    const failed = await world.receive(lead);

    expect(failed).toEqual([]);
    expect(world.crm.calls).toHaveLength(1);
  });

  it('delivers one of two messages of one event in a batch, and hides the other', async () => {
    const world = aWorld();
    const lead = await world.store('a');

    const failed = await world.receive(lead, lead);

    expect(failed).toEqual(['m-2']);
    expect(world.deferred).toEqual([{ receiptHandle: 'r-2', delaySeconds: 90 }]);
    expect(world.crm.calls).toHaveLength(1);
  });

  it('quarantines a refused lead with its dead letter while the others go on', async () => {
    const world = aWorld([
      (row) =>
        row.values['email'] === 'bad@example.com'
          ? refused('crm_invalid_data', { field: 'Phone' })
          : undefined,
    ]);

    const failed = await world.receive(await world.store('good'), await world.store('bad'));

    expect(failed).toEqual([]);
    expect(await world.stateOf('good')).toBe('succeeded');
    const record = await world.events.readRecord('bad');
    expect(record).toMatchObject({ state: 'quarantined', attempts: 1 });
    expect(record?.dlqSentAt).toBeDefined();
    expect(world.letters).toEqual([
      {
        schema_version: 1,
        idempotency_key: 'bad',
        source: 'website',
        event_type: 'lead.created',
        correlation_id: 'corr-1001',
        quarantine_id: record?.quarantineId,
        first_received_at: '2026-11-22T04:00:00.000Z',
        last_attempt_at: '2026-11-22T04:00:00.000Z',
        attempt_count: 1,
        failure_class: 'permanent',
        failure_code: 'crm_invalid_data',
        failure_message: 'Zoho refused a value.',
        crm_code: 'X',
        crm_field: 'Phone',
        normalized_event_ref: `EVT#bad NORM#${'a'.repeat(64)}`,
        raw_event_ref: `EVT#bad RAW#${'a'.repeat(64)}`,
      },
    ]);
  });

  it('hides a failed lead for as long as its schedule says, and takes it again when due', async () => {
    const world = aWorld([() => refused('crm_rate_limited')]);
    const lead = await world.store('a');

    const first = await world.receive(lead);
    const early = await world.receive(lead);
    world.clock.advance(2_000);
    const due = await world.receive(lead);

    expect(first).toEqual(['m-1']);
    expect(early).toEqual(['m-2']);
    expect(due).toEqual([]);
    expect(world.deferred.map((each) => each.delaySeconds)).toEqual([2, 2]);
    expect(await world.events.readRecord('a')).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('delivers a lead whose dead letter is moved back to the queue', async () => {
    const world = aWorld([() => refused('crm_invalid_data')]);
    await world.receive(await world.store('a'));
    const letter = world.letters[0]!;

    const failed = await world.receive(JSON.stringify(letter));

    expect(failed).toEqual([]);
    expect(await world.stateOf('a')).toBe('succeeded');
  });

  it('sends a missing dead letter when the message of the quarantined lead comes again', async () => {
    const world = aWorld([() => refused('crm_invalid_data')]);
    const lead = await world.store('a');
    world.failWith.error = new StoreUnavailableError('The queue', new Error());
    const failed = await world.receive(lead);
    delete world.failWith.error;

    const again = await world.receive(lead);

    expect([failed, again]).toEqual([['m-1'], []]);
    expect(world.letters).toHaveLength(1);
    expect((await world.events.readRecord('a'))?.dlqSentAt).toBeDefined();
  });

  it('reports no quarantine of a lead that another consumer has taken over meanwhile', async () => {
    const world = aWorld([
      async () => {
        world.clock.advance(90_000);
        await world.events.claim({
          key: 'a',
          leaseToken: 'another',
          leaseMs: 90_000,
          nowMs: world.clock.nowMs(),
        });
        return refused('crm_invalid_data');
      },
    ]);

    const failed = await world.receive(await world.store('a'));

    expect(failed).toEqual([]);
    expect(world.letters).toEqual([]);
    expect(await world.stateOf('a')).toBe('processing');
  });

  it('sets a lead aside as poison when claim after claim ends without a result', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    for (let n = 0; n < 5; n += 1) {
      await world.events.claim({
        key: 'a',
        leaseToken: `crashed-${n}`,
        leaseMs: 90_000,
        nowMs: world.clock.nowMs(),
      });
      world.clock.advance(90_000);
    }

    const failed = await world.receive(lead);

    expect(failed).toEqual([]);
    expect(await world.events.readRecord('a')).toMatchObject({
      state: 'quarantined',
      failure: { code: 'poison' },
    });
    expect(world.crm.calls).toHaveLength(0);
  });

  it('keeps the batch going when one event cannot be claimed for a fault of the store', async () => {
    const world = aWorld();
    const batch = [await world.store('a'), await world.store('b')];
    const untouched = { ...world.events };
    world.events.claim = async (request) => {
      if (request.key === 'a') throw new StoreUnavailableError('The event store', new Error('x'));
      return await untouched.claim(request);
    };

    const failed = await world.receive(...batch);

    expect(failed).toEqual(['m-1']);
    expect(await world.stateOf('b')).toBe('succeeded');
    expect(world.deferred).toEqual([{ receiptHandle: 'r-1', delaySeconds: 30 }]);
  });

  it('lets the message come back when the success cannot be stored, and then writes nothing twice', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    const untouched = { ...world.events };
    world.events.succeed = async () => {
      throw new StoreUnavailableError('The event store', new Error('x'));
    };
    const failed = await world.receive(lead);
    world.events.succeed = untouched.succeed.bind(untouched);
    world.clock.advance(90_000);

    const again = await world.receive(lead);

    expect([failed, again]).toEqual([['m-1'], []]);
    expect(world.crm.calls).toHaveLength(1);
    expect(await world.events.readRecord('a')).toMatchObject({
      state: 'succeeded',
      crm: { recordId: 'rec-1', action: 'none' },
    });
  });

  it('puts a message aside that is none of ours, without touching the others', async () => {
    const world = aWorld();

    const failed = await world.receive('not json', await world.store('a'));

    expect(failed).toEqual(['m-1']);
    expect(await world.stateOf('a')).toBe('succeeded');
    expect(world.deferred).toEqual([{ receiptHandle: 'r-1', delaySeconds: 300 }]);
  });

  it('acknowledges a message whose event is not stored', async () => {
    const world = aWorld();

    expect(await world.receive({ key: 'never-stored' })).toEqual([]);
  });

  it('lets the batch come back, as no attempt, while there is no pepper to tell people apart', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    world.pepper.value = 'short';
    const failed = await world.receive(lead);
    world.pepper.value = 'a-pepper-for-the-tests';

    const again = await world.receive(lead);

    expect([failed, again]).toEqual([['m-1'], []]);
    expect(world.deferred).toEqual([{ receiptHandle: 'r-1', delaySeconds: 30 }]);
    expect(await world.events.readRecord('a')).toMatchObject({ state: 'succeeded', attempts: 1 });
  });

  it('holds leads and calls nothing while delivery is switched off', async () => {
    const world = aWorld([], { ZOHO_ENABLED: 'false' });
    const lead = await world.store('a');

    const failed = await world.receive(lead, lead);

    expect(failed).toEqual([]);
    expect(await world.stateOf('a')).toBe('held');
    expect(world.crm.calls).toHaveLength(0);
    expect(world.metrics.counted.filter((name) => name.startsWith('LeadHeld'))).toHaveLength(1);
  });

  it('refuses to start without its settings, with a switch that is neither, or without idempotency', () => {
    const build = (env: Record<string, string>) => () =>
      buildConsumer({ ...CONSUMER_ENV, ...env }, CONFIG);

    expect(build({ TABLE_NAME: '' })).toThrow(
      new ConfigError('Environment variables are missing: TABLE_NAME'),
    );
    expect(build({ ZOHO_ENABLED: 'yes' })).toThrow(ConfigError);
    expect(build({ POWERTOOLS_IDEMPOTENCY_DISABLED: 'true' })).toThrow(ConfigError);
  });
});

describe('the consumer while the breaker is open', () => {
  const openUntil = (untilMs: number | undefined) => ({
    ...NEW_BREAKER,
    revision: 1,
    state: 'open' as const,
    openForMs: 60_000,
    ...(untilMs === undefined ? {} : { openUntilMs: untilMs }),
  });

  it('hides messages for about as long as it is open, and does not even claim their events', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    await world.breakers.save(openUntil(world.clock.nowMs() + 60_000));

    const failed = await world.receive(lead);

    expect(failed).toEqual(['m-1']);
    expect(world.deferred).toEqual([{ receiptHandle: 'r-1', delaySeconds: 66 }]);
    expect(await world.events.readRecord('a')).toMatchObject({ state: 'received', claims: 0 });
    expect(world.crm.calls).toEqual([]);
  });

  it('pages early for a source of high intent', async () => {
    const world = aWorld();
    await world.breakers.save(openUntil(undefined));

    await world.receive(await world.store('a'));

    expect(world.metrics.counted).toContain('HighIntentLeadDelayed{website}');
  });

  it('tries with one batch when the time is over, and goes on after its success', async () => {
    const world = aWorld();
    await world.breakers.save(openUntil(world.clock.nowMs()));

    const failed = await world.receive(await world.store('a'));

    expect(failed).toEqual([]);
    expect(await world.stateOf('a')).toBe('succeeded');
    expect(await world.breakers.read()).toMatchObject({ state: 'closed' });
  });

  it('leaves the right to try to others when its batch had nothing to deliver', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    await world.receive(lead);
    await world.breakers.save(openUntil(world.clock.nowMs()));

    await world.receive(lead);

    const breaker = await world.breakers.read();
    expect(breaker).toMatchObject({ state: 'open' });
    expect(breaker?.probeToken).toBeUndefined();
  });

  it('pages for a lead of high intent that has waited for too long', async () => {
    const world = aWorld([() => refused('crm_rate_limited')]);
    const lead = await world.store('a');
    world.clock.advance(120_000);

    await world.receive(lead);

    expect(world.metrics.counted).toContain('HighIntentLeadDelayed{website}');
  });
});

describe('a lead that may have killed its consumer', () => {
  /** Claims an event as a consumer that died would have left it. */
  const dieWith = async (world: ReturnType<typeof aWorld>, key: string) =>
    await world.events.claim({
      key,
      leaseToken: 'dead',
      leaseMs: 1,
      nowMs: world.clock.nowMs() - 1_000,
    });

  it('is delivered alone, after the others of its batch are stored', async () => {
    const statesAtTheTime: (string | undefined)[] = [];
    const world: ReturnType<typeof aWorld> = aWorld([
      undefined!,
      async () => {
        statesAtTheTime.push(await world.stateOf('b'), await world.stateOf('c'));
        return undefined;
      },
    ]);
    const suspect = await world.store('a');
    await dieWith(world, 'a');

    const failed = await world.receive(suspect, await world.store('b'), await world.store('c'));

    expect(failed).toEqual([]);
    expect(world.crm.calls.map((rows) => rows.length)).toEqual([2, 1]);
    expect(statesAtTheTime).toEqual(['succeeded', 'succeeded']);
    expect(await world.stateOf('a')).toBe('succeeded');
  });

  it('is not tried beside another one: that one comes back, and its claim does not count', async () => {
    const world = aWorld();
    const first = await world.store('a');
    const second = await world.store('b');
    await dieWith(world, 'a');
    await dieWith(world, 'b');

    const failed = await world.receive(first, second);

    expect(failed).toEqual(['m-2']);
    expect(await world.stateOf('a')).toBe('succeeded');
    expect(await world.events.readRecord('b')).toMatchObject({ state: 'received', claims: 1 });
  });

  it('is not suspected for a claim whose answer got lost', async () => {
    const world = aWorld();
    const lead = await world.store('a');
    const untouched = { ...world.events };
    world.events.claim = async (request) => {
      await untouched.claim(request);
      throw new StoreUnavailableError('The event store', new Error('no answer'));
    };

    const failed = await world.receive(lead);

    expect(failed).toEqual(['m-1']);
    expect(await world.events.readRecord('a')).toMatchObject({ state: 'received', claims: 0 });
  });
});
