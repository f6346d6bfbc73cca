/**
 * A write whose answer got lost may have taken place, and whoever asked for it knows only that the store is
 * unavailable. These suites do each write, lose its answer, and do it again: nothing may be lost or
 * done twice by that.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../lambdas/core/failure.ts';
import { withLease } from '../../lambdas/core/head.ts';
import { openShardOf } from '../../lambdas/core/open-index.ts';
import type { BreakerStore, TokenStore } from '../../lambdas/core/ports/crm-access.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IdentityStore } from '../../lambdas/core/ports/identities.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';
import { aBreaker, aToken } from './compare-and-set-contract.ts';
import { aHead, aName } from './identity-store-contract.ts';
import { aSourceFields } from './source-fields-contract.ts';

/** The stores, and a way to lose an answer. */
export interface LossyStores {
  readonly events: EventStore;
  readonly identities: IdentityStore;
  readonly tokens: TokenStore;
  readonly breakers: BreakerStore;
  /**
   * Does a write whose answer is lost: it takes place, and rejects as the store does then.
   *
   * @param callsBefore of a write that takes several calls to the table: those before the one that decides
   */
  lost(write: () => Promise<unknown>, callsBefore: number): Promise<void>;
}

let sequence = 0;
const HASH = 'a'.repeat(64);
const CRM = { module: 'Leads', recordId: '4150868000000376008', action: 'insert' } as const;
const FAILED = {
  failure: failure('crm_no_answer'),
  attempts: 1,
  atMs: T0,
  nextDueAtMs: T0 + 60_000,
};
const QUARANTINED = {
  quarantineId: 'q-1',
  failure: failure('crm_invalid_data'),
  attempts: 1,
  atMs: T0,
};

type Writes<Port> = { readonly [Name in keyof Port]: (() => void) | 'reads' };

