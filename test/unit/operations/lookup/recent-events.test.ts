import { describe, expect, it } from 'vitest';
import { findRecentEvents } from '../../../../lambdas/operations/lookup/recent-events.ts';
import { createMemoryEventStore } from '../../../../local/memory/memory-event-store.ts';
import { aNewEvent, T0 } from '../../../support/event-builders.ts';
import { aClock } from '../../../support/fakes.ts';

const UNITS_A_PART = 75;

/** A store with events of one a second, in an order that is not theirs in time. */
async function aWorld(count: number) {
  const store = createMemoryEventStore();
  for (let n = 0; n < count; n += 1) {
    const second = (n * 7) % count;
    await store.accept(
      aNewEvent({
        key: `website|lead.created|${second}`,
        source: second % 2 === 0 ? 'website' : 'partner',
        receivedAt: new Date(T0 + second * 1_000).toISOString(),
      }),
    );
  }
  let usedUnits = 0;
  const clock = aClock();
  const ports = {
    scanner: {
      scanEvents: async (request: Parameters<typeof store.scanEvents>[0]) => {
        usedUnits += UNITS_A_PART;
        return await store.scanEvents(request);
      },
    },
    meter: { usedUnits: () => usedUnits },
    clock,
  };
  return { ports, clock };
}

const ids = (records: readonly { readonly key: string }[]) =>
  records.map(({ key }) => Number(key.split('|').at(-1)));

describe('the search for recent events', () => {
  it('finds the newest of all, newest first, whatever order they lie in', async () => {
    const { ports } = await aWorld(1_201);

    const recent = await findRecentEvents({ countMax: 4, readUnitsMax: 1_000 }, ports);

    expect(ids(recent.records)).toEqual([1_200, 1_199, 1_198, 1_197]);
    expect(recent).toMatchObject({ found: 1_201, items: 1_201, isWhole: true });
  });

  it('takes those of one source, and of a time on', async () => {
    const { ports } = await aWorld(30);
    const request = { countMax: 100, readUnitsMax: 1_000 };

    const recent = await findRecentEvents(
      { ...request, source: 'partner', receivedFromMs: T0 + 25_000 },
      ports,
    );

    expect(ids(recent.records)).toEqual([29, 27, 25]);
    expect(recent.found).toBe(3);
  });

  it('ends at its bound, and says that it has seen a sample', async () => {
    const { ports } = await aWorld(2_000);

    const recent = await findRecentEvents({ countMax: 10, readUnitsMax: 100 }, ports);

    expect(recent).toMatchObject({ items: 1_000, isWhole: false });
    expect(recent.records).toHaveLength(10);
  });

  it('leaves the table to the functions for as long as it has taken from it', async () => {
    const { ports, clock } = await aWorld(1_003);
    const told: number[] = [];

    await findRecentEvents({ countMax: 1, readUnitsMax: 1_000 }, ports, ({ readUnits }) =>
      told.push(readUnits),
    );

    expect(clock.sleeps).toEqual([UNITS_A_PART, UNITS_A_PART]);
    expect(told).toEqual([75, 150, 225]);
  });
});
