import { preloadLazyParts } from '../../lambdas/core/lazy-part.ts';
import { startOperator } from './actors/operator.ts';
import { startSalesperson } from './actors/salesperson.ts';
import { startSchedule } from './actors/schedule.ts';
import { type Senders, startSenders } from './actors/sender.ts';
import { chooseAims } from './choose-aim.ts';
import { type CrashPoints, createCrashPoints } from './crash-points.ts';
import { type Facts, hasEnded, newFacts } from './facts.ts';
import { FAULT_NAMES, type FaultName } from './fault-table.ts';
import { createFaults, type Faults } from './faults.ts';
import { observeAcknowledged } from './invariants/acknowledged.ts';
import { observeErasures } from './invariants/erasures.ts';
import { observeDetails } from './invariants/details.ts';
import { observeEnds } from './invariants/ended.ts';
import { observeAttempts, observeBreaker } from './invariants/breaker.ts';
import { observeLetters } from './invariants/letters.ts';
import { observeLimits } from './invariants/limits.ts';
import { observeNotes } from './invariants/notes.ts';
import { observeRecords } from './invariants/one-record.ts';
import { observeQuarantines } from './invariants/quarantine-reasons.ts';
import { observeFold } from './invariants/record-fold.ts';
import { observeSecrecy } from './invariants/secrecy.ts';
import { observeMistakes } from './invariants/sound-code.ts';
import { observeKeys } from './invariants/stable-keys.ts';
import { observeSuppressions } from './invariants/suppression-reasons.ts';
import type { SeriesRecorder } from './metric-series.ts';
import { createMonitor } from './monitor.ts';
import type { InvariantName, ObserverContext, Violation } from './observer.ts';
import { drawSubmissions } from './population.ts';
import { drawPlan, drawScenario, type Plan, type ScenarioName } from './scenarios.ts';
import { createSeededRandom } from './seeded-random.ts';
import { REST_WITHIN_MS, SIMULATED_CONFIG, START_MS, WITH_NOTES } from './settings.ts';
import { createSimulatedProviderApis } from './simulated-provider-apis.ts';
import { createSimulatedStores, type Sabotage } from './simulated-stores.ts';
import { createSimulatedWorld, type SimulatedWorld } from './simulated-world.ts';
import { createSimulatedZoho } from './simulated-zoho.ts';
import { createTrace, NO_TRACE } from './trace.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** What is run. */
export interface SeedOptions {
  /** A whole number, 1 or more. */
  readonly seed: number;
  /** Drawn from the seed by default. */
  readonly scenario?: ScenarioName;
  /** Keep what happened, a line a step. */
  readonly trace?: boolean;
  readonly sabotage?: Sabotage;
  /** Gathers what the functions measure, by the minute. Read its series when the run is over. */
  readonly recorder?: SeriesRecorder;
}

/** What a run came to. */
export interface SeedResult {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly steps: number;
  readonly events: number;
  /** Virtual time that passed. */
  readonly lastedMs: number;
  readonly faults: Readonly<Partial<Record<FaultName, number>>>;
  readonly checks: Readonly<Partial<Record<InvariantName, number>>>;
  readonly crashPoints: CrashPoints;
  /** The first of each invariant. */
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  /** Everything that was observed, for who wants to look closer. */
  readonly facts: Facts;
}

/** Late writes are over by then. */
const REST_MS = 60_000;

/** At each of the calls that a seed aims at; more, and nothing would come through any more. */
const AIMED_CRASHES_MAX = 6;

/** A run that takes more steps has come into a circle. */
const STEPS_MAX = 2_000_000;

