import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Head,
  type HeadValue,
  mergeContribution,
  newHead,
  withLease,
} from '../../lambdas/core/head.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type { IdentityLinks, IdentityStore } from '../../lambdas/core/ports/identities.ts';

let sequence = 0;

/** A name that no test has used before. */
export function aName(): string {
  sequence += 1;
  return `hf_${process.pid}_${sequence}`;
}

/** A HEAD of one event, to be stored as the first of its identity. */
export function aHead(overrides: Partial<Head> = {}): Head {
  const { identity = aName(), ...rest } = overrides;
  const contribution = {
    event: 'website|lead.created|1',
    occurredAt: '2026-11-22T03:59:58.000Z',
    trust: 50,
    mayCreate: false,
    values: { first_name: 'Ana', email: 'ana@example.com' },
  };
  const head = mergeContribution(newHead('Leads', identity), contribution, () => 'latest');
  return { ...head, revision: 1, ...rest };
}

/** What every store of HEADs and aliases must do. */
export function describeIdentityStore(name: string, open: () => Promise<IdentityStore>): void {
  describe(`${name}: an identity store`, () => {
    let store: IdentityStore;
    beforeEach(async () => {
      store = await open();
    });

    const suites: Record<keyof IdentityStore, (storeOf: () => IdentityStore) => void> = {
      read: reading,
      save: saving,
      bindAlias: binding,
      link: linking,
    };
    for (const suite of new Set(Object.values(suites))) suite(() => store);
  });
}

/** What is listed of an identity, for operators. */
export function describeIdentityLinks(
  name: string,
  open: () => Promise<IdentityStore & IdentityLinks & Pick<StoreEraser, 'unlink'>>,
): void {
  describe(`${name}: the events of an identity`, () => {
    it('are listed by when they occurred, each once, and none of another', async () => {
      const store = await open();
      const [identity, other] = [aName(), aName()];
      const late = 'website|lead.created|late#1';
      await store.link('Leads', identity, '2026-11-22T05:00:00.000Z', late);
      await store.link('Leads', identity, '2026-11-22T04:00:00.000Z', 'partner|lead.created|early');
      await store.link('Leads', identity, '2026-11-22T05:00:00.000Z', late);
      await store.link('Leads', other, '2026-11-22T04:30:00.000Z', 'website|lead.created|other');
      await store.save(aHead({ identity }));

      expect(await store.linkedEvents('Leads', identity)).toEqual([
        'partner|lead.created|early',
        late,
      ]);
      expect(await store.linkedEvents('Leads', aName())).toEqual([]);
    });

    it('can be taken from its list, and no other goes with them', async () => {
      const store = await open();
      const identity = aName();
      const at = '2026-11-22T05:00:00.000Z';
      await store.save(aHead({ identity }));
      for (const key of ['a|b|1', 'a|b|12', 'a|b|3']) {
        await store.link('Leads', identity, at, key);
      }

      const removed = await store.unlink('Leads', identity, new Set(['a|b|1', 'a|b|3', 'a|b|4']));

      expect(removed).toBe(2);
      expect(await store.linkedEvents('Leads', identity)).toEqual(['a|b|12']);
      expect((await store.read('Leads', identity))?.kind).toBe('head');
    });
  });
}

function reading(store: () => IdentityStore): void {
  it('knows nothing of a name that was never stored', async () => {
    expect(await store().read('Leads', aName())).toBeUndefined();
  });

  it('reads back what was saved, to the last field', async () => {
    const head = aFullHead();

    await store().save(head);

    expect(await store().read('Leads', head.identity)).toEqual({ kind: 'head', head });
  });

  it('reads back a HEAD that holds nothing', async () => {
    const head = { ...newHead('Leads', aName()), revision: 1 };

    await store().save(head);

    expect(await store().read('Leads', head.identity)).toEqual({ kind: 'head', head });
  });

  it('stores a person who writes two of the longest messages there are', async () => {
    const text = (seed: number) =>
      Array.from({ length: 32_000 }, (_, n) =>
        String.fromCodePoint(0x4e00 + ((n * n * 7 + n * seed) % 20_000)),
      ).join('');
    const values = [aValue(text(3), 2, 'm2', '06'), aValue(text(5), 1, 'm1', '05')];
    const head = aHead({ appended: { message: values } });

    const saved = await store().save(head);

    expect(saved).toEqual({ kind: 'saved' });
    expect(await store().read('Leads', head.identity)).toEqual({ kind: 'head', head });
  });
}

