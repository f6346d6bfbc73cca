import { executeReplay, parseReason } from '../../lambdas/operations/execute-replay.ts';
import { planReplay } from '../../lambdas/operations/plan-replay.ts';
import { summarizePlan } from '../../lambdas/operations/replay-plan.ts';
import type { ReplaySelection } from '../../lambdas/operations/replay-selection.ts';
import { type OpenTargetOptions, openTarget } from './open-target.ts';
import { describePlan, describeResult } from './replay-text.ts';
import { shellWord } from './shell-word.ts';
import type { OperatorTarget } from './target.ts';

/** A replay as it was typed. */
export interface RunReplayOptions extends OpenTargetOptions {
  readonly selection: ReplaySelection;
  readonly remap: boolean;
  /** Maps anew with this kept version; with the configuration without it. */
  readonly mappingVersion?: string;
  /** Without it, the plan is all. */
  readonly reason?: string;
  readonly json: boolean;
  /** The options that make this selection, for commands that are printed. */
  readonly selectionOptions: readonly string[];
  readonly print: (line: string) => void;
}

/**
 * Plans a replay, shows the plan and, when there is a reason, does it.
 *
 * It does not wait for the deliveries: the queue does that, and better.
 *
 * @returns the exit code: 0, or 1 when a lead, or the end of its dead letter, failed
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 */
export async function runReplay(options: RunReplayOptions): Promise<number> {
  const { selection, remap, mappingVersion, json, print, config } = options;
  const reason = options.reason === undefined ? undefined : parseReason(options.reason);
  const target = await openTarget(options);
  try {
    const settings = {
      config,
      pepperSecretId: target.pepperSecretId,
      ...(mappingVersion === undefined ? {} : { mappingVersion }),
    };
    const plan = await planReplay({ selection, remap }, target.ports, settings);
    const summary = summarizePlan(plan);
    if (!json) for (const line of describePlan(plan, target.name, mappingVersion)) print(line);
    if (reason === undefined) {
      if (json) print(JSON.stringify({ plan, summary }, undefined, 2));
      else if (plan.items.length > 0) for (const line of howToGoOn(options, target)) print(line);
      return 0;
    }
    const result = await executeReplay(plan, { by: target.by, reason }, target.ports, settings);
    if (json) {
      print(JSON.stringify({ plan, summary, result }, undefined, 2));
    } else {
      print('');
      const commands = {
        again: commandOf('replay', target.options),
        breaker: commandOf('breaker status', target.options),
      };
      for (const line of describeResult(result, commands)) print(line);
    }
    return result.failed.length > 0 || result.letters === undefined ? 1 : 0;
  } finally {
    target.close();
  }
}

function howToGoOn(options: RunReplayOptions, target: OperatorTarget): readonly string[] {
  const words = [
    ...options.selectionOptions,
    ...(options.remap ? ['--remap'] : []),
    ...(options.mappingVersion === undefined ? [] : ['--mapping', options.mappingVersion]),
    ...target.options,
  ];
  return [
    '',
    'This is a plan: nothing has been changed. To do it, say why:',
    `  ${commandOf('replay', words)} --reason "…"`,
  ];
}

function commandOf(command: string, words: readonly string[]): string {
  return ['npx holdfast', command, ...words.map(shellWord)].join(' ');
}
