import type {
  PreviousSecret,
  SecretToChange,
} from '../../../lambdas/operations/secret/rotate-source-secret.ts';
import type { SourceConfig } from '../../../lambdas/providers/catalogue.ts';
import type { SecretPrompt } from './ask-secret.ts';
import type { OpenTargetOptions } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import type { SourceSecretPlan } from './plan-source-secret.ts';
import type { OperatorTarget } from '../target/target.ts';

/** A rotation, as it was typed. */
export interface SourceRotateOptions extends OpenTargetOptions {
  readonly source: string;
  /** For how long the present secret is accepted beside the new one; 0: not at all. */
  readonly keepMs: number;
  /** Until when instead, epoch milliseconds. */
  readonly untilMs?: number;
  /** The sender has made the new secret, whatever is usual. */
  readonly fromStdin: boolean;
  /** Take the previous secret out, and make no new one. */
  readonly finish: boolean;
  /** Also where a previous secret may be in use. */
  readonly force: boolean;
  /** Without it, only the plan is shown. */
  readonly reason?: string;
  /** Do not ask before a deployed stage is changed. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Opened only when a secret is asked for. */
  readonly openPrompt: () => SecretPrompt;
  /** Asks a person who sits there for a yes; absent where nobody does. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** A source's secret, and what may become of it. */
export interface SecretInHand {
  readonly source: SourceConfig;
  readonly secret: Omit<SecretToChange, 'reason'>;
  readonly plan: SourceSecretPlan;
  readonly previous: PreviousSecret;
}

/**
 * Asks before a deployed stage is changed.
 *
 * @returns the exit code when it is not to be: 0 when a person declined, 2 when there is nobody to ask
 */
export async function mayChange(
  { yes, confirm, printError, source }: SourceRotateOptions,
  target: OperatorTarget,
): Promise<'yes' | 0 | typeof EXIT_WRONG_USE> {
  if (target.isLocal || yes) return 'yes';
  if (confirm === undefined) {
    printError('There is nobody to ask here: say --yes to change the secret.');
    return EXIT_WRONG_USE;
  }
  if (await confirm(`Change the secret of ${source} on ${target.name}?`)) return 'yes';
  printError('Nothing was changed.');
  return 0;
}

/** How the previous secret stands, for programs: times are ISO 8601. */
export function previousDocument(previous: PreviousSecret): Readonly<Record<string, string>> {
  const times = Object.entries(previous).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    kind: previous.kind,
    ...Object.fromEntries(
      times.map(([name, ms]) => [name.replace(/Ms$/, ''), new Date(ms).toISOString()]),
    ),
  };
}
