import type { MetricSeries } from '../simulation/metric-series.ts';
import type { AlarmState, CompositeAlarm, MetricAlarm } from './alarm-definition.ts';
import { parseRule } from './alarm-rule.ts';
import { decideState } from './alarm-state.ts';
import { createReadRange } from './datapoints.ts';
import { createTeller } from './suppression.ts';

/** The alarms of a stack. A composite stands behind those that its rule and its suppressor name. */
export interface AlarmSet {
  readonly metricAlarms: readonly MetricAlarm[];
  readonly composites: readonly CompositeAlarm[];
}

/** What the alarms are tried on. */
export interface Recording {
  /** Whole minutes, epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly series: readonly MetricSeries[];
}

/** How CloudWatch is taken to evaluate, where its pages leave it open. */
export interface EvaluationOptions {
  /** Periods that are looked back beyond the N of an alarm, before data counts as missing. 2, as in AWS's examples. */
  readonly periodsBeyond?: number;
}

/** What came of it. */
export interface Evaluation {
  /** Every change of a state, in the order of time. Alarms begin without data. */
  readonly transitions: readonly Transition[];
  /** Every time that people were told that an alarm had begun. */
  readonly told: readonly { readonly alarm: string; readonly atMs: number }[];
}

/** One change of an alarm's state. */
export interface Transition {
  readonly alarm: string;
  readonly atMs: number;
  readonly from: AlarmState;
  readonly to: AlarmState;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;
const PERIODS_BEYOND = 2;

/**
 * Walks through a recording minute by minute and says which alarms change their state, and who is told.
 *
 * An alarm that looks back for more than a day is evaluated once an hour (Amazon CloudWatch, "Alarm evaluation", read
 * 2026-11-22). Composites follow within the minute.
 */
export function evaluateAlarms(
  { metricAlarms, composites }: AlarmSet,
  { startMs, endMs, series }: Recording,
  { periodsBeyond = PERIODS_BEYOND }: EvaluationOptions = {},
): Evaluation {
  const transitions: Transition[] = [];
  const told: { alarm: string; atMs: number }[] = [];
  const states = new Map<string, AlarmState>();
  const stateOf = (name: string): AlarmState => states.get(name) ?? 'INSUFFICIENT_DATA';
  const enter = (alarm: string, atMs: number, to: AlarmState): boolean => {
    const from = stateOf(alarm);
    if (from === to) return false;
    states.set(alarm, to);
    transitions.push({ alarm, atMs, from, to });
    return to === 'ALARM';
  };
  const watched = metricAlarms.map((alarm) => ({
    alarm,
    readRange: createReadRange(alarm, series),
    everyMs: alarm.periodSeconds * alarm.evaluationPeriods > DAY_SECONDS ? HOUR_MS : MINUTE_MS,
  }));
  const over = composites.map((alarm) => ({
    alarm,
    rule: parseRule(alarm.rule),
    teller: createTeller(alarm.suppressor),
  }));

  for (let atMs = startMs + MINUTE_MS; atMs <= endMs; atMs += MINUTE_MS) {
    for (const { alarm, readRange, everyMs } of watched) {
      if ((atMs - startMs) % everyMs !== 0) continue;
      const range = readRange(atMs, alarm.evaluationPeriods + periodsBeyond);
      const state = decideState(range, alarm, stateOf(alarm.name));
      if (enter(alarm.name, atMs, state) && alarm.tells) told.push({ alarm: alarm.name, atMs });
    }
    for (const { alarm, rule, teller } of over) {
      const isMet = rule((name) => stateOf(name) === 'ALARM');
      enter(alarm.name, atMs, isMet ? 'ALARM' : 'OK');
      const { suppressor } = alarm;
      const isSuppressed = suppressor !== undefined && stateOf(suppressor.name) === 'ALARM';
      if (teller.see(atMs, isMet, isSuppressed) && alarm.tells) {
        told.push({ alarm: alarm.name, atMs });
      }
    }
  }
  return { transitions, told };
}
