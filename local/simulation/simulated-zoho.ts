import type { Clock } from '../../lambdas/core/ports/world.ts';
import { createWorld, type World } from '../zoho-simulator/world.ts';
import type { Faults } from './faults.ts';
import type { Monitor } from './monitor.ts';
import type { Plan } from './scenarios.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SECRETS } from './settings.ts';
import type { Submission } from './submission.ts';
import { type Connect, createNetwork } from './zoho-network.ts';
import { poisonFaults } from './zoho-faults.ts';

/** The simulated organisation and the network before it. */
export interface SimulatedZoho {
  readonly world: World;
  /** A process's own connection. */
  readonly fetchOf: Connect;
  /** Ends the refresh token; only the new one works from now on. */
  revoke(): void;
  endFaults(): void;
}

/** What the organisation is made of. */
export interface ZohoOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly plan: Plan;
  readonly submissions: readonly Submission[];
  /** Known a little later: the monitor sees the organisation's commits. */
  readonly monitor: () => Monitor;
}

const DAILY_CREDITS = 50_000;

/** A few; too few for the reserve; and, once half are spent, few enough to be slowed down for. */
const LOW_CREDITS = [10, 60, 900, 1_700, 1_700, 1_700];

/** Builds the organisation: the real simulator, on virtual time, with its faults drawn by the seed. */
export function createSimulatedZoho(options: ZohoOptions): SimulatedZoho {
  const { clock, random, faults, plan, monitor } = options;
  const world = createWorld({
    now: () => clock.nowMs(),
    sleep: async (ms) => {
      if (ms > 0) await clock.sleep(ms);
    },
    knobs: knobsOf(plan, random),
    records: {
      changes: [],
      journal: { append: (change) => monitor().journal.append(change), close: () => undefined },
    },
  });
  if (plan.mix.credits_low > 0) world.credits.spend(world.knobs.current().dailyCredits >> 1);
  world.faults.add(poisonFaults(options.submissions));

  return {
    world,
    fetchOf: createNetwork({ ...options, world }),
    revoke: () => {
      faults.note('token_revoked');
      world.changeKnobs({ refreshToken: SECRETS.newRefreshToken });
      world.tokens.expireAll();
    },
    endFaults: () => {
      world.changeKnobs({
        dailyCredits: DAILY_CREDITS,
        race: null,
        searchLagMs: 5_000,
        accessTokenTtlSeconds: 3_600,
      });
    },
  };
}

function knobsOf(plan: Plan, random: SeededRandom): Parameters<typeof createWorld>[0]['knobs'] {
  const { mix } = plan;
  return {
    clientId: SECRETS.clientId,
    clientSecret: SECRETS.clientSecret,
    refreshToken: SECRETS.refreshToken,
    seed: random.int(2 ** 31),
    dailyCredits: mix.credits_low > 0 ? random.pick(LOW_CREDITS) : DAILY_CREDITS,
    convertedLeads: random.pick(['hidden', 'duplicate_data', 'converted_record'] as const),
    deadTokenCode: random.pick(['INVALID_TOKEN', 'AUTHENTICATION_FAILURE'] as const),
    requestErrorShape: random.pick(['flat', 'wrapped'] as const),
    workflowOnUnchanged: random.chance(0.5),
    ...(mix.search_lag > 0 ? { searchLagMs: random.int(600_000) } : {}),
    ...(mix.check_then_insert > 0 ? { race: { delayMs: random.between(50, 900) } } : {}),
    ...(mix.token_short_lived > 0 ? { accessTokenTtlSeconds: random.between(240, 720) } : {}),
  };
}
