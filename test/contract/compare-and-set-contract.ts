import { describe, expect, it } from 'vitest';
import type { Breaker } from '../../lambdas/core/breaker.ts';
import type { BreakerStore, StoredToken, TokenStore } from '../../lambdas/core/ports/crm-access.ts';

/** What every store of the shared token must do. `open` gives an empty one. */
export function describeTokenStore(name: string, open: () => Promise<TokenStore>): void {
  describe(`${name}: a token store`, () => {
    it('holds nothing, then what was saved, then refuses whoever comes late', async () => {
      const store = await open();
      const token = aToken();

      const empty = await store.read();
      const saved = await Promise.all([store.save(token), store.save(token), store.save(token)]);
      const next = await store.save({ ...token, revision: 2, sealedToken: 'newer' });
      const late = await store.save({ ...token, revision: 2, sealedToken: 'late' });
      const skipped = await store.save({ ...token, revision: 4, sealedToken: 'skipped' });

      expect(empty).toBeUndefined();
      expect(saved.toSorted()).toEqual(['changed', 'changed', 'saved']);
      expect([next, late, skipped]).toEqual(['saved', 'changed', 'changed']);
      expect(await store.read()).toEqual({ ...token, revision: 2, sealedToken: 'newer' });
    });

    it('refuses a second revision where there is no first', async () => {
      const store = await open();

      const saved = await store.save({ ...aToken(), revision: 2 });

      expect(saved).toBe('changed');
      expect(await store.read()).toBeUndefined();
    });
  });
}

/** What every store of the breaker must do. `open` gives an empty one. */
export function describeBreakerStore(name: string, open: () => Promise<BreakerStore>): void {
  describe(`${name}: a breaker store`, () => {
    it('knows no breaker before the first trouble, and reads back every field of one', async () => {
      const store = await open();

      const empty = await store.read();
      const saved = await store.save(aBreaker());

      expect(empty).toBeUndefined();
      expect(saved).toEqual({ kind: 'saved' });
      expect(await store.read()).toEqual(aBreaker());
    });

    it('forgets what a later breaker does not say', async () => {
      const store = await open();
      const closed: Breaker = {
        revision: 2,
        state: 'closed',
        failuresInRow: 0,
        windowStartedAtMs: 0,
        windowCalls: 0,
        windowFailures: 0,
      };
      await store.save(aBreaker());

      const saved = await store.save(closed);

      expect(saved).toEqual({ kind: 'saved' });
      expect(await store.read()).toEqual(closed);
    });

    it.each(['failures', 'credits', 'authorization', 'misconfigured', 'operator'] as const)(
      'keeps the reason %s',
      async (reason) => {
        const store = await open();

        await store.save(aBreaker({ reason }));

        expect((await store.read())?.reason).toBe(reason);
      },
    );

    it('refuses whoever read another one, and hands over what stands there', async () => {
      const store = await open();

      const early = await store.save(aBreaker({ revision: 2 }));
      await store.save(aBreaker());
      const again = await store.save(aBreaker({ failuresInRow: 9 }));
      const skipped = await store.save(aBreaker({ revision: 3 }));

      expect(early).toEqual({ kind: 'changed', current: undefined });
      expect(again).toEqual({ kind: 'changed', current: aBreaker() });
      expect(skipped).toEqual({ kind: 'changed', current: aBreaker() });
    });

    it('gives the probe to one of twenty simultaneous consumers', async () => {
      const store = await open();
      await store.save(aBreaker());

      const results = await Promise.all(
        Array.from(
          { length: 20 },
          async (_, n) => await store.save(aBreaker({ revision: 2, probeToken: `probe-${n}` })),
        ),
      );

      const losers = results.flatMap((each) => (each.kind === 'changed' ? [each.current] : []));
      const stored = await store.read();
      expect(losers).toHaveLength(19);
      expect(new Set(losers.map((each) => each?.probeToken))).toEqual(
        new Set([stored?.probeToken]),
      );
    });
  });
}

/** A shared token; a test names only what matters to it. */
export function aToken(overrides: Partial<StoredToken> = {}): StoredToken {
  return {
    revision: 1,
    sealedToken: 'sealed',
    fingerprint: 'print',
    expiresAtMs: 1_795_323_600_000,
    apiDomain: 'https://www.zohoapis.com',
    refreshLeaseUntilMs: 0,
    notBeforeMs: 0,
    requestedAtMs: [1_795_319_000_000, 1_795_320_000_000],
    ...overrides,
  };
}

/** A breaker with every field filled in. */
export function aBreaker(overrides: Partial<Breaker> = {}): Breaker {
  return {
    revision: 1,
    state: 'open',
    reason: 'failures',
    openedAtMs: 1_795_320_000_000,
    openUntilMs: 1_795_320_030_000,
    openForMs: 30_000,
    probeToken: 'probe-1',
    probeUntilMs: 1_795_320_120_000,
    failuresInRow: 5,
    windowStartedAtMs: 1_795_319_990_000,
    windowCalls: 21,
    windowFailures: 11,
    creditsRemaining: 499,
    operator: { by: 'local', reason: 'the token was replaced', atMs: 1_795_320_000_001 },
    ...overrides,
  };
}
