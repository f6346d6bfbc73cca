import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { SourceConfig } from '../../../lambdas/providers/catalogue.ts';
import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';
import { readsDetails } from '../../../lambdas/providers/reads-details.ts';
import type { SecretPrompt } from '../secret/ask-secret.ts';
import { commandLine } from '../text/command-line.ts';
import { fillGuide } from './filled-guide.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import { planSourceSecret, type SourceSecretPlan } from '../secret/plan-source-secret.ts';
import { describeGuide } from './source-guide-text.ts';
import {
  asksSomebody,
  describeStored,
  makeMembers,
  needsWriting,
  storeSecret,
} from '../secret/store-secret.ts';
import type { OperatorTarget } from '../target/target.ts';

/** How a source is connected. */
export interface ConnectOptions {
  readonly config: HoldfastConfig;
  /** Replace a secret that may be in use. */
  readonly rotate: boolean;
  /** The sender has made the secret, though this provider's usually do not. */
  readonly theirs: boolean;
  /** Do not ask before a deployed stage is changed. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
  /** Opened only when a secret is asked for. */
  readonly openPrompt: () => SecretPrompt;
  /** Asks a person who sits there for a yes; absent where nobody does. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** Nothing is stored for a source that has no secret. */
const NO_SECRET: SourceSecretPlan = { members: {}, stored: {}, movesCurrent: false };

/**
 * Shows how to connect a configured source, and puts its secret in place. Where a person has to give one, the
 * steps come first: they say where to find it.
 *
 * @returns the exit code: 0, or 2 when there was nobody to ask
 * @throws {OperatorError} the target does not know the source, or no secret was given
 * @throws {SecretUnavailableError} the secret could not be read or written
 */
export async function connectSource(
  options: ConnectOptions,
  target: OperatorTarget,
  name: string,
  guide: ProviderGuide,
): Promise<number> {
  const { config, json, print, printError } = options;
  const source = config.sources[name];
  if (source === undefined) throw new OperatorError(`There is no source ${name}.`);
  const provider = bindProvider(source);
  const url = `${target.endpoint}/hooks/${name}`;
  const secretId = `${target.sourceSecretPrefix}${name}`;
  const plan = await planFor(options, target, { source, url, secretId, name, guide });
  if (needsWriting(plan) && !target.isLocal && !options.yes) {
    if (options.confirm === undefined) {
      printError('There is nobody to ask here: say --yes to change the secret.');
      return EXIT_WRONG_USE;
    }
    if (!(await options.confirm(`Change the secret of ${name} on ${target.name}?`))) {
      printError('Nothing was changed.');
      return 0;
    }
  }

  const say = (lines: readonly string[]): void => {
    if (!json) for (const line of lines) print(line);
  };
  const made = makeMembers(plan, provider);
  const { current: secret, verify_token: verifyToken } = { ...plan.stored, ...made };
  const isGiven = plan.members.current === 'ask';
  const filled = fillGuide({ provider, guide, url, secret, verifyToken, isGiven });
  const { address, isByAddress, steps, unfilled } = filled;
  const shown = ['', ...describeGuide({ ...guide, steps: unfilled }, steps), ''];
  say([
    `${name} (${guide.title}) on ${target.name}`,
    `URL: ${address}`,
    ...(isByAddress ? [IS_THE_SECRET] : []),
    ...(target.isLocal ? [ONLY_HERE] : []),
    ...signedAddress(source, url, target),
  ]);
  const asksFirst = asksSomebody(plan);
  if (asksFirst) say(shown);
  const changes = await storeSecret(plan, made, {
    ...options,
    provider,
    guide,
    secretId,
    target,
    name,
  });
  const notAsked = options.theirs && changes['current'] === 'kept' ? [NOT_ASKED] : [];
  say([...describeStored(changes), ...notAsked, ...(asksFirst ? [''] : shown)]);
  say([`When that is done, send a test lead:  ${testCommand(name, target)}`]);
  if (json) {
    const { title, signs, retries, givesUp, unconfirmed } = guide;
    const about = { source: name, provider: source.provider, title, url: address, secret: changes };
    const document = { configured: true, ...about, steps, signs, retries, givesUp, unconfirmed };
    print(JSON.stringify(document, undefined, 2));
  }
  return 0;
}

/** What becomes of the source's secret, once it is sure that somebody would read it. */
async function planFor(
  { theirs: isTheirs, rotate }: ConnectOptions,
  target: OperatorTarget,
  about: {
    readonly source: SourceConfig;
    readonly url: string;
    readonly secretId: string;
    readonly name: string;
    readonly guide: ProviderGuide;
  },
): Promise<SourceSecretPlan> {
  const { source, url, secretId, name, guide } = about;
  const provider = bindProvider(source);
  if (!provider.hasSecret) {
    if (!(await isTaken(url))) throw unknownTo(target, name);
    return NO_SECRET;
  }
  const stored = await target.ports.vault.read(secretId);
  if (stored === undefined) throw unknownTo(target, name);
  return planSourceSecret({
    provider,
    guide,
    readsDetails: readsDetails(source),
    isTheirs,
    stored,
    rotate,
  });
}

/** Some senders sign the address, too: then the configuration must name the very one that they call. */
function signedAddress(
  source: SourceConfig,
  url: string,
  { isLocal }: OperatorTarget,
): readonly string[] {
  if (isLocal || !('publicUrl' in source) || source.publicUrl === url) return [];
  return [
    `BUT publicUrl of the source is ${source.publicUrl}: unless a domain of yours leads from there to here, set it`,
    'to the URL above and deploy, since the sender signs it.',
  ];
}

const NOT_ASKED =
  'The secret that the sender has made was NOT asked for. To put it in its place: --theirs --rotate';

/** What to say of an address that is the secret. */
export const IS_THE_SECRET =
  'That address itself is the secret: whoever knows all of it can send leads. Paste it whole, at the sender only.';

const ONLY_HERE =
  'Only this machine reaches that address: a sender elsewhere needs a tunnel to it.';

/** The command that sends a test lead through a source. */
export function testCommand(name: string, { options }: OperatorTarget): string {
  return commandLine('source test', name, ...options);
}

/** Whether intake knows the source: an unknown one is answered 503, whatever the method. */
async function isTaken(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.status !== 503;
  } catch (error) {
    throw new OperatorError(`${url} does not answer.`, error);
  }
}

const TIMEOUT_MS = 10_000;

/** The target does not know a source that is configured here. */
export function unknownTo({ name: target, isLocal }: OperatorTarget, name: string): OperatorError {
  return new OperatorError(
    isLocal
      ? `${name} is in holdfast.config.ts, but ${target} was started before: stop it, and start it again. Nothing was changed.`
      : `${name} is in holdfast.config.ts, but not on ${target} yet: deploy it first. Nothing was changed.`,
  );
}
