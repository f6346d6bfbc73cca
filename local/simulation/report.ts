import { FAULT_NAMES, FAULTS } from './fault-table.ts';
import { listPortCallSites, whyUnreachable } from './port-call-sites.ts';
import type { FoundViolation, Tally } from './tally.ts';

/** From so many seeds on, over all scenarios, a crash point that none of them struck is a fault. */
export const SEEDS_FOR_ALL_POINTS = 1_000;

/** The faults with their probabilities, as a table. */
export function describeFaults(): readonly string[] {
  return [
    'Faults, and how probable each is at an opportunity, in seeds where it is on:',
    ...FAULT_NAMES.map((name) => {
      const [probability, what] = FAULTS[name];
      const share = probability === 1 ? 'a switch' : `${Number((probability * 100).toFixed(2))} %`;
      return `  ${name.padEnd(26)} ${share.padStart(8)}   ${what}`;
    }),
    '',
  ];
}

/** Places that no container died at: before the call, after it, or both. */
export function unhitCrashPoints(tally: Tally): readonly string[] {
  return listPortCallSites()
    .filter((site) => whyUnreachable(site) === undefined)
    .flatMap((site) => [`${site} before`, `${site} after`])
    .filter((point) => (tally.crashes[point] ?? 0) === 0);
}

/** What the seeds came to. */
export function describeTally(tally: Tally, seconds: number): readonly string[] {
  const sites = listPortCallSites().filter((site) => whyUnreachable(site) === undefined);
  const unreachable = listPortCallSites().filter((site) => whyUnreachable(site) !== undefined);
  const unhit = unhitCrashPoints(tally);
  const points = 2 * sites.length;
  const deaths = sum(Object.values(tally.crashes));
  const checks = sum(Object.values(tally.checks));
  return [
    `${number(tally.seeds)} seeds, ${number(tally.events)} lead events, ${number(tally.steps)} steps in ${seconds.toFixed(1)} s (${((seconds * 1_000) / Math.max(1, tally.seeds)).toFixed(1)} ms a seed)`,
    `scenarios: ${counts(tally.scenarios)}`,
    '',
    'Faults that struck:',
    ...FAULT_NAMES.filter((name) => (tally.faults[name] ?? 0) > 0).map(
      (name) => `  ${name.padEnd(28)} ${number(tally.faults[name] ?? 0).padStart(12)}`,
    ),
    '',
    `Crash points: ${points - unhit.length} of ${points} struck, by ${number(deaths)} crashes, at ${sites.length} places that wait for the world.`,
    ...unhit.map((point) => `  never: ${point}`),
    ...unreachable.map((site) => `  not to be reached: ${site}: ${whyUnreachable(site)}`),
    '',
    `Invariants: ${number(checks)} checks.`,
    ...Object.entries(tally.checks)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, count]) => `  ${name.padEnd(32)} ${number(count).padStart(12)}`),
    '',
    tally.violations.length === 0 ? 'No violation.' : 'VIOLATIONS:',
    ...tally.violations.flatMap(describeViolation),
  ];
}

/** A violation, and the command that repeats it. */
export function describeViolation(violation: FoundViolation): readonly string[] {
  return [
    `  seed ${violation.seed} (${violation.scenario}): ${violation.invariant}`,
    `    ${violation.sentence}`,
    `    npm run simulate -- --seed ${violation.seed} --scenario ${violation.scenario} --trace`,
  ];
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function counts(of: Readonly<Record<string, number>>): string {
  return Object.entries(of)
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, count]) => `${name} ${number(count)}`)
    .join(', ');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
