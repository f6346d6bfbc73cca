import { describe, expect, it } from 'vitest';
import { runSeed } from '../../local/simulation/run-seed.ts';
import { describeViolation } from '../../local/simulation/report.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../../local/simulation/scenarios.ts';
import { addSeed, newTally } from '../../local/simulation/tally.ts';
import type { Sabotage } from '../../local/simulation/simulated-stores.ts';

const SEEDS = 300;
const PORTIONS = 6;

describe('the simulation', () => {
  it.each(Array.from({ length: PORTIONS }, (_, index) => index))(
    'keeps every guarantee in portion %i of 300 seeds of all scenarios',
    { timeout: 120_000 },
    async (portion) => {
      const tally = newTally();
      const count = SEEDS / PORTIONS;
      for (let seed = 1 + portion * count; seed <= (portion + 1) * count; seed += 1) {
        addSeed(tally, await runSeed({ seed }));
      }

      expect(tally.violations.flatMap(describeViolation)).toEqual([]);
      expect(tally.events).toBeGreaterThan(count * 5);
    },
  );

  it.each(SCENARIO_NAMES.filter((name) => name !== 'crm-outage-72h' && name !== 'burst-10x'))(
    'does the very same twice in scenario %s',
    async (scenario) => {
      const first = await runSeed({ seed: 77, scenario, trace: true });
      const second = await runSeed({ seed: 77, scenario, trace: true });

      expect(second.trace.join('\n')).toBe(first.trace.join('\n'));
      expect(second.faults).toEqual(first.faults);
      expect(first.trace.length).toBeGreaterThan(100);
    },
  );

  it('notices a store that forgets an event that it has accepted', async () => {
    const forgetful: Sabotage = (stores) => {
      let accepted = 0;
      const { events } = stores;
      return {
        ...stores,
        events: {
          ...events,
          accept: async (event) => {
            accepted += 1;
            if (accepted !== 3) return await events.accept(event);
            const { raw: _raw, normalized: _normalized, initial: _initial, ...rest } = event;
            const record = { ...rest, state: 'received', attempts: 0, claims: 0, conflicts: 0 };
            return { kind: 'accepted', record: { ...record, state: 'received' as const } };
          },
        },
      };
    };

    const { violations } = await runSeed({ seed: 1, scenario: 'calm', sabotage: forgetful });

    expect(violations.map((violation) => violation.invariant)).toContain(
      'G1 acknowledged is stored',
    );
  });

  it('notices a store that gives up a success', async () => {
    const unsticky: Sabotage = (stores) => {
      const { events } = stores;
      const seen = new Set<string>();
      return {
        ...stores,
        events: {
          ...events,
          readRecord: async (key) => {
            const record = await events.readRecord(key);
            if (record?.state !== 'succeeded') return record;
            if (seen.has(key)) return { ...record, state: 'failed' as const };
            seen.add(key);
            return record;
          },
        },
      };
    };

    const found = await invariantsBroken('duplicate-storm', unsticky, 5);

    expect(found).toContain('G2 ends only forward');
  });

  it('notices aliases that are not kept', async () => {
    const forgetful: Sabotage = (stores) => ({
      ...stores,
      identities: { ...stores.identities, bindAlias: async () => ({ kind: 'bound' }) },
    });

    const found = await invariantsBroken('calm', forgetful, 20);

    expect(found).toContain('G3 one record a person');
  });

  it('notices leases that are not kept', async () => {
    const unlocked: Sabotage = (stores) => ({
      ...stores,
      identities: {
        ...stores.identities,
        save: async ({ leaseToken: _token, leaseUntilMs: _until, ...head }) =>
          await stores.identities.save(head),
      },
    });

    // Where most submissions of one person meet.
    const found = await invariantsBroken('burst-10x', unlocked, 20);

    expect(found).toContain('G3 each version once');
  });
});

async function invariantsBroken(
  scenario: ScenarioName,
  sabotage: Sabotage,
  seeds: number,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = await runSeed({ seed, scenario, sabotage });
    for (const violation of violations) found.add(violation.invariant);
  }
  return [...found];
}