/**
 * Runs one seed: everything in it, and so every result, is decided by the seed and the scenario.
 *
 * ```
 * submissions, faults, people ──► faults end, an operator puts things right ──► rest ──► last checks
 * ```
 */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  // Read when they are first needed otherwise, and the first run of a process would take other turns than the next.
  await preloadLazyParts();
  const random = createSeededRandom(options.seed);
  // Drawn even if it is given: a seed is then the same run with its own scenario's name as without.
  const drawn = drawScenario(random);
  const scenario = options.scenario ?? drawn;
  const plan = drawPlan(scenario, random);
  const faults = createFaults(plan.mix, random.fork());
  const clock = createVirtualClock(START_MS);
  const trace = options.trace === true ? createTrace(() => clock.nowMs(), START_MS) : NO_TRACE;
  const submissions = drawSubmissions(plan, START_MS, random.fork(), faults);
  noteSwitches(plan, faults);

  const facts = newFacts();
  const stores = createSimulatedStores(options.sabotage);
  const judge = createJudge(clock);
  const context: ObserverContext = {
    facts,
    plan,
    mix: plan.mix,
    events: stores.events,
    items: stores.items,
    nowMs: () => clock.nowMs(),
    check: judge.check,
  };
  const monitor = createMonitor(facts, stores.events, observersOf(context, submissions));
  const crashPoints = createCrashPoints();
  const zoho = createSimulatedZoho({
    clock,
    random: random.fork(),
    faults,
    plan,
    submissions,
    monitor: () => monitor,
  });
  const asked = { clock, random: random.fork(), faults, submissions, facts, monitor };
  const world = createSimulatedWorld({
    clock,
    random: random.fork(),
    faults,
    trace,
    crashPoints,
    facts,
    monitor,
    stores,
    zoho,
    providerApis: createSimulatedProviderApis(asked),
    aims: new Map(chooseAims(plan, random).map((site) => [site, AIMED_CRASHES_MAX])),
    config: plan.mix.converted_by_person > 0 && random.chance(0.7) ? WITH_NOTES : SIMULATED_CONFIG,
    ...(options.recorder === undefined ? {} : { recorder: options.recorder }),
  });

  const senders = startSenders(world, submissions);
  startSchedule(world, plan.sweepEveryMs);
  startSalesperson(world);
  endFaultsInTime(world, plan, startOperator(world, plan).putRight);
  const steps = await runToRest(clock, world, senders, plan);
  await monitor.atRest();

  return {
    seed: options.seed,
    scenario,
    steps,
    events: facts.events.size,
    lastedMs: clock.nowMs() - START_MS,
    faults: faults.counts,
    checks: judge.checks,
    crashPoints,
    violations: judge.violations,
    trace: trace.lines,
    facts,
  };
}

function observersOf(
  context: ObserverContext,
  submissions: ReturnType<typeof drawSubmissions>,
): Parameters<typeof createMonitor>[2] {
  return [
    observeAcknowledged(context),
    observeDetails(context),
    observeEnds(context),
    observeRecords(context),
    observeFold(context),
    observeQuarantines(context),
    observeSuppressions(context),
    observeKeys(context),
    observeSecrecy(context, submissions),
    observeErasures(context),
    observeLimits(context),
    observeBreaker(context),
    observeMistakes(context),
    observeLetters(context),
    observeNotes(context),
    observeAttempts(context),
  ];
}

function endFaultsInTime(world: SimulatedWorld, plan: Plan, putRight: () => Promise<void>): void {
  world.clock.after(plan.faultsEndMs, () => {
    world.trace.line('simulation', 'all faults end');
    world.faults.end();
    world.zoho.endFaults();
    void putRight();
  });
}

/** @returns timers run */
async function runToRest(
  clock: VirtualClock,
  world: SimulatedWorld,
  senders: Senders,
  plan: Plan,
): Promise<number> {
  const untilMs = START_MS + plan.faultsEndMs + REST_WITHIN_MS;
  let steps = 0;
  let restSinceMs: number | undefined;
  while (steps < STEPS_MAX && (await clock.step())) {
    steps += 1;
    const nowMs = clock.nowMs();
    if (nowMs > untilMs) break;
    if (!isAtRest(world, senders)) restSinceMs = undefined;
    else if (restSinceMs === undefined) restSinceMs = nowMs;
    else if (nowMs - restSinceMs >= REST_MS) break;
  }
  return steps;
}

function isAtRest({ faults, queue, consumer, facts }: SimulatedWorld, senders: Senders): boolean {
  if (!faults.ended || senders.waiting() > 0 || queue.size() > 0 || consumer.running() > 0) {
    return false;
  }
  for (const event of facts.events.values()) if (!hasEnded(event.record)) return false;
  return true;
}

/** Faults that are on for a whole run strike once. */
function noteSwitches({ mix }: Plan, faults: Faults): void {
  for (const name of FAULT_NAMES) {
    if (mix[name] === 1 && SWITCHES.has(name)) faults.note(name);
  }
}

const SWITCHES: ReadonlySet<FaultName> = new Set<FaultName>([
  'token_short_lived',
  'search_lag',
  'check_then_insert',
  'credits_low',
]);

interface Judge {
  readonly check: ObserverContext['check'];
  readonly checks: Partial<Record<InvariantName, number>>;
  readonly violations: Violation[];
}

function createJudge(clock: VirtualClock): Judge {
  const checks: Partial<Record<InvariantName, number>> = {};
  const violations: Violation[] = [];
  return {
    checks,
    violations,
    check: (invariant, holds, sentence) => {
      checks[invariant] = (checks[invariant] ?? 0) + 1;
      if (holds || violations.some((known) => known.invariant === invariant)) return;
      violations.push({ invariant, sentence: sentence(), atMs: clock.nowMs() - START_MS });
    },
  };
}
