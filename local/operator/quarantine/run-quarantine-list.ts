import { STAGE_CONFIG } from '../../../lib/stage-config.ts';
import { groupQuarantined } from '../../../lambdas/operations/quarantine/group-quarantined.ts';
import { listQuarantined } from '../../../lambdas/operations/quarantine/list-quarantined.ts';
import type { ReplaySelection } from '../../../lambdas/operations/quarantine/replay-selection.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { startProgress } from '../progress.ts';
import { describeQuarantine } from './quarantine-text.ts';

/** Which part of the quarantine to show. */
export interface RunQuarantineListOptions extends OpenTargetOptions {
  readonly selection: ReplaySelection;
  /** The words that make the selection again, without failure class and code. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** What a person can still oversee; the same as one replay takes. */
const COUNT_MAX = 10_000;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Days before a dead letter's end: time enough for a long weekend. */
const LETTER_NOTICE_DAYS = 4;

/**
 * Shows what lies in quarantine, by cause, in plain words. Reads, and changes nothing.
 *
 * @returns the exit code: 0
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 */
export async function runQuarantineList(options: RunQuarantineListOptions): Promise<number> {
  const { selection, words, json, print } = options;
  const target = await openTarget(options);
  try {
    const letterDays = STAGE_CONFIG.deadLetterQueue.retentionDays;
    const progress = startProgress({ title: 'Reading leads in quarantine', json });
    const { records, hasMore } = await listQuarantined(
      selection,
      COUNT_MAX,
      target.ports,
      (found) => progress.update(found),
    ).finally(() => progress.stop());
    const groups = groupQuarantined(records, {
      nowMs: target.ports.clock.nowMs(),
      oldMs: (letterDays - LETTER_NOTICE_DAYS) * DAY_MS,
    });
    if (json) {
      print(JSON.stringify({ count: records.length, groups, hasMore }, undefined, 2));
    } else {
      const context = { target: target.name, options: target.options, words, letterDays };
      for (const line of describeQuarantine(groups, hasMore, context)) print(line);
    }
    return 0;
  } finally {
    target.close();
  }
}
