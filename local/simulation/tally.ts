import type { FaultName } from './fault-table.ts';
import type { InvariantName } from './observer.ts';
import type { SeedResult } from './run-seed.ts';
import type { ScenarioName } from './scenarios.ts';

/** A violation, and what repeats it. */
export interface FoundViolation {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly invariant: InvariantName;
  readonly sentence: string;
}

/** What many seeds came to, as plain data: it travels between threads. */
export interface Tally {
  seeds: number;
  events: number;
  steps: number;
  readonly scenarios: Partial<Record<ScenarioName, number>>;
  readonly faults: Partial<Record<FaultName, number>>;
  readonly checks: Partial<Record<InvariantName, number>>;
  /** `site before` or `site after` → times. */
  readonly crashes: Record<string, number>;
  readonly violations: FoundViolation[];
}

/** Violations that are kept of each invariant: the first tell enough. */
const KEPT_MAX = 5;

/** A tally of nothing. */
export function newTally(): Tally {
  return {
    seeds: 0,
    events: 0,
    steps: 0,
    scenarios: {},
    faults: {},
    checks: {},
    crashes: {},
    violations: [],
  };
}

/** Adds a seed. */
export function addSeed(tally: Tally, result: SeedResult): void {
  addTally(tally, {
    seeds: 1,
    events: result.events,
    steps: result.steps,
    scenarios: { [result.scenario]: 1 },
    faults: result.faults,
    checks: result.checks,
    crashes: Object.fromEntries(result.crashPoints.crashes),
    violations: result.violations.map(({ invariant, sentence }) => ({
      seed: result.seed,
      scenario: result.scenario,
      invariant,
      sentence,
    })),
  });
}

/** Adds what another thread has counted. */
export function addTally(tally: Tally, more: Tally): void {
  tally.seeds += more.seeds;
  tally.events += more.events;
  tally.steps += more.steps;
  for (const name of ['scenarios', 'faults', 'checks', 'crashes'] as const) {
    addCounts(tally[name], more[name]);
  }
  for (const violation of more.violations) {
    const known = tally.violations.filter((each) => each.invariant === violation.invariant);
    if (known.length < KEPT_MAX) tally.violations.push(violation);
  }
}

function addCounts(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count;
}
