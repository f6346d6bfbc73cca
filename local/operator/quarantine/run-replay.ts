import {
  executeReplay,
  parseReason,
  type ReplayResult,
} from '../../../lambdas/operations/quarantine/execute-replay.ts';
import { onRecord } from '../../../lambdas/operations/journal/on-record.ts';
import {
  planReplay,
  type ReplaySettings,
} from '../../../lambdas/operations/quarantine/plan-replay.ts';
import {
  namesUnknownKey,
  type ReplayPlan,
  summarizePlan,
} from '../../../lambdas/operations/quarantine/replay-plan.ts';
import type { ReplaySelection } from '../../../lambdas/operations/quarantine/replay-selection.ts';
import { touchedLeads } from '../../../lambdas/operations/journal/touched-leads.ts';
import { commandLine } from '../text/command-line.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { startProgress } from '../progress.ts';
import { describePlan, describeResult } from './replay-text.ts';
import type { OperatorTarget } from '../target/target.ts';

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
 * @returns the exit code: 0, or 1 when a lead, or the end of its dead letter, failed, or nothing is stored under a key
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
    const result = await replayOnRecord(plan, reason, options, target, settings);
    if (json) {
      print(JSON.stringify({ plan, summary, result }, undefined, 2));
    } else {
      print('');
      const commands = {
        again: commandLine('quarantine list', ...target.options),
        breaker: commandLine('breaker status', ...target.options),
      };
      for (const line of describeResult(result, commands)) print(line);
    }
    return result.failed.length > 0 || result.letters === undefined || namesUnknownKey(plan)
      ? 1
      : 0;
  } finally {
    target.close();
  }
}

/** Replays as one act in the journal. A plan without leads is none. */
async function replayOnRecord(
  plan: ReplayPlan,
  reason: string,
  { json }: RunReplayOptions,
  { by, ports }: OperatorTarget,
  settings: ReplaySettings,
): Promise<ReplayResult> {
  const order = { by, reason };
  if (plan.items.length === 0) return await executeReplay(plan, order, ports, settings);
  const touched = touchedLeads(plan.items.map(({ key }) => key));
  const progress = startProgress({ title: 'Replaying', total: plan.items.length, json });
  try {
    return await onRecord({ action: 'replayed', ...order, touched }, ports, async () => {
      const result = await executeReplay(plan, order, ports, settings, (tried) =>
        progress.update(tried),
      );
      const hasFailed = result.failed.length > 0 || result.letters === undefined;
      return { result, touched: touchedLeads(result.enqueued), hasFailed };
    });
  } finally {
    progress.stop();
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
    `  ${commandLine('replay', ...words)} --reason "…"`,
  ];
}
