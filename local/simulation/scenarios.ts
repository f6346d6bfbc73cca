import {
  FAULT_GROUP_NAMES,
  type FaultGroup,
  type FaultMix,
  type FaultName,
  mixOf,
} from './fault-table.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The scenarios by name. `mixed` is what most seeds are: some groups of faults, chosen by the seed. */
export const SCENARIO_NAMES = [
  'mixed',
  'everything',
  'crm-outage-72h',
  'burst-10x',
  'duplicate-storm',
  'token-revoked',
  'slow-index',
  'poison',
  'lost-messages',
  'clock-skew',
  'calm',
] as const;

/** One of `SCENARIO_NAMES`. */
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** What a seed is going to do. Times in milliseconds from the start. */
export interface Plan {
  readonly scenario: ScenarioName;
  readonly mix: FaultMix;
  readonly persons: number;
  readonly submissions: number;
  /** Submissions arrive within this time. */
  readonly arrivalMs: number;
  /** Faults end then. */
  readonly faultsEndMs: number;
  /** While Zoho is gone. */
  readonly outage?: { readonly fromMs: number; readonly untilMs: number };
  readonly sweepEveryMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How many seeds of 1,000 are of a scenario, unless one is named. Long ones are rare. */
const WEIGHTS: Readonly<Record<ScenarioName, number>> = {
  mixed: 500,
  everything: 100,
  'crm-outage-72h': 4,
  'burst-10x': 12,
  'duplicate-storm': 60,
  'token-revoked': 60,
  'slow-index': 50,
  poison: 80,
  'lost-messages': 60,
  'clock-skew': 50,
  calm: 20,
};

/** Chooses a seed's scenario. */
export function drawScenario(random: SeededRandom): ScenarioName {
  let left = random.int(Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0));
  for (const name of SCENARIO_NAMES) {
    left -= WEIGHTS[name];
    if (left < 0) return name;
  }
  return 'mixed';
}

/** Draws what a seed of this scenario does. */
export function drawPlan(scenario: ScenarioName, random: SeededRandom): Plan {
  const base = {
    scenario,
    persons: random.between(3, 5),
    submissions: random.between(8, 15),
    arrivalMs: random.between(1, 12) * MINUTE_MS,
    faultsEndMs: random.between(14, 30) * MINUTE_MS,
    sweepEveryMs: random.pick([1, 2, 3]) * MINUTE_MS,
  };
  switch (scenario) {
    case 'mixed':
      return withOutage(
        { ...base, mix: mixOf(someGroups(random), random.pick([1, 1, 2, 4])) },
        random,
      );
    case 'everything':
      return withOutage({ ...base, mix: mixOf(FAULT_GROUP_NAMES) }, random);
    case 'crm-outage-72h':
      return {
        ...base,
        mix: mixOf(['process', 'table', 'queue_delivery', 'outage']),
        submissions: random.between(3, 6),
        outage: { fromMs: random.int(MINUTE_MS), untilMs: random.between(60, 72) * HOUR_MS },
        arrivalMs: 20 * MINUTE_MS,
        faultsEndMs: 72 * HOUR_MS,
        sweepEveryMs: 30 * MINUTE_MS,
      };
    case 'burst-10x':
      return {
        ...base,
        mix: mixOf(['process', 'queue_delivery', 'zoho_errors', 'senders']),
        persons: 40,
        submissions: 140,
        arrivalMs: MINUTE_MS / 2,
      };
    case 'duplicate-storm':
      return {
        ...base,
        mix: withRates(mixOf(['senders', 'queue_delivery', 'queue_loss', 'process']), {
          sent_twice: 0.7,
          message_duplicated: 0.4,
          sent_with_other_content: 0.1,
        }),
      };
    case 'token-revoked':
      return { ...base, mix: mixOf(['tokens', 'revocation', 'secrets', 'process'], 2) };
    case 'slow-index':
      return { ...base, mix: mixOf(['search', 'zoho_no_answer', 'senders', 'people'], 2) };
    case 'poison':
      return {
        ...base,
        mix: random.chance(0.5)
          ? withRates(mixOf(['refused']), { poison_value: 0.3 })
          : withRates(mixOf(['refused', 'poison', 'operator', 'process', 'people']), {
              poison_value: 0.3,
              replayed: 0.7,
              converted_by_person: 0.15,
            }),
      };
    case 'lost-messages':
      return {
        ...base,
        mix: withRates(mixOf(['queue_loss', 'queue_delivery', 'queue_calls', 'process']), {
          message_lost: 0.3,
          enqueue_refused: 0.15,
        }),
      };
    case 'clock-skew':
      return { ...base, mix: mixOf(['clocks', 'senders', 'queue_delivery', 'zoho_no_answer'], 2) };
    case 'calm':
      return { ...base, mix: mixOf([]) };
  }
}

function someGroups(random: SeededRandom): readonly FaultGroup[] {
  return FAULT_GROUP_NAMES.filter((name) => random.chance(RATES[name] ?? 0.4));
}

/** How probable a group is, where that is not as for most. */
const RATES: Readonly<Partial<Record<FaultGroup, number>>> = {
  process: 0.6,
  people: 0.5,
  operator: 0.5,
  outage: 0.12,
  revocation: 0.2,
  credits: 0.25,
  poison: 0.12,
};

function withOutage(plan: Omit<Plan, 'outage'>, random: SeededRandom): Plan {
  if (plan.mix.outage === 0) return plan;
  const fromMs = random.int(plan.arrivalMs);
  const lengthMs = random.chance(0.8)
    ? random.between(1, 15) * MINUTE_MS
    : random.between(1, 3) * HOUR_MS;
  return {
    ...plan,
    outage: { fromMs, untilMs: fromMs + lengthMs },
    faultsEndMs: Math.max(plan.faultsEndMs, fromMs + lengthMs),
  };
}

function withRates(mix: FaultMix, rates: Partial<Record<FaultName, number>>): FaultMix {
  return { ...mix, ...rates };
}
