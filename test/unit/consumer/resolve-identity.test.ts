import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Resolution, resolveIdentity } from '../../../lambdas/consumer/resolve-identity.ts';
import { newHead } from '../../../lambdas/core/head.ts';
import type { IdentityStore } from '../../../lambdas/core/ports/identities.ts';
import { createMemoryIdentityStore } from '../../../local/memory/memory-identity-store.ts';

const resolve = async (names: readonly string[], store: IdentityStore): Promise<Resolution> =>
  await resolveIdentity('Leads', names, store);

const aHead = async (store: IdentityStore, identity: string, crmRecordId?: string) =>
  await store.save({
    ...newHead('Leads', identity),
    revision: 1,
    ...(crmRecordId === undefined ? {} : { crmRecordId }),
  });

describe('finding the identity of an event', () => {
  it('takes the strongest name of somebody who is new, and stores nothing for a single name', async () => {
    const store = createMemoryIdentityStore();

    const found = await resolve(['mail'], store);

    expect(found).toEqual({ kind: 'identity', identity: 'mail' });
    expect(await store.read('Leads', 'mail')).toBeUndefined();
  });

  it('remembers the other names of somebody, so that one of them alone leads to the same', async () => {
    const store = createMemoryIdentityStore();
    await resolve(['mail', 'id'], store);

    const byId = await resolve(['id'], store);
    const byNewMail = await resolve(['new mail', 'id'], store);
    const byNewMailAlone = await resolve(['new mail'], store);

    for (const found of [byId, byNewMail, byNewMailAlone]) {
      expect(found).toMatchObject({ kind: 'identity', identity: 'mail' });
    }
  });

  it('hands over the HEAD that it has read', async () => {
    const store = createMemoryIdentityStore();
    await aHead(store, 'mail');

    expect(await resolve(['mail', 'id'], store)).toMatchObject({ head: { identity: 'mail' } });
  });

  it('names both people when an event says that two are one', async () => {
    const store = createMemoryIdentityStore();
    await aHead(store, 'mail', '415001');
    await aHead(store, 'id', '415002');

    const found = await resolve(['mail', 'id'], store);

    expect(found).toMatchObject({
      kind: 'conflict',
      failure: { code: 'identity_conflict', class: 'permanent' },
    });
    expect(found.kind === 'conflict' && found.failure.message).toMatch(/415001.*415002/);
  });

  it('follows another writer who bound a name a moment earlier', async () => {
    const store = createMemoryIdentityStore();
    const racing: IdentityStore = {
      ...store,
      bindAlias: async (module, alias, identity) => {
        // Between our look and our write, somebody is made of that very name.
        if (alias === 'id') await aHead(store, alias);
        return await store.bindAlias(module, alias, identity);
      },
    };

    const found = await resolve(['mail', 'id'], racing);

    expect(found).toMatchObject({ kind: 'identity', identity: 'id' });
    expect(await store.read('Leads', 'mail')).toEqual({ kind: 'alias', of: 'id' });
  });

  it('calls names that refer to each other a conflict instead of following them for ever', async () => {
    const store = createMemoryIdentityStore();
    await store.bindAlias('Leads', 'a', 'b');
    await store.bindAlias('Leads', 'b', 'a');

    expect(await resolve(['a'], store)).toMatchObject({ kind: 'conflict' });
  });

  it('never makes two people of one, in whatever order events come at the same time', async () => {
    const names = fc.subarray(['m1', 'x1', 'm2', 'x2'], { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(names, { minLength: 1, maxLength: 8 }),
        fc.scheduler(),
        async (events, scheduler) => {
          const store = createMemoryIdentityStore();
          const slow: IdentityStore = {
            ...store,
            read: scheduler.scheduleFunction(async (...args) => await store.read(...args)),
            bindAlias: scheduler.scheduleFunction(
              async (...args) => await store.bindAlias(...args),
            ),
            save: scheduler.scheduleFunction(async (...args) => await store.save(...args)),
          };
          const identityOfName = new Map<string, string>();
          const work = events.map(async (all) => {
            const found = await resolve(all, slow);
            if (found.kind !== 'identity') return;
            if (found.head === undefined) await aHead(slow, found.identity);
            // An identity that has become another name meanwhile is found so at the save of its HEAD.
            const stored = await store.read('Leads', found.identity);
            if (stored?.kind === 'alias') return;
            for (const name of all) {
              const before = identityOfName.get(name);
              expect(before ?? found.identity).toBe(found.identity);
              identityOfName.set(name, found.identity);
            }
          });
          await scheduler.waitFor(Promise.all(work));
        },
      ),
      { numRuns: 300 },
    );
  });
});
