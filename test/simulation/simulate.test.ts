import { describe, expect, it } from 'vitest';
import { runSeed } from '../../local/simulation/run-seed.ts';
import { describeViolation } from '../../local/simulation/report.ts';
import { SCENARIO_NAMES } from '../../local/simulation/scenarios.ts';
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
      let reads = 0;
      return {
        ...stores,
        events: {
          ...events,
          readRecord: async (key) => {
            const record = await events.readRecord(key);
            reads += 1;
            return record?.state === 'succeeded' && reads % 7 === 0
              ? { ...record, state: 'failed' as const }
              : record;
          },
        },
      };
    };

    const { violations } = await runSeed({
      seed: 2,
      scenario: 'duplicate-storm',
      sabotage: unsticky,
    });

    expect(violations.map((violation) => violation.invariant)).toContain('G2 ends only forward');
  });

  it('notices two writers of one identity', async () => {
    const unlocked: Sabotage = (stores) => ({
      ...stores,
      identities: {
        ...stores.identities,
        // Compare-and-set that does not compare: whoever saves last wins.
        save: async (head) => {
          const stored = await stores.identities.read(head.module, head.identity);
          const revision = stored?.kind === 'head' ? stored.head.revision : 0;
          await stores.identities.save({ ...head, revision: revision + 1 });
          return { kind: 'saved' };
        },
      },
    });
    const found = new Set<string>();

    for (let seed = 1; seed <= 20; seed += 1) {
      const { violations } = await runSeed({ seed, scenario: 'slow-index', sabotage: unlocked });
      for (const violation of violations) found.add(violation.invariant);
    }

    expect([...found].some((name) => name.startsWith('G3') || name.startsWith('G4'))).toBe(true);
  });
});
