import { breakerDeferralMs } from '../../../lambdas/core/retry-schedule.ts';
import type { BreakerStatus } from '../../../lambdas/operations/delivery/control-breaker.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import {
  checkPauseEnd,
  pauseDelivery,
  resumeDelivery,
} from '../../../lambdas/operations/delivery/pause-delivery.ts';
import { systemClock } from '../../../lambdas/runtime/system.ts';
import { STAGE_CONFIG } from '../../../lib/stage-config.ts';
import { describeBreakerRemedy } from './breaker-remedy.ts';
import { commandLine } from '../text/command-line.ts';
import { roughly } from '../text/rough-time.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { describeBreaker } from './run-breaker.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import type { OperatorTarget } from '../target/target.ts';

/** A pause as it was typed. */
export interface RunPauseOptions extends OpenTargetOptions {
  readonly reason: string;
  /** How long, in milliseconds. */
  readonly forMs?: number;
  /** Until when, epoch milliseconds; not beside `forMs`. */
  readonly untilMs?: number;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Lets deliveries stand still, until a time or until they are resumed.
 *
 * @returns the exit code: 0; 1 when they stand still until something is mended; 2 for an end that cannot be
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError} the breaker could not be read or written
 */
export async function runPause(options: RunPauseOptions): Promise<number> {
  const { config, json, print, printError, forMs } = options;
  const reason = parseReason(options.reason);
  const nowMs = systemClock.nowMs();
  const untilMs = forMs === undefined ? options.untilMs : nowMs + forMs;
  const wrong = untilMs === undefined ? undefined : checkPauseEnd(untilMs, nowMs, config);
  if (wrong !== undefined) {
    printError(`${wrong} Nothing was changed.`);
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    const act = { by: target.by, reason };
    const result = await pauseDelivery(target.ports, act, untilMs, config.delivery);
    if (json) print(JSON.stringify({ done: result.kind, ...result, ...act }, undefined, 2));
    else if (result.kind === 'paused') {
      for (const line of describePause(act, untilMs, nowMs, target)) print(line);
    } else {
      for (const line of describeStandstill(result.status, target)) print(line);
    }
    return result.kind === 'paused' ? 0 : 1;
  } finally {
    target.close();
  }
}

/** The end of a pause as it was typed. */
export interface RunResumeOptions extends OpenTargetOptions {
  readonly reason: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Ends a pause.
 *
 * @returns the exit code: 0; 1 when deliveries stand still for another reason, and go on doing so
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError} the breaker could not be read or written
 */
export async function runResume(options: RunResumeOptions): Promise<number> {
  const { config, json, print } = options;
  const reason = parseReason(options.reason);
  const target = await openTarget(options);
  try {
    const act = { by: target.by, reason };
    const { kind, status } = await resumeDelivery(target.ports, act, config.delivery);
    if (json) print(JSON.stringify({ done: kind, status, ...act }, undefined, 2));
    else if (kind === 'not_paused') {
      for (const line of describeStandstill(status, target)) print(line);
    } else if (kind === 'delivering') {
      print(`Nothing was changed: deliveries of ${target.name} are not paused.`);
    } else {
      const minutes = Math.ceil(breakerDeferralMs(config.delivery.breaker.openMaxMs, 1) / 60_000);
      print(`Resumed by ${act.by}: ${reason}`);
      print(
        `Deliveries of ${target.name} go on. Leads that wait come back within ${minutes} minutes;`,
      );
      print('new ones are delivered at once.');
    }
    return kind === 'not_paused' ? 1 : 0;
  } finally {
    target.close();
  }
}

function describePause(
  { by, reason }: { readonly by: string; readonly reason: string },
  untilMs: number | undefined,
  nowMs: number,
  target: OperatorTarget,
): readonly string[] {
  const minutes = STAGE_CONFIG.alarms.breakerOpenMinutes;
  return [
    `Paused by ${by}: ${reason}`,
    `Deliveries of ${target.name} stand still.`,
    'Leads are taken in and wait; none is lost. A call that is being made now is not broken off.',
    ...(untilMs === undefined
      ? ['They stand still until somebody resumes them.']
      : [
          `They go on by themselves at ${shortTime(new Date(untilMs).toISOString())}, in ${roughly(untilMs - nowMs)}: one delivery tries`,
          'first, and if Zoho takes it, all go on.',
        ]),
    `To let them go on:  ${commandLine('resume', ...target.options)} --reason "…"`,
    ...(target.isLocal
      ? []
      : [`The alarm breaker-open fires when a pause lasts for longer than ${minutes} minutes.`]),
  ];
}

/** Why deliveries stand still, and what ends that. */
function describeStandstill(status: BreakerStatus, target: OperatorTarget): readonly string[] {
  return [
    'Nothing was changed.',
    ...describeBreaker(status, target.name),
    ...describeBreakerRemedy(status, target.options),
  ];
}
