import { failureSentenceOf } from '../../../lambdas/core/failure.ts';
import type { ReplayResult } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import {
  type ReplayGroup,
  type ReplayPlan,
  type SkippedEvent,
  skipSentenceOf,
  summarizePlan,
} from '../../../lambdas/operations/quarantine/replay-plan.ts';
import { counted } from '../text/counted.ts';
import { fieldChangeLines, mappingName } from '../mapping/mapping-text.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Keys that are shown; `--json` has all. */
const KEYS_SHOWN = 20;

/**
 * A plan for an operator to read: how many leads, why they lie in quarantine, which ones, and what is left
 * out.
 *
 * @param target what it is for, for example `the stage prod in eu-central-1`
 * @param mappingVersion with which leads are mapped anew; none: with the configuration
 */
export function describePlan(
  plan: ReplayPlan,
  target: string,
  mappingVersion?: string,
): readonly string[] {
  const summary = summarizePlan(plan);
  const { count, oldestReceivedAt: oldest, newestReceivedAt: newest } = summary;
  return [
    count === 0
      ? `No lead to replay on ${target}.`
      : `${counted(count, 'lead')} to replay on ${target}${receivedText(oldest, newest)}:`,
    ...summary.groups.flatMap((group) => [
      '',
      `  ${group.count} × ${group.failureCode} (${group.failureClass}), source ${group.source}`,
      `    ${whyText(plan, group)}`,
    ]),
    ...(count === 0 ? [] : ['', 'Keys:', ...keyLines(plan.items.map((item) => item.key))]),
    ...(plan.remap && count > 0 ? ['', ...changeLines(plan, mappingName(mappingVersion))] : []),
    ...describeSkipped(plan.skipped),
    ...(plan.hasMore
      ? ['', 'There may be more than one replay takes: run it again once these are delivered.']
      : []),
  ];
}

/** What a replay has done, and how to see what becomes of it. */
export function describeResult(
  result: ReplayResult,
  commands: { readonly again: string; readonly breaker: string },
): readonly string[] {
  const { enqueued, mappedAnew, superseded, failed, letters } = result;
  const anew = mappedAnew === 0 ? '' : `, ${mappedAnew} of them mapped anew`;
  return [
    enqueued.length === 0
      ? 'No lead was put on the delivery queue.'
      : `${counted(enqueued.length, 'lead')} put on the delivery queue${anew}. Who and why is recorded with each.`,
    ...(superseded.length === 0
      ? []
      : [
          `${counted(superseded.length, 'lead')} left alone: no longer in the quarantine of the plan.`,
        ]),
    ...(failed.length === 0
      ? []
      : [
          `${counted(failed.length, 'lead')} NOT replayed; still in quarantine:`,
          ...failed.slice(0, KEYS_SHOWN).map(({ key, message }) => `  ${key}: ${message}`),
          ...moreLine(failed.length),
        ]),
    ...letterLines(letters),
    ...(enqueued.length === 0
      ? []
      : [
          '',
          'They are delivered behind fresh leads, and not while the breaker is open.',
          `See what is still in quarantine:  ${commands.again}`,
          `See whether the breaker is open:  ${commands.breaker}`,
        ]),
  ];
}

/** Why a group failed: what was recorded where that is the same for all of it, else what all of it has in common. */
function whyText({ items }: ReplayPlan, group: ReplayGroup): string {
  const { source, failureClass, failureCode, crmFields } = group;
  const [message, ...others] = new Set(
    items
      .filter((item) => item.source === source)
      .filter(({ failure }) => failure.code === failureCode && failure.class === failureClass)
      .map(({ failure }) => failure.message),
  );
  return message === undefined || others.length > 0 || crmFields.length > 0
    ? `${failureSentenceOf(failureCode)}${fieldsText(crmFields)}`
    : message;
}

function letterLines(letters: ReplayResult['letters']): readonly string[] {
  if (letters === undefined) {
    return [
      'Their dead letters could NOT be removed: the alarm on the dead-letter queue may stay on.',
    ];
  }
  return [
    ...(letters.removed === 0 ? [] : [`Dead letters removed: ${letters.removed}.`]),
    ...(letters.isComplete
      ? []
      : ['The dead-letter queue is too long to look through at once: some of theirs may be left.']),
  ];
}

function changeLines(plan: ReplayPlan, mapping: string): readonly string[] {
  const { change } = summarizePlan(plan);
  const changed = plan.items.filter((item) => Object.keys(item.change ?? {}).length > 0).length;
  if (changed === 0) {
    return [`Mapped anew with ${mapping}, no lead would say anything else.`];
  }
  return [
    `Mapped anew with ${mapping}, ${counted(changed, 'lead')} would change (keys stay):`,
    ...fieldChangeLines(change),
  ];
}

/** Leads that were asked for and are left out, by the reason. */
export function describeSkipped(skipped: readonly SkippedEvent[]): readonly string[] {
  if (skipped.length === 0) return [];
  const reasons = [...new Set(skipped.map(({ why }) => why))];
  return [
    '',
    `${counted(skipped.length, 'lead')} left out:`,
    ...reasons.flatMap((why) => {
      const keys = skipped.filter((each) => each.why === why).map((each) => each.key);
      return [`  ${keys.length} × ${skipSentenceOf(why)}`, ...keyLines(keys, '    ')];
    }),
  ];
}

function keyLines(keys: readonly string[], indent = '  '): readonly string[] {
  return [...keys.slice(0, KEYS_SHOWN), ...moreLine(keys.length)].map((line) => `${indent}${line}`);
}

function moreLine(count: number): readonly string[] {
  return count > KEYS_SHOWN ? [`… and ${count - KEYS_SHOWN} more (--json lists all)`] : [];
}

function fieldsText(fields: readonly string[]): string {
  return fields.length === 0 ? '' : ` Fields: ${fields.slice(0, 5).join(', ')}.`;
}

function receivedText(oldest: string | undefined, newest: string | undefined): string {
  if (oldest === undefined || newest === undefined) return '';
  const [first, last] = [shortTime(oldest), shortTime(newest)];
  return first === last ? `, received ${first}` : `, received ${first} to ${last}`;
}
