import { describe, expect, it } from 'vitest';
import { mergeContribution, newHead, withLease, withUnsettled } from '../../lambdas/core/head.ts';
import type { IdentityStore, StoredToken, TokenStore } from '../../lambdas/core/ports.ts';

let sequence = 0;

/** What every store of HEADs must do. */
export function describeIdentityStore(name: string, open: () => Promise<IdentityStore>): void {
  describe(`${name}: an identity store`, () => {
    const aHead = () => {
      sequence += 1;
      const head = mergeContribution(newHead('Leads', `hf_${process.pid}_${sequence}`), {
        event: 'website|lead.created|1',
        occurredAt: '2026-11-22T03:59:58.000Z',
        trust: 50,
        values: { first_name: 'Ana', email: 'ana@example.com' },
      });
      return { ...head, revision: 1 };
    };

    const message = (event: string, hour: string, value: string) => ({
      event,
      occurredAt: `2026-11-22T${hour}:00:00.000Z`,
      trust: 50,
      values: { message: value },
    });

    it('knows no HEAD that was never saved', async () => {
      const store = await open();

      expect(await store.read('Leads', 'hf_nobody')).toBeUndefined();
    });

    it('reads back what was saved, to the last field', async () => {
      const store = await open();
      const first = {
        ...aHead(),
        confirmedVersion: 1,
        crmRecordId: '4150868000000376008',
      };
      const leased = withLease(
        {
          ...mergeContribution(first, {
            event: 'demo|form_response|2',
            occurredAt: '2026-11-22T04:10:00.000Z',
            trust: 60,
            values: { first_name: 'Ána', message: 'Hello' },
          }),
          revision: 2,
        },
        'token-1',
        1_795_320_000_000,
      );
      const second = withUnsettled(leased, 1_795_320_030_000);

      await store.save(first);
      const saved = await store.save(second);

      expect(saved).toEqual({ kind: 'saved' });
      expect(await store.read('Leads', first.identity)).toEqual(second);
    });

    it('stores a person who writes two of the longest messages there are', async () => {
      const store = await open();
      const text = (seed: number) =>
        Array.from({ length: 32_000 }, (_, n) =>
          String.fromCodePoint(0x4e00 + ((n * n * 7 + n * seed) % 20_000)),
        ).join('');
      const first = { ...mergeContribution(aHead(), message('m1', '05', text(3))), revision: 1 };
      const second = { ...mergeContribution(first, message('m2', '06', text(5))), revision: 2 };

      await store.save(first);
      const saved = await store.save(second);

      expect(saved).toEqual({ kind: 'saved' });
      expect(await store.read('Leads', first.identity)).toEqual(second);
    });

    it('refuses a HEAD that was read before another was saved, and hands over that other', async () => {
      const store = await open();
      const head = aHead();
      await store.save(head);

      const again = await store.save(head);
      const skipped = await store.save({ ...head, revision: 3 });

      expect(again).toEqual({ kind: 'changed', current: head });
      expect(skipped).toEqual({ kind: 'changed', current: head });
    });

    it('lets exactly one of twenty simultaneous writers through', async () => {
      const store = await open();
      const head = aHead();

      const results = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => await store.save(withLease(head, `t${n}`, 1))),
      );

      expect(results.filter((result) => result.kind === 'saved')).toHaveLength(1);
    });

    it('keeps the same identity of two modules apart', async () => {
      const store = await open();
      const head = aHead();

      await store.save(head);
      const other = await store.save({ ...head, module: 'Contacts' });

      expect(other).toEqual({ kind: 'saved' });
    });

    it('links an event to its identity as often as it is asked', async () => {
      const store = await open();
      const { identity } = aHead();

      await store.link('Leads', identity, '2026-11-22T03:59:58.000Z', 'website|lead.created|1');

      await expect(
        store.link('Leads', identity, '2026-11-22T03:59:58.000Z', 'website|lead.created|1'),
      ).resolves.toBeUndefined();
    });
  });
}

/** What every store of the shared token must do. `open` gives an empty one. */
export function describeTokenStore(name: string, open: () => Promise<TokenStore>): void {
  describe(`${name}: a token store`, () => {
    const token: StoredToken = {
      revision: 1,
      sealedToken: 'sealed',
      fingerprint: 'print',
      expiresAtMs: 1_795_323_600_000,
      apiDomain: 'https://www.zohoapis.com',
      refreshLeaseUntilMs: 0,
      notBeforeMs: 0,
    };

    it('holds nothing, then what was saved, then refuses whoever comes late', async () => {
      const store = await open();

      const empty = await store.read();
      const saved = await Promise.all([store.save(token), store.save(token), store.save(token)]);
      const next = await store.save({ ...token, revision: 2, sealedToken: 'newer' });

      expect(empty).toBeUndefined();
      expect(saved.toSorted()).toEqual(['changed', 'changed', 'saved']);
      expect(next).toBe('saved');
      expect(await store.read()).toEqual({ ...token, revision: 2, sealedToken: 'newer' });
    });
  });
}