function saving(store: () => IdentityStore): void {
  it('forgets what a later HEAD does not say', async () => {
    const full = aFullHead();
    const bare = { ...newHead('Leads', full.identity), revision: 2 };
    await store().save(full);

    const saved = await store().save(bare);

    expect(saved).toEqual({ kind: 'saved' });
    expect(await store().read('Leads', full.identity)).toEqual({ kind: 'head', head: bare });
  });

  it('refuses a HEAD that was read before another was saved, and hands over that other', async () => {
    const head = aHead();
    const current = { kind: 'head', head };
    await store().save(head);

    const again = await store().save({ ...head, version: 7 });
    const skipped = await store().save({ ...head, revision: 3 });

    expect(again).toEqual({ kind: 'changed', current });
    expect(skipped).toEqual({ kind: 'changed', current });
    expect(await store().read('Leads', head.identity)).toEqual(current);
  });

  it('refuses a later revision where nothing is stored', async () => {
    const head = aHead({ revision: 2 });

    const saved = await store().save(head);

    expect(saved).toEqual({ kind: 'changed', current: undefined });
    expect(await store().read('Leads', head.identity)).toBeUndefined();
  });

  it('lets exactly one of twenty simultaneous writers through', async () => {
    const head = aHead();

    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => await store().save(withLease(head, `t${n}`, 1))),
    );

    expect(results.filter((result) => result.kind === 'saved')).toHaveLength(1);
  });

  it('keeps the same identity of two modules apart', async () => {
    const head = aHead();

    await store().save(head);
    const other = await store().save({ ...head, module: 'Contacts' });

    expect(other).toEqual({ kind: 'saved' });
  });
}

function binding(store: () => IdentityStore): void {
  it('makes a free name an alias, for ever', async () => {
    const [alias, identity, other] = [aName(), aName(), aName()];
    const current = { kind: 'alias', of: identity };

    const bound = await store().bindAlias('Leads', alias, identity);
    const elsewhere = await store().bindAlias('Leads', alias, other);

    expect(bound).toEqual({ kind: 'bound' });
    expect(elsewhere).toEqual({ kind: 'taken', current });
    expect(await store().read('Leads', alias)).toEqual(current);
  });

  it('hands over the very alias that is bound again', async () => {
    const [alias, identity] = [aName(), aName()];
    await store().bindAlias('Leads', alias, identity);

    const again = await store().bindAlias('Leads', alias, identity);

    expect(again).toEqual({ kind: 'taken', current: { kind: 'alias', of: identity } });
  });

  it('does not make an alias of a name that has a HEAD, and hands that over', async () => {
    const head = aHead();
    await store().save(head);

    const bound = await store().bindAlias('Leads', head.identity, aName());

    expect(bound).toEqual({ kind: 'taken', current: { kind: 'head', head } });
    expect(await store().read('Leads', head.identity)).toEqual({ kind: 'head', head });
  });

  it.each([1, 2])(
    'saves no HEAD of revision %i over an alias, and hands that over',
    async (revision) => {
      const [alias, identity] = [aName(), aName()];
      await store().bindAlias('Leads', alias, identity);

      const saved = await store().save(aHead({ identity: alias, revision }));

      expect(saved).toEqual({ kind: 'changed', current: { kind: 'alias', of: identity } });
    },
  );

  it('lets one of a HEAD and an alias have a name that both want at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const [name, identity] = [aName(), aName()];
      const head = aHead({ identity: name });

      const [saved, bound] = await Promise.all([
        store().save(head),
        store().bindAlias('Leads', name, identity),
      ]);

      const winner =
        saved.kind === 'saved' ? { kind: 'head', head } : { kind: 'alias', of: identity };
      expect([saved, bound]).toContainEqual({ kind: saved.kind === 'saved' ? 'saved' : 'bound' });
      expect([saved, bound]).toContainEqual(expect.objectContaining({ current: winner }));
      expect(await store().read('Leads', name)).toEqual(winner);
    }
  });

  it('keeps the same alias of two modules apart', async () => {
    const alias = aName();
    await store().bindAlias('Leads', alias, 'one');

    const bound = await store().bindAlias('Contacts', alias, 'two');

    expect(bound).toEqual({ kind: 'bound' });
  });
}

function linking(store: () => IdentityStore): void {
  it('links an event to its identity as often as it is asked, beside the HEAD', async () => {
    const head = aHead();
    const link = async (key: string) =>
      await store().link('Leads', head.identity, '2026-11-22T03:59:58.000Z', key);
    await link('website|lead.created|1');

    await expect(link('website|lead.created|1')).resolves.toBeUndefined();
    await expect(link('website|lead.created|2')).resolves.toBeUndefined();

    expect(await store().read('Leads', head.identity)).toBeUndefined();
    expect(await store().save(head)).toEqual({ kind: 'saved' });
  });
}

function aValue(value: string, version: number, event: string, hour: string): HeadValue {
  return { value, version, event, occurredAt: `2026-11-22T${hour}:00:00.000Z`, trust: 50 };
}

/** A HEAD with every field that there is. */
function aFullHead(): Head {
  const replaced = [aValue('Anna', 2, 'demo|form_response|2', '04'), aValue('An', 1, 'e1', '03')];
  return {
    module: 'Leads',
    identity: aName(),
    revision: 1,
    version: 3,
    confirmedVersion: 1,
    fields: {
      first_name: { ...aValue('Ána "李" 🚀', 3, 'website|lead.created|1', '05'), replaced },
      email: { ...aValue('ana@example.com', 1, 'e1', '03'), trust: 60 },
    },
    appended: {
      message: [
        aValue('Hello again', 3, 'website|lead.created|1', '05'),
        aValue('Hi', 1, 'e1', '03'),
      ],
      note: [],
    },
    creator: 'website|lead.created|1',
    crmRecordId: '4150868000000376008',
    leaseToken: 'token-1',
    leaseUntilMs: 1_795_320_000_000,
    unsettledUntilMs: 1_795_320_030_000,
  };
}
