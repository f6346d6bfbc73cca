import { preloadLazyParts } from '../../lambdas/core/lazy-part.ts';
import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { startSchedule } from '../simulation/actors/schedule.ts';
import { startSenders } from '../simulation/actors/sender.ts';
import { createCrashPoints } from '../simulation/crash-points.ts';
import { newFacts } from '../simulation/facts.ts';
import { mixOf } from '../simulation/fault-table.ts';
import { createFaults } from '../simulation/faults.ts';
import { createSeriesRecorder, type MetricSeries } from '../simulation/metric-series.ts';
import { createMonitor } from '../simulation/monitor.ts';
import type { Plan } from '../simulation/scenarios.ts';
import { createSeededRandom } from '../simulation/seeded-random.ts';
import { recordQueueAge, recordQueueDepth } from '../simulation/service-metrics.ts';
import { SIMULATED_CONFIG, START_MS } from '../simulation/settings.ts';
import { createSimulatedProviderApis } from '../simulation/simulated-provider-apis.ts';
import { createSimulatedStores } from '../simulation/simulated-stores.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../simulation/simulated-world.ts';
import { createSimulatedZoho } from '../simulation/simulated-zoho.ts';
import { NO_TRACE } from '../simulation/trace.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import type { Drill } from './drill.ts';
import { drawTraffic } from './drill-traffic.ts';

/** What was measured in a drill. */
export interface DrillRecording {
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly series: readonly MetricSeries[];
}

const SWEEP_EVERY_MS = 60_000;

/**
 * Runs a drill: the real intake, consumer, sweeper and Zoho client on a virtual clock, as in the simulation, with
 * nothing going wrong but what the drill is about; and keeps what they measure.
 *
 * @param seed decides when leads come and how retries are scattered; a whole number, 1 or more
 */
export async function recordDrill(drill: Drill, seed = 1): Promise<DrillRecording> {
  // Read when they are first needed otherwise, which would not be in virtual time.
  await preloadLazyParts();
  const random = createSeededRandom(seed);
  const clock = createVirtualClock(START_MS);
  const recorder = createSeriesRecorder();
  const plan = planOf(drill);
  const faults = createFaults(plan.mix, random.fork());
  const submissions = drawTraffic(drill.traffic, START_MS, drill.lastsMs, random.fork());
  const facts = newFacts();
  const gate = { isShut: false };
  const stores = createSimulatedStores((all) => ({ ...all, events: behind(all.events, gate) }));
  const monitor = createMonitor(facts, stores.events, []);
  const shared = { clock, faults, submissions };
  const world = createSimulatedWorld({
    clock,
    random: random.fork(),
    faults,
    trace: NO_TRACE,
    crashPoints: createCrashPoints(),
    facts,
    monitor,
    stores,
    zoho: createSimulatedZoho({ ...shared, random: random.fork(), plan, monitor: () => monitor }),
    providerApis: createSimulatedProviderApis({ ...shared, random: random.fork(), facts, monitor }),
    aims: new Map(),
    config: SIMULATED_CONFIG,
    recorder,
  });

  const sweeper = { isStopped: false };
  startSenders(world, submissions);
  startSchedule(stoppable(world, sweeper), SWEEP_EVERY_MS);
  recordQueueAge(world.queue, clock, recorder);
  recordQueueDepth(world.queue, clock, recorder);
  drill.disturb?.({
    world,
    at: (ms, run) => void clock.after(ms, run),
    refuseEvents: (isOn) => {
      gate.isShut = isOn;
    },
    stopSweeper: () => {
      sweeper.isStopped = true;
    },
  });
  const endMs = START_MS + drill.lastsMs;
  while ((clock.nextDueMs() ?? Infinity) < endMs && (await clock.step()));
  return { startMs: START_MS, endMs, series: recorder.series() };
}

function planOf({ outage, lastsMs, traffic }: Drill): Plan {
  return {
    scenario: 'calm',
    mix: mixOf([]),
    persons: 0,
    submissions: traffic.length,
    arrivalMs: lastsMs,
    faultsEndMs: lastsMs,
    ...(outage === undefined ? {} : { outage }),
    sweepEveryMs: SWEEP_EVERY_MS,
  };
}

/** The table as intake meets it when it has no capacity left. */
function behind(events: EventStore, gate: { readonly isShut: boolean }): EventStore {
  return {
    ...events,
    accept: async (event) => {
      if (gate.isShut) throw new StoreUnavailableError('The event store', new Error('no capacity'));
      return await events.accept(event);
    },
  };
}

/** A schedule that can be switched off: what is due then does not take place. */
function stoppable(
  world: SimulatedWorld,
  sweeper: { readonly isStopped: boolean },
): SimulatedWorld {
  return {
    ...world,
    sweeper: {
      ...world.sweeper,
      invoke: async () =>
        sweeper.isStopped ? { kind: 'answered', result: undefined } : await world.sweeper.invoke(),
    },
  };
}
