import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import {
  finishRotation,
  type PreviousSecret,
  readPreviousSecret,
} from '../../../lambdas/operations/secret/rotate-source-secret.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { GUIDES, type SourceConfig } from '../../../lambdas/providers/catalogue.ts';
import { parseSourceSecrets } from '../../../lambdas/providers/verification/source-secrets.ts';
import { readsDetails } from '../../../lambdas/providers/reads-details.ts';
import { unknownTo } from '../source/connect-source.ts';
import { describeUnknownSource } from '../source/describe-unknown-source.ts';
import { openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import { planSourceSecret } from './plan-source-secret.ts';
import { replaceSourceSecret } from './replace-source-secret.ts';
import {
  mayChange,
  previousDocument,
  type SecretInHand,
  type SourceRotateOptions,
} from './source-rotation.ts';
import { describeFinished, describePrevious, rotateCommand } from './source-rotation-text.ts';
import type { OperatorTarget } from '../target/target.ts';

/**
 * Replaces the secret of a source, in such a way that no request is turned away meanwhile, or ends such a
 * replacement.
 *
 * @returns the exit code: 0 when it is done, or the plan was shown, or a person declined; 2 when nothing was done
 *   because of how it was asked for, or because a previous secret may be in use
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached or does not know the source, or no secret was given
 * @throws {SecretChangedError} somebody else changed the secret meanwhile
 * @throws {SecretUnavailableError} the secret could not be read or written
 */
export async function runSourceRotate(options: SourceRotateOptions): Promise<number> {
  const { config, source: name, printError, fromStdin } = options;
  const reason = options.reason === undefined ? undefined : parseReason(options.reason);
  const source = Object.hasOwn(config.sources, name) ? config.sources[name] : undefined;
  if (source === undefined) {
    printError(describeUnknownSource(name, config));
    return EXIT_WRONG_USE;
  }
  const provider = bindProvider(source);
  if (!provider.hasSecret) {
    printError(`${name} has no secret: anybody may send to it. There is nothing to rotate.`);
    return EXIT_WRONG_USE;
  }
  if (fromStdin && provider.authentication.kind === 'url_token') {
    printError(`The secret of ${name} is the end of its own address: it is always made here.`);
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    return await rotateOn(target, options, source, reason);
  } finally {
    target.close();
  }
}

/**
 * Rotates on a target that is open.
 *
 * @param reason checked; `undefined` shows the plan
 * @returns the exit code, and lets out the errors, of `runSourceRotate`
 */
export async function rotateOn(
  target: OperatorTarget,
  options: SourceRotateOptions,
  source: SourceConfig,
  reason: string | undefined,
): Promise<number> {
  if (!target.endsPreviousSecrets) throw new OperatorError(tooOld(target));
  const inHand = await takeInHand(target, options.source, source, options.fromStdin);
  return options.finish
    ? await finish(options, target, inHand, reason)
    : await replaceSourceSecret(options, target, inHand, reason);
}

async function takeInHand(
  target: OperatorTarget,
  name: string,
  source: SourceConfig,
  isTheirs: boolean,
): Promise<SecretInHand> {
  const { ports, by } = target;
  const secretId = `${target.sourceSecretPrefix}${name}`;
  const stored = await ports.vault.read(secretId);
  if (stored === undefined) throw unknownTo(target, name);
  if (stored.version === undefined) {
    throw new OperatorError(`The secret store does not say which version of ${secretId} it holds.`);
  }
  const plan = planSourceSecret({
    provider: bindProvider(source),
    guide: GUIDES[source.provider],
    readsDetails: readsDetails(source),
    isTheirs,
    stored,
    rotate: true,
  });
  const previous = await previousOf(target, name, stored.text);
  const { version } = stored;
  return {
    source,
    secret: { source: name, secretId, members: plan.stored, version, by },
    plan,
    previous,
  };
}

/** A secret that the functions would not take has no previous one in use. */
async function previousOf(
  { ports }: OperatorTarget,
  name: string,
  text: string,
): Promise<PreviousSecret> {
  try {
    const secrets = parseSourceSecrets(name, text);
    return await readPreviousSecret(ports.events, name, secrets, ports.clock.nowMs());
  } catch (error) {
    if (error instanceof SecretUnavailableError) return { kind: 'none' };
    throw error;
  }
}

/** A request that was signed with it so short a time ago is a reason not to end it. */
const IN_USE_MS = 24 * 60 * 60 * 1_000;

async function finish(
  options: SourceRotateOptions,
  target: OperatorTarget,
  { secret, previous }: SecretInHand,
  reason: string | undefined,
): Promise<number> {
  const { json, print, printError, force, source: name } = options;
  const document = { source: name, target: target.name, previous: previousDocument(previous) };
  const say = (lines: readonly string[]): void => {
    if (!json) for (const line of lines) print(line);
  };
  say([`${name} on ${target.name}`, ...describePrevious(previous)]);
  if (previous.kind === 'none') {
    if (json) print(JSON.stringify({ ...document, done: 'nothing' }, undefined, 2));
    return 0;
  }
  const isInUse =
    previous.kind === 'accepted' &&
    previous.lastUsedMs !== undefined &&
    target.ports.clock.nowMs() - previous.lastUsedMs < IN_USE_MS;
  if (isInUse && !force) {
    printError(
      'It was in use within the last day: requests that are still signed with it would be refused. Put the new secret in its place at the sender first, or say --force.',
    );
    return EXIT_WRONG_USE;
  }
  if (reason === undefined) {
    if (json) print(JSON.stringify({ ...document, done: 'nothing' }, undefined, 2));
    say([`To take it out:  ${rotateCommand(name, ['--finish', '--reason', '…'], target)}`]);
    return 0;
  }
  const answer = await mayChange(options, target);
  if (answer !== 'yes') return answer;
  await finishRotation({ ...secret, reason }, target.ports);
  say(describeFinished());
  if (json) {
    print(JSON.stringify({ ...document, done: 'finished', by: target.by, reason }, undefined, 2));
  }
  return 0;
}

function tooOld({ name }: OperatorTarget): string {
  return `The functions of ${name} do not know yet that a previous secret can end, and would refuse every request: deploy them once more, then run this again. Nothing was changed.`;
}
