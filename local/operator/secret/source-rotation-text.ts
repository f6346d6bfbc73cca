import { CACHE_MS } from '../../../lambdas/aws/secrets-manager.ts';
import type { PreviousSecret } from '../../../lambdas/operations/secret/rotate-source-secret.ts';
import { commandLine } from '../text/command-line.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import type { OperatorTarget } from '../target/target.ts';

/** Times as people read them, from epoch milliseconds. */
const at = (ms: number): string => shortTime(new Date(ms).toISOString());

/** How a previous secret stands, in sentences. */
export function describePrevious(previous: PreviousSecret): readonly string[] {
  switch (previous.kind) {
    case 'none':
      return ['No previous secret is accepted beside the present one.'];
    case 'ended':
      return [`The previous secret ended at ${at(previous.untilMs)}.`];
    case 'accepted': {
      const { sinceMs, untilMs, lastUsedMs } = previous;
      const since = sinceMs === undefined ? '' : ` since ${at(sinceMs)},`;
      const until = untilMs === undefined ? 'until it is taken out' : `until ${at(untilMs)}`;
      return [
        `A previous secret is accepted beside the present one,${since} ${until}.`,
        lastUsedMs === undefined
          ? 'No request is known that was signed with it.'
          : `A request was last signed with it at ${at(lastUsedMs)}.`,
      ];
    }
  }
}

/** What a rotation is going to do, in sentences. */
export function describeRotationPlan(plan: {
  readonly isAsked: boolean;
  /** Epoch milliseconds; absent where the present one is not kept. */
  readonly keepUntilMs?: number;
  readonly title: string;
}): readonly string[] {
  const { isAsked, keepUntilMs, title } = plan;
  return [
    isAsked
      ? `You give the new secret, as ${title} shows it.`
      : 'A new secret is made here and shown once, to be pasted at the sender.',
    keepUntilMs === undefined
      ? `The present one is no longer accepted, ${MINUTES_LATER}.`
      : `The present one is accepted beside it until ${at(keepUntilMs)}, and refused from then on.`,
  ];
}

/** A function keeps what it has read for a while. */
const MINUTES = `for ${CACHE_MS / 60_000} minutes from now at the latest`;
const MINUTES_LATER = `once the functions have forgotten it, ${CACHE_MS / 60_000} minutes later at the latest`;

/** What a rotation has done, in sentences. */
export function describeRotated(keepUntilMs: number | undefined, nowMs: number): readonly string[] {
  const isSoon = keepUntilMs !== undefined && keepUntilMs - nowMs < CACHE_MS;
  return [
    'The new secret is stored, and every function accepts it.',
    keepUntilMs === undefined
      ? `The one before is refused ${MINUTES_LATER}.`
      : `The one before is accepted until ${at(keepUntilMs)}: put the new one in its place before that.`,
    ...(isSoon
      ? [`(A function that has not read the secret since takes it longer, ${MINUTES}.)`]
      : []),
  ];
}

/** What the end of a rotation has done, in sentences. */
export function describeFinished(): readonly string[] {
  return [`The previous secret was taken out. It is refused ${MINUTES_LATER}.`];
}

/** A command for `source rotate`, to be typed. */
export function rotateCommand(
  source: string,
  options: readonly string[],
  target: Pick<OperatorTarget, 'options'>,
): string {
  return commandLine('source rotate', source, ...options, ...target.options);
}
