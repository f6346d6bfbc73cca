import type { FailureCode } from '../../../lambdas/core/failure.ts';
import { commandLine } from '../text/command-line.ts';

/** Leads that say nothing to deliver until they are read anew, with a configuration that can. */
const READ_ANEW: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'missing_identity',
  'unknown_shape',
  'unreadable_body',
]);

/**
 * The command that delivers quarantined leads again, as a person pastes it; the reason is theirs to fill in.
 *
 * @param codes what they lie there for
 * @param words which leads, and which target
 */
export function replayCommand(
  codes: readonly (FailureCode | undefined)[],
  words: readonly string[],
): string {
  const anew = codes.some((code) => code !== undefined && READ_ANEW.has(code)) ? ['--remap'] : [];
  return `${commandLine('replay', ...words, ...anew)} --reason "…"`;
}
