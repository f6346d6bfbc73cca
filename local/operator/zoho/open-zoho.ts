import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { RecordPorts } from '../../../lambdas/operations/journal/on-record.ts';
import { systemRandom } from '../../../lambdas/runtime/system.ts';
import { startDeadline } from '../../../lambdas/zoho/deadline.ts';
import type { Refusal } from '../../../lambdas/zoho/request-outcome.ts';
import { createAccessTokens } from '../../../lambdas/zoho/token.ts';
import { createZohoApi, type ZohoSession } from '../../../lambdas/zoho/zoho-api.ts';
import { createLocalLog, formatLogEntry } from '../../local-log.ts';
import { createLocalMetrics } from '../../local-metrics.ts';
import { openAwsTarget } from '../target/aws-target.ts';
import { localAddresses, openLocalZoho } from '../target/local-target.ts';
import type { OpenTargetOptions } from '../target/open-target.ts';
import { OperatorError } from '../operator-error.ts';
import type { OperatorTarget } from '../target/target.ts';

/** The Zoho organisation of a target, as its functions reach it. */
export interface OpenZoho {
  /** Whose Zoho it is, for a person: `the stage prod in eu-central-1`. */
  readonly name: string;
  /** The options that name the target again, for commands that are printed. */
  readonly options: readonly string[];
  /** Who works on it: an ARN, or `local`. */
  readonly by: string;
  /** What puts acts on record. */
  readonly records: RecordPorts;
  nowIso(): string;
  /** Does a piece of work with Zoho, within two minutes. */
  work<T>(task: (session: ZohoSession) => Promise<T>): Promise<T>;
  close(): void;
}

/** A person waits: longer than a function would, not for ever. */
const CALL_TIMEOUT_MS = 20_000;
const WORK_TIMEOUT_MS = 120_000;

/**
 * Opens the Zoho of a stage, or of the pipeline on this machine, with the functions' own credentials and
 * their shared access token: asking for a token of its own would use up what Zoho allows them (10 in 10
 * minutes).
 *
 * @throws {OperatorError} the target can't be reached; the message says what to do
 */
export async function openZoho(options: OpenTargetOptions): Promise<OpenZoho> {
  const { config, env, stage, port, region, profile, verbose, printError } = options;
  const log = createLocalLog('operator', (entry) => {
    if (verbose) printError(formatLogEntry(entry));
  });
  const target =
    stage === undefined
      ? await openLocalZoho(localAddresses(port, env), config, log)
      : await openAwsTarget({ stage, region, profile, env }, config, log);
  return zohoOf(target, config);
}

/** The Zoho of a target that is open already; to close it closes the target. */
export function zohoOf(target: OperatorTarget, config: HoldfastConfig): OpenZoho {
  const { name, options, by, zoho } = target;
  const { clock, log, secrets, tokens } = target.ports;
  const shared = { clock, log, metrics: createLocalMetrics(), fetch: globalThis.fetch };
  const accessTokens = createAccessTokens({
    ...shared,
    accountsUrl: zoho.accountsUrl,
    apiUrl: zoho.apiUrl,
    timeoutMs: CALL_TIMEOUT_MS,
    tokens,
    random: systemRandom,
    readCredentials: async (how) => await secrets.read(zoho.secretId, how),
  });
  const api = createZohoApi({
    ...shared,
    accessTokens,
    module: config.zoho.module,
    callTimeoutMs: CALL_TIMEOUT_MS,
  });
  return {
    name,
    options,
    by,
    records: target.ports,
    nowIso: () => new Date(clock.nowMs()).toISOString(),
    work: async <T>(task: (session: ZohoSession) => Promise<T>): Promise<T> => {
      const deadline = startDeadline(WORK_TIMEOUT_MS, clock);
      try {
        return await task(api.begin(deadline));
      } finally {
        deadline.end();
      }
    },
    close: () => target.close(),
  };
}

/**
 * Says what to do when Zoho has refused a call.
 *
 * @param scope what the call needs
 */
export function zohoRefused(refusal: Refusal, scope: string): OperatorError {
  const { failure, retryAfterMs } = refusal;
  if (failure.crmCode === 'OAUTH_SCOPE_MISMATCH') {
    return new OperatorError(
      `The refresh token may not do this: it was made without the scope ${scope} ` +
        '(Zoho answers OAUTH_SCOPE_MISMATCH). Make a new refresh token with it, see docs/deploy.md, ' +
        '"A self client and its refresh token", and put it into the Zoho secret.',
    );
  }
  const later =
    retryAfterMs === undefined ? '' : ` Try again in ${Math.ceil(retryAfterMs / 60_000)} minutes.`;
  return new OperatorError(`Zoho could not be asked. ${failure.message}${later}`);
}
