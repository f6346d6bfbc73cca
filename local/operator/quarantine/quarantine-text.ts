import { failureSentenceOf } from '../../../lambdas/core/failure.ts';
import type { CloseResult } from '../../../lambdas/operations/quarantine/close-leads.ts';
import type { QuarantineGroup } from '../../../lambdas/operations/quarantine/group-quarantined.ts';
import { commandLine } from '../text/command-line.ts';
import { counted } from '../text/counted.ts';
import { remedyOf } from '../text/error-remedies.ts';
import { replayCommand } from './replay-command.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Keys that are shown; `--json` has all. */
export const KEYS_SHOWN = 20;

/** Which quarantine is shown. */
export interface QuarantineTextContext {
  /** `the stage prod in eu-central-1`. */
  readonly target: string;
  /** The options that name the target again. */
  readonly options: readonly string[];
  /** The words that make the selection again, without failure class and code. */
  readonly words: readonly string[];
  /** For how long the dead-letter queue keeps a letter. */
  readonly letterDays: number;
}

/** What lies in quarantine, by cause, and what to do about each. */
export function describeQuarantine(
  groups: readonly QuarantineGroup[],
  hasMore: boolean,
  context: QuarantineTextContext,
): readonly string[] {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (count === 0) {
    const { target, words, options } = context;
    return words.length === 0
      ? [`No lead lies in quarantine on ${target}.`]
      : [
          `No lead lies in quarantine on ${target} for ${words.join(' ')}.`,
          `All that lie there:  ${commandLine('quarantine list', ...options)}`,
        ];
  }
  return [
    `${counted(count, 'lead')} in quarantine on ${context.target}, by cause, the most urgent first:`,
    ...groups.flatMap((group) => ['', ...describeGroup(group, context)]),
    ...(hasMore ? ['', 'There may be more than are looked at here: narrow it down.'] : []),
  ];
}

/** The cause of a group in a sentence. */
export function causeOf({ message, failureCode, crmField }: QuarantineGroup): string {
  if (message !== undefined) return message;
  const field = crmField === undefined ? '' : ` Field: ${crmField}.`;
  return `${failureSentenceOf(failureCode)}${field}`;
}

function describeGroup(group: QuarantineGroup, context: QuarantineTextContext): readonly string[] {
  const { failureCode, failureClass, oldestReceivedAt, newestReceivedAt, letterEndsSoon } = group;
  const { options, words, letterDays } = context;
  const [key = ''] = group.keys;
  const only = group.count === 1;
  const time = only
    ? `Received ${shortTime(oldestReceivedAt)}.`
    : `First received ${shortTime(oldestReceivedAt)}, last ${shortTime(newestReceivedAt)}.`;
  const isOneSource = group.sources.length === 1;
  const from = group.sources.map(({ source, count }) =>
    isOneSource ? source : `${source} ${count}`,
  );
  const chosen = [...words, '--code', failureCode, ...options];
  return [
    `${counted(group.count, 'lead')}: ${causeOf(group)} (${failureCode}, ${failureClass})`,
    `  ${time} ${isOneSource ? 'Source' : 'Sources'}: ${from.join(', ')}.`,
    ...(letterEndsSoon === 0
      ? []
      : [
          `  ${letterEndsSoon === 1 ? 'One has' : `${letterEndsSoon} have`} waited so long that the dead letter ends soon (after ${letterDays} days): the alarm`,
          '  then goes quiet, but the lead still waits here.',
        ]),
    `  What to do: ${remedyOf(failureCode, options)}`,
    `  Look at ${only ? 'it' : 'one'}:${only ? ' ' : ''}       ${commandLine('quarantine show', key, ...options)}`,
    `  Deliver ${only ? 'it' : 'them'} then:${only ? '  ' : ''} ${replayCommand([failureCode], chosen)}`,
  ];
}

/** What closing would do. */
export function describeClosePlan(
  groups: readonly QuarantineGroup[],
  target: string,
): readonly string[] {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (count === 0) return [`No lead to close on ${target}.`];
  const keys = groups.flatMap((group) => group.keys);
  return [
    `${counted(count, 'lead')} to close on ${target}:`,
    ...groups.map(
      (group) =>
        `  ${group.count} × ${causeOf(group)} (${group.failureCode}, ${group.failureClass})`,
    ),
    '',
    'Keys:',
    ...keys.slice(0, KEYS_SHOWN).map((key) => `  ${key}`),
    ...(keys.length > KEYS_SHOWN
      ? [`  … and ${keys.length - KEYS_SHOWN} more (--json lists all)`]
      : []),
  ];
}

/** What closing has done. */
export function describeClosed(
  { closed, superseded, failed, letters }: CloseResult,
  options: readonly string[],
): readonly string[] {
  const [key] = closed;
  return [
    closed.length === 0
      ? 'No lead was closed.'
      : `${counted(closed.length, 'lead')} closed: not delivered, now or later. Who and why is recorded with each.`,
    ...(superseded.length === 0
      ? []
      : [
          `${counted(superseded.length, 'lead')} left alone: no longer in the quarantine of the plan.`,
        ]),
    ...(failed.length === 0
      ? []
      : [
          `${counted(failed.length, 'lead')} NOT closed; still in quarantine:`,
          ...failed.slice(0, KEYS_SHOWN).map((each) => `  ${each.key}: ${each.message}`),
        ]),
    ...(letters === undefined
      ? ['Their dead letters could NOT be removed: the alarm on the dead-letter queue may stay on.']
      : []),
    ...(letters?.isComplete === false
      ? ['The dead-letter queue is too long to look through at once: some of theirs may be left.']
      : []),
    ...(key === undefined
      ? []
      : [
          closed.length === 1 ? 'It stays to be found:' : 'They stay to be found:',
          `  ${commandLine('lead find', key, ...options)}`,
        ]),
  ];
}
