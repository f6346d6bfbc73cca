import {
  type ClosePlan,
  type CloseResult,
  executeClose,
  planClose,
} from '../../../lambdas/operations/quarantine/close-leads.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import { groupPlanned } from '../../../lambdas/operations/quarantine/group-quarantined.ts';
import { namesUnknownKey } from '../../../lambdas/operations/quarantine/replay-plan.ts';
import type { ReplaySelection } from '../../../lambdas/operations/quarantine/replay-selection.ts';
import { commandLine } from '../text/command-line.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { startProgress } from '../progress.ts';
import { describeClosed, describeClosePlan } from './quarantine-text.ts';
import { describeSkipped } from './replay-text.ts';
import type { OperatorTarget } from '../target/target.ts';

/** A closing as it was typed. */
export interface RunQuarantineCloseOptions extends OpenTargetOptions {
  readonly selection: ReplaySelection;
  /** The words that make this selection, for commands that are printed. */
  readonly selectionWords: readonly string[];
  /** Without it, the plan is all. */
  readonly reason?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Plans to close quarantined leads, shows the plan and, when there is a reason, does it.
 *
 * @returns the exit code: 0; 1 when a lead, or the end of its dead letter, failed, or nothing is stored under a key; 2 when a reason was given
 *   without saying which leads
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError} nothing has been done
 */
export async function runQuarantineClose(options: RunQuarantineCloseOptions): Promise<number> {
  const { selection, json, print, printError } = options;
  const reason = options.reason === undefined ? undefined : parseReason(options.reason);
  if (reason !== undefined && Object.keys(selection).length === 0) {
    printError(
      'Say which leads: --key, --source, --class, --code, --from or --to. Nothing was changed.',
    );
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    const plan = await planClose(selection, target.ports);
    if (!json) showPlan(plan, options, target, reason === undefined);
    if (reason === undefined || plan.items.length === 0) {
      if (json) print(JSON.stringify({ plan }, undefined, 2));
      return reason !== undefined && namesUnknownKey(plan) ? 1 : 0;
    }
    const result = await close(plan, reason, options, target);
    if (json) print(JSON.stringify({ plan, result }, undefined, 2));
    else for (const line of ['', ...describeClosed(result, target.options)]) print(line);
    return result.failed.length > 0 || result.letters === undefined || namesUnknownKey(plan)
      ? 1
      : 0;
  } finally {
    target.close();
  }
}

async function close(
  plan: ClosePlan,
  reason: string,
  { json }: RunQuarantineCloseOptions,
  { by, ports }: OperatorTarget,
): Promise<CloseResult> {
  const progress = startProgress({ title: 'Closing', total: plan.items.length, json });
  try {
    return await executeClose(plan, { by, reason }, ports, (tried) => progress.update(tried));
  } finally {
    progress.stop();
  }
}

function showPlan(
  plan: ClosePlan,
  { print, selectionWords }: RunQuarantineCloseOptions,
  target: OperatorTarget,
  isPlanOnly: boolean,
): void {
  for (const line of describeClosePlan(groupPlanned(plan.items), target.name)) print(line);
  for (const line of describeSkipped(plan.skipped)) print(line);
  if (plan.hasMore) print('There are more than are closed at a time: run it again afterwards.');
  if (!isPlanOnly || plan.items.length === 0) return;
  print('');
  print(
    'Closed leads are not delivered, now or later; they stay to be found, and are not replayed.',
  );
  print('This is a plan: nothing has been changed. To do it, say why:');
  print(`  ${commandLine('quarantine close', ...selectionWords, ...target.options)} --reason "…"`);
}
