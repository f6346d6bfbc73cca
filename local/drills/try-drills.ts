import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import {
  type AlarmSet,
  evaluateAlarms,
  type EvaluationOptions,
} from '../alarm-evaluator/evaluate-alarms.ts';
import { alarmsOfStack } from '../alarm-evaluator/stack-alarms.ts';
import { SIMULATED_INPUT } from '../simulation/settings.ts';
import type { Drill } from './drill.ts';
import type { DrillRecording } from './record-drill.ts';

/** What came of a drill. */
export interface DrillOutcome {
  readonly drill: Drill;
  /** Alarms that told people, in the order of time, each time that they did. */
  readonly told: readonly { readonly alarm: string; readonly afterMinutes: number }[];
  /** Every alarm that was in ALARM at some time, told or not. */
  readonly inAlarm: readonly string[];
}

/** What is expected of the simulated sources: the first two forms of the drills are watched. */
export function drillConfig(): HoldfastConfig {
  const { demo, partner, ...others } = SIMULATED_INPUT.sources;
  if (demo === undefined || partner === undefined) throw new Error('The drills have lost a source');
  return defineConfig({
    ...SIMULATED_INPUT,
    sources: {
      ...others,
      demo: { ...demo, expect: { everyHours: 24, leadsPerDay: 96, quietDays: 2 } },
      partner: { ...partner, expect: { everyHours: 48 } },
    },
    // AWS has no loopback, and the drills no network: the addresses are never called.
    zoho: { accountsUrl: 'https://accounts.example.test', apiUrl: 'https://api.example.test' },
    alarms: { subscriptions: [{ protocol: 'email', endpoint: 'on-call@example.test' }] },
  });
}

/** The alarms that the drills are tried on: those of the stack, and of its sources. */
export function drillAlarms(): AlarmSet {
  return alarmsOfStack(drillConfig());
}

/** Looked at from then on: a stage that has just been deployed has no data, and its sweeper seems to have stopped. */
const WARM_UP_MS = 1_800_000;

/**
 * Tries the alarms on what was recorded, the first half hour aside. Minutes are counted from when it began to go wrong.
 */
export function tryDrill(
  drill: Drill,
  recording: DrillRecording,
  alarms: AlarmSet,
  options: EvaluationOptions = {},
): DrillOutcome {
  const { told, transitions } = evaluateAlarms(
    alarms,
    { ...recording, startMs: recording.startMs + WARM_UP_MS },
    options,
  );
  const onsetMs = recording.startMs + drill.onsetMs;
  return {
    drill,
    told: told.map(({ alarm, atMs }) => ({ alarm, afterMinutes: (atMs - onsetMs) / 60_000 })),
    inAlarm: [
      ...new Set(transitions.filter(({ to }) => to === 'ALARM').map(({ alarm }) => alarm)),
    ].toSorted(),
  };
}