/** Every write of every store, with its answer lost and then repeated. `open` gives empty stores. */
export function describeRepeatedWrites(name: string, open: () => Promise<LossyStores>): void {
  describe(`${name}: a write whose answer got lost, and again`, () => {
    let stores: LossyStores;
    let key: string;
    let listed: () => Promise<boolean>;

    beforeEach(async () => {
      stores = await open();
      sequence += 1;
      key = `website|lead.created|lost-${process.pid}-${sequence}`;
      listed = async () => {
        const partition = { kind: 'open', shard: openShardOf(key) } as const;
        const page = { receivedBeforeMs: T0 + 1_000, limit: 1_000 };
        return (await stores.events.listOpen(partition, page)).keys.includes(key);
      };
    });

    const request = () => ({ key, leaseToken: 'token-1', leaseMs: 90_000, nowMs: T0 });
    const accept = async () => await stores.events.accept(aNewEvent({ key }));
    const claimed = async () => {
      await accept();
      await stores.events.claim(request());
    };
    const quarantined = async () => {
      await claimed();
      await stores.events.quarantine(key, 'token-1', QUARANTINED);
    };
    const record = async () => await stores.events.readRecord(key);
    /** Does a write twice, the first time without an answer. */
    const twice = async <Answer>(
      write: () => Promise<Answer>,
      callsBefore = 0,
    ): Promise<Answer> => {
      await stores.lost(write, callsBefore);
      return await write();
    };

    describe('of an event', () => {
      const writes: Writes<EventStore> = {
        accept: () => {
          it('accept: what is stored is a duplicate, listed as open, so that the sweeper finds it', async () => {
            const again = await twice(accept, 2);

            expect(again).toMatchObject({ kind: 'duplicate', record: { state: 'received' } });
            expect(await stores.events.readNormalized(key, HASH)).toBeDefined();
            expect(await stores.events.readRaw(key, HASH)).toBeDefined();
            expect(await listed()).toBe(true);
          });
        },
        claim: () => {
          it('claim: the same lease token has the event, and the claim counts once', async () => {
            await accept();

            const again = await twice(async () => await stores.events.claim(request()));

            expect(again).toMatchObject({
              kind: 'claimed',
              leaseToken: 'token-1',
              record: { claims: 1, leaseUntilMs: T0 + 90_000 },
            });
          });

          it('claim: another lease token waits for the lost one’s end, and then takes over', async () => {
            await accept();
            await stores.lost(async () => await stores.events.claim(request()), 0);
            const other = { ...request(), leaseToken: 'token-2' };

            const early = await stores.events.claim(other);
            const late = await stores.events.claim({ ...other, nowMs: T0 + 90_000 });

            expect(early).toEqual({ kind: 'in_progress', untilMs: T0 + 90_000 });
            expect(late).toMatchObject({ kind: 'claimed', record: { claims: 2 } });
          });
        },
        succeed: () => {
          it('succeed: the first success stays', async () => {
            await claimed();

            await twice(async () => {
              await stores.events.succeed(key, { crm: CRM, attempts: 1, atMs: T0 });
            });

            expect(await record()).toMatchObject({ state: 'succeeded', crm: CRM, attempts: 1 });
            expect(await listed()).toBe(false);
          });
        },
        fail: () => {
          it('fail: the lease is gone, the failure and its due time are there', async () => {
            await claimed();

            const again = await twice(async () => await stores.events.fail(key, 'token-1', FAILED));

            expect(again).toBe('superseded');
            expect(await record()).toMatchObject({ state: 'failed', nextDueAtMs: T0 + 60_000 });
            expect(await listed()).toBe(true);
          });
        },
        release: () => {
          it('release: the lease is gone, the event is free', async () => {
            await claimed();

            const again = await twice(async () => await stores.events.release(key, 'token-1'));

            expect(again).toBe('superseded');
            expect(await record()).toMatchObject({ state: 'received', claims: 0 });
            expect(await listed()).toBe(true);
          });
        },
        quarantine: () => {
          it('quarantine: the lease is gone; the letter is still to be sent, and the index says so', async () => {
            await claimed();

            const again = await twice(
              async () => await stores.events.quarantine(key, 'token-1', QUARANTINED),
            );

            expect(again).toBe('superseded');
            expect(await record()).toMatchObject({ state: 'quarantined', quarantineId: 'q-1' });
            expect(await listed()).toBe(true);
          });
        },
        close: () => {
          it('close: the quarantine is over, the event has ended', async () => {
            await quarantined();

            const again = await twice(async () => await stores.events.close(key, 'q-1', T0 + 5));

            expect(again).toBe('superseded');
            expect(await record()).toMatchObject({ state: 'closed' });
            expect(await listed()).toBe(false);
          });
        },
        suppress: () => {
          it('suppress: the lease is gone, the event has ended', async () => {
            await claimed();

            const again = await twice(
              async () => await stores.events.suppress(key, 'token-1', 'not_a_lead'),
            );

            expect(again).toBe('superseded');
            expect(await record()).toMatchObject({
              state: 'suppressed',
              suppression: 'not_a_lead',
            });
            expect(await listed()).toBe(false);
          });
        },
        storeDetails: () => {
          it('storeDetails: the details count, and the claim goes on', async () => {
            await claimed();
            const details = {
              answers: new TextEncoder().encode('[{"id":"1001"}]'),
              mappingVersion: 'v1-details',
              normalized: aLeadEvent({ idempotency_key: key, event_id: 'website:complete' }),
            };

            const again = await twice(
              async () => await stores.events.storeDetails(key, 'token-1', details),
              3,
            );

            expect(again).toBe('written');
            expect(await record()).toMatchObject({
              state: 'processing',
              leaseToken: 'token-1',
              remappedAs: 'v1-details',
            });
            expect(await stores.events.readNormalized(key, HASH, 'v1-details')).toEqual(
              details.normalized,
            );
            expect(await stores.events.readDetails(key, HASH)).toEqual(details.answers);
          });
        },
        markDlqSent: () => {
          it('markDlqSent: it is noted', async () => {
            await quarantined();

            await twice(async () => {
              await stores.events.markDlqSent(key, 'q-1', 'permanent', T0);
            });

            expect((await record())?.dlqSentAt).toBe('2026-11-22T04:00:00.000Z');
            expect(await listed()).toBe(false);
          });
        },
        hold: () => {
          it('hold: the event is held', async () => {
            await accept();

            const again = await twice(async () => await stores.events.hold({ key, nowMs: T0 }));

            expect(again).toBe('unchanged');
            expect((await record())?.state).toBe('held');
          });
        },
        unhold: () => {
          it('unhold: the event is received and listed as open: the sweeper sends its message', async () => {
            await accept();
            await stores.events.hold({ key, nowMs: T0 });

            const again = await twice(async () => await stores.events.unhold(key, T0));

            expect(again).toBe('unchanged');
            expect(await record()).toMatchObject({ state: 'received', requeuedAtMs: T0 });
            expect(await listed()).toBe(true);
          });
        },
        markRequeued: () => {
          it('markRequeued: it is noted; after the interval the next sweep sends the message', async () => {
            await accept();

            const again = await twice(
              async () => await stores.events.markRequeued(key, T0, T0 - 600_000),
            );
            const later = await stores.events.markRequeued(key, T0 + 600_000, T0);

            expect([again, later]).toEqual(['unchanged', 'marked']);
          });
        },
        remap: () => {
          it('remap: the new reading counts', async () => {
            await quarantined();
            const anew = aLeadEvent({ idempotency_key: key, event_id: 'website:anew' });

            const again = await twice(
              async () => await stores.events.remap(key, 'q-1', 'v2', anew),
              2,
            );

            expect(again).toBe('written');
            expect((await record())?.remappedAs).toBe('v2');
            expect(await stores.events.readNormalized(key, HASH, 'v2')).toEqual(anew);
          });
        },
        appendAudit: () => {
          it('appendAudit: the entry is there once', async () => {
            const entry = {
              id: 'audit-1',
              action: 'replayed',
              at: '2026-11-22T05:00:00.000Z',
              by: 'local',
              reason: 'mended',
            } as const;

            await twice(async () => {
              await stores.events.appendAudit(key, entry);
            });

            expect(await stores.events.readAudit(key)).toEqual([entry]);
          });
        },
        noteSourceSeen: () => {
          it('noteSourceSeen: the time is noted', async () => {
            await twice(async () => {
              await stores.events.noteSourceSeen(key, T0);
            });

            expect(await stores.events.readSourceSeenMs(key)).toBe(T0);
          });
        },
        notePreviousSecret: () => {
          it('notePreviousSecret: the time is noted', async () => {
            await twice(async () => {
              await stores.events.notePreviousSecret(key, T0);
            });

            expect(await stores.events.readPreviousSecretMs(key)).toBe(T0);
          });
        },
        readSourceFields: 'reads',
        saveSourceFields: () => {
          it('saveSourceFields: our own stands in the way, and the next revision follows it', async () => {
            const known = aSourceFields();

            const again = await twice(async () => await stores.events.saveSourceFields(key, known));
            const next = await stores.events.saveSourceFields(key, { ...known, revision: 2 });

            expect(again).toEqual({ kind: 'changed', current: known });
            expect(next).toEqual({ kind: 'saved' });
          });
        },
        keepMapping: () => {
          it('keepMapping: the version is kept as it was first used', async () => {
            await twice(async () => {
              await stores.events.keepMapping(key, '1-abc', '{}', T0);
            });

            expect(await stores.events.listMappings(key)).toEqual([
              { version: '1-abc', settings: '{}', firstUsedAtMs: T0 },
            ]);
          });
        },
        readMapping: 'reads',
        listMappings: 'reads',
        rememberSubmitter: () => {
          it('rememberSubmitter: the first event is its own, not a repeat of itself', async () => {
            const first = await twice(
              async () => await stores.events.rememberSubmitter('website', key, key, T0 + 1e9),
            );

            expect(first).toBe(key);
          });
        },
        readRecord: 'reads',
        readNormalized: 'reads',
        readRaw: 'reads',
        readDetails: 'reads',
        readAudit: 'reads',
        readSourceSeenMs: 'reads',
        readPreviousSecretMs: 'reads',
        listOpen: 'reads',
        measureOpen: 'reads',
      };
      for (const write of Object.values(writes)) if (write !== 'reads') write();
    });

    describe('of an identity', () => {
      const writes: Writes<IdentityStore> = {
        save: () => {
          it('save: our own HEAD stands in the way, with our own lease', async () => {
            const head = withLease(aHead(), 'token-1', T0 + 60_000);

            const again = await twice(async () => await stores.identities.save(head));

            expect(again).toEqual({ kind: 'changed', current: { kind: 'head', head } });
          });
        },
        bindAlias: () => {
          it('bindAlias: our own alias stands in the way', async () => {
            const [alias, identity] = [aName(), aName()];

            const again = await twice(
              async () => await stores.identities.bindAlias('Leads', alias, identity),
            );

            expect(again).toEqual({ kind: 'taken', current: { kind: 'alias', of: identity } });
          });
        },
        link: () => {
          it('link: it is linked', async () => {
            const name = aName();

            await expect(
              twice(async () => {
                await stores.identities.link('Leads', name, '2026-11-22T03:59:58.000Z', key);
              }),
            ).resolves.toBeUndefined();
          });
        },
        read: 'reads',
      };
      for (const write of Object.values(writes)) if (write !== 'reads') write();
    });

    it('of the token: our own stands in the way, and the next revision follows it', async () => {
      const again = await twice(async () => await stores.tokens.save(aToken()));
      const next = await stores.tokens.save(aToken({ revision: 2 }));

      expect([again, next]).toEqual(['changed', 'saved']);
    });

    it('of the breaker: our own stands in the way', async () => {
      const again = await twice(async () => await stores.breakers.save(aBreaker()));

      expect(again).toEqual({ kind: 'changed', current: aBreaker() });
    });
  });
}
