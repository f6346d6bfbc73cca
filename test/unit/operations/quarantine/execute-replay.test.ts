import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../../lambdas/core/errors.ts';
import type { RawPayload } from '../../../../lambdas/core/event-record.ts';
import { FAILURE_CODES } from '../../../../lambdas/core/failure.ts';
import { executeReplay } from '../../../../lambdas/operations/quarantine/execute-replay.ts';
import { aReplayWorld, ORDER } from '../../../support/replay-world.ts';

describe('a replay', () => {
  it('delivers the events of its plan under their keys, and ends their dead letters', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    await world.quarantine('b', 'crm_unauthorized');
    await world.quarantine('other', 'poison', { source: 'partner' });

    const result = await world.execute(await world.plan({ source: 'website' }));
    await world.drain();

    expect(result).toEqual({
      enqueued: ['a', 'b'],
      mappedAnew: 0,
      superseded: [],
      failed: [],
      letters: { removed: 2, isComplete: true },
    });
    expect(await Promise.all(['a', 'b', 'other'].map(world.stateOf))).toEqual([
      'succeeded',
      'succeeded',
      'quarantined',
    ]);
    expect(world.letterKeys()).toEqual(['other']);
  });

  it('travels under a group of its own, so that it does not delay fresh leads', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const { quarantineId } = (await world.events.readRecord('a'))!;

    await world.execute(await world.plan());

    const [message] = world.queue.receive(10);
    expect(message?.group).toBe('replay:website');
    expect(JSON.parse(message!.body)).toMatchObject({
      idempotency_key: 'a',
      quarantine_id: quarantineId,
    });
  });

  it('records who, when and why before the event is on its way', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const { quarantineId } = (await world.events.readRecord('a'))!;
    const plan = await world.plan();
    const enqueue = async () => {
      throw new StoreUnavailableError('The delivery queue', new Error('down'));
    };

    const result = await executeReplay(
      plan,
      { by: 'arn:aws:iam::111122223333:user/ana', reason: ' mended ' },
      { ...world.ports, queue: { enqueue } },
      world.settings,
    );

    expect(result.failed).toEqual([
      { key: 'a', message: 'The delivery queue is not available (Error)' },
    ]);
    expect(await world.events.readAudit('a')).toEqual([
      {
        id: expect.any(String) as string,
        action: 'replayed',
        at: '2026-11-22T04:00:00.000Z',
        by: 'arn:aws:iam::111122223333:user/ana',
        reason: 'mended',
        quarantineId,
        failureCode: 'crm_invalid_data',
      },
    ]);
    expect([await world.stateOf('a'), world.letterKeys()]).toEqual(['quarantined', ['a']]);
  });

  it('enqueues nothing that could not be recorded, and goes on with the others', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    await world.quarantine('b');
    const appendAudit: typeof world.events.appendAudit = async (key, entry) => {
      if (key === 'a') throw new StoreUnavailableError('The event store', new Error('throttled'));
      await world.events.appendAudit(key, entry);
    };

    const result = await executeReplay(
      await world.plan(),
      ORDER,
      { ...world.ports, events: { ...world.events, appendAudit } },
      world.settings,
    );

    expect(result.enqueued).toEqual(['b']);
    expect(result.failed.map(({ key }) => key)).toEqual(['a']);
    expect(world.queue.size()).toBe(1);
    expect(world.letterKeys()).toEqual(['a']);
  });

  it.each(['', '   ', 'x'.repeat(501)])('is refused without a reason (%j)', async (reason) => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const plan = await world.plan();

    await expect(world.execute(plan, { by: 'local', reason })).rejects.toThrow(
      'A reason of 1 to 500 characters is required',
    );
    expect([world.queue.size(), await world.events.readAudit('a')]).toEqual([0, []]);
  });

  it('done twice before delivery, is one delivery', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const plan = await world.plan();

    await world.execute(plan);
    await world.execute(plan);
    await world.drain();
    world.clock.advance(90_000);
    await world.drain();

    expect(await world.stateOf('a')).toBe('succeeded');
    expect(world.crm.calls).toHaveLength(1);
    expect(world.queue.size()).toBe(0);
  });

  it('done twice, the second time after delivery, does nothing and says so', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const plan = await world.plan();
    await world.execute(plan);
    await world.drain();

    const second = await world.execute(plan);

    expect(second).toMatchObject({ enqueued: [], superseded: ['a'], failed: [] });
    expect(world.queue.size()).toBe(0);
    expect(await world.events.readAudit('a')).toHaveLength(1);
  });

  it('of a delivered event enqueues nothing, and ends a dead letter that is no longer true', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const [letter] = world.queue.deadLetters();
    await world.execute(await world.plan());
    await world.drain();
    await world.queue.deadLetter.send(JSON.parse(letter!.body) as never);

    const result = await world.execute(await world.plan({ keys: ['a'] }));
    await world.drain();

    expect(result).toMatchObject({ enqueued: [], letters: { removed: 1 } });
    expect(world.letterKeys()).toEqual([]);
    expect(world.crm.calls).toHaveLength(1);
  });

  it('does not open a later quarantine than the one that was planned', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const stale = await world.plan();
    await world.execute(stale);
    const [message] = world.queue.receive(1);
    world.queue.delete(message!.receiptHandle);
    const { quarantineId } = (await world.events.readRecord('a'))!;
    await world.events.claim({
      key: 'a',
      leaseToken: 'again',
      leaseMs: 90_000,
      nowMs: world.clock.nowMs(),
      quarantineId: quarantineId!,
    });
    await world.events.release('a', 'again');
    await world.setAside('a', 'crm_unauthorized');

    const result = await world.execute(stale);

    expect(result.superseded).toEqual(['a']);
    expect(world.letterKeys()).toEqual(['a']);
  });

  it('is done though the dead-letter queue fails, and leaves the letters to be seen', async () => {
    const world = aReplayWorld();
    await world.quarantine('a');
    const take = async () => {
      throw new StoreUnavailableError('The dead-letter queue', new Error('down'));
    };

    const result = await executeReplay(
      await world.plan(),
      ORDER,
      { ...world.ports, deadLetters: { ...world.queue.deadLetterBrowser, take } },
      world.settings,
    );

    expect(result.enqueued).toEqual(['a']);
    expect(result.letters).toBeUndefined();
    expect(world.letterKeys()).toEqual(['a']);
  });

  it('of anything, any number of times, keeps every key and touches no delivered event', async () => {
    const anEvent = fc.record({
      state: fc.constantFrom('delivered', 'waiting', 'quarantined', 'unreported'),
      code: fc.constantFrom(...FAILURE_CODES.filter((code) => code !== 'missing_identity')),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { minLength: 1, maxLength: 8 }),
        fc.array(fc.record({ remap: fc.boolean(), byKeys: fc.boolean(), drain: fc.boolean() }), {
          minLength: 1,
          maxLength: 4,
        }),
        async (someEvents, replays) => {
          const world = aReplayWorld();
          const keys = someEvents.map((_, index) => `website|form_submission|${index}`);
          for (const [index, { state, code }] of someEvents.entries()) {
            const key = keys[index]!;
            await world.accept(key, { raw: rawOf(index) });
            if (state === 'quarantined') await world.setAside(key, code);
            if (state === 'unreported') await world.setAside(key, code, false);
            if (state === 'delivered') {
              const crm = { module: 'Leads', recordId: `r${index}`, action: 'insert' } as const;
              await world.events.succeed(key, { crm, attempts: 1, atMs: 0 });
            }
          }
          const read = async () =>
            await Promise.all(keys.map((key) => world.events.readRecord(key)));
          const before = await read();

          for (const { remap, byKeys, drain } of replays) {
            await world.execute(await world.plan(byKeys ? { keys } : {}, remap));
            if (drain) await world.drain();
          }
          await world.drain();
          world.clock.advance(400_000);
          await world.drain();

          const after = await read();
          expect(after.map((record) => record?.key)).toEqual(keys);
          for (const [index, { state }] of someEvents.entries()) {
            if (state === 'delivered' || state === 'waiting') {
              expect(after[index]).toEqual(before[index]);
            } else {
              expect(['quarantined', 'succeeded']).toContain(after[index]?.state);
            }
          }
          const written = world.crm.calls.flat().map((row) => row.identity);
          expect(new Set(written).size).toBe(written.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** A request of the website's form that intake would store under the key of this index. */
function rawOf(index: number): RawPayload {
  const form = { submission_id: String(index), email: `person.${index}@example.com` };
  return {
    body: new TextEncoder().encode(JSON.stringify(form)),
    contentType: 'application/json',
    headers: {},
    signature: 'none',
  };
}
