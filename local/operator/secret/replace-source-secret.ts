import { FRESH_INTERVAL_MS } from '../../../lambdas/aws/secrets-manager.ts';
import { rotateSourceSecret } from '../../../lambdas/operations/secret/rotate-source-secret.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { GUIDES } from '../../../lambdas/providers/catalogue.ts';
import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';
import { makeSecret } from '../../make-secret.ts';
import { IS_THE_SECRET, testCommand } from '../source/connect-source.ts';
import { fillGuide, type FilledGuide } from '../source/filled-guide.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import {
  mayChange,
  previousDocument,
  type SourceRotateOptions,
  type SecretInHand,
} from './source-rotation.ts';
import { describeGuide } from '../source/source-guide-text.ts';
import {
  describePrevious,
  describeRotated,
  describeRotationPlan,
  rotateCommand,
} from './source-rotation-text.ts';
import { checked } from './store-secret.ts';
import type { OperatorTarget } from '../target/target.ts';

/**
 * Puts a new secret in the place of a source's present one.
 *
 * A function that does not know a signature reads the secret afresh, at most every ten seconds. So long is waited
 * before the new secret is shown: whoever can paste it at the sender finds every function accepting it.
 *
 * @returns the exit code, and lets out the errors, of `runSourceRotate`
 */
export async function replaceSourceSecret(
  options: SourceRotateOptions,
  target: OperatorTarget,
  inHand: SecretInHand,
  reason: string | undefined,
): Promise<number> {
  const { source: name, json, print, printError, force } = options;
  const { secret, plan, previous, source } = inHand;
  const { title } = GUIDES[source.provider];
  const nowMs = target.ports.clock.nowMs();
  const keepUntilMs = endOfPresent(options, inHand, nowMs);
  const kept = keepUntilMs === undefined ? {} : { keepUntilMs };
  if (keepUntilMs !== undefined && keepUntilMs <= nowMs) {
    printError('The time of --until is over. Say a later one, or --keep 0.');
    return EXIT_WRONG_USE;
  }
  const isAsked = plan.members.current === 'ask';
  const say = sayUnless(json, print);
  say([
    `${name} (${title}) on ${target.name}`,
    ...describePrevious(previous),
    ...describeRotationPlan({ isAsked, title, ...kept }),
  ]);
  if (previous.kind === 'accepted' && !force) {
    printError(
      `A previous secret of ${name} is still accepted, and a rotation now would end it at once. Wait for its end, take it out with --finish, or say --force.`,
    );
    return EXIT_WRONG_USE;
  }
  const about = {
    source: name,
    provider: source.provider,
    target: target.name,
    ...(keepUntilMs === undefined ? {} : { previousUntil: isoOf(keepUntilMs) }),
  };
  if (reason === undefined) {
    const document = { done: 'nothing', ...about, previous: previousDocument(previous) };
    if (json) print(JSON.stringify(document, undefined, 2));
    say([`To do it:  ${rotateCommand(name, [...typedOptions(options), '--reason', '…'], target)}`]);
    return 0;
  }
  const answer = await mayChange(options, target);
  if (answer !== 'yes') return answer;

  const fill = fillerFor(target, inHand, isAsked);
  const next = isAsked
    ? await askForNext(options, inHand, fill())
    : makeSecret(bindProvider(source).authentication);
  await rotateSourceSecret({ ...secret, reason, next, ...kept }, target.ports);
  if (!json) {
    printError(`Stored. In ${FRESH_INTERVAL_MS / 1_000} seconds every function takes it …`);
  }
  await target.ports.clock.sleep(FRESH_INTERVAL_MS);

  const filled = fill(next);
  say(describeRotated(keepUntilMs, nowMs));
  if (!isAsked) say(describeNext(filled, GUIDES[source.provider]));
  say([`When that is done, send a test lead:  ${testCommand(name, target)}`]);
  if (json) {
    const made = isAsked ? { secret: 'given' } : { secret: 'made', steps: filled.steps };
    const document = { done: 'rotated', ...about, url: filled.address, ...made };
    print(JSON.stringify({ ...document, by: target.by, reason }, undefined, 2));
  }
  return 0;
}

function sayUnless(json: boolean, print: (line: string) => void) {
  return (lines: readonly string[]): void => {
    if (!json) for (const line of lines) print(line);
  };
}

/** What fills the sender's guide in, with a secret once there is one. */
function fillerFor(
  { endpoint }: OperatorTarget,
  { source, secret }: SecretInHand,
  isGiven: boolean,
): (current?: string) => FilledGuide {
  const guide = GUIDES[source.provider];
  const provider = bindProvider(source);
  const url = `${endpoint}/hooks/${secret.source}`;
  const { verify_token: verifyToken } = secret.members;
  return (current) => fillGuide({ provider, guide, url, verifyToken, secret: current, isGiven });
}

/** Where to paste the new secret. It is shown here, and never again. */
function describeNext(
  { address, isByAddress, steps, unfilled }: FilledGuide,
  guide: ProviderGuide,
): readonly string[] {
  return [
    `URL: ${address}`,
    ...(isByAddress ? [IS_THE_SECRET] : []),
    '',
    ...describeGuide({ ...guide, steps: unfilled }, steps),
    '',
  ];
}

/** When the present secret ends; `undefined` where it ends at once, or where no sender can be using it. */
function endOfPresent(
  { keepMs, untilMs }: SourceRotateOptions,
  { plan }: SecretInHand,
  nowMs: number,
): number | undefined {
  if (!plan.movesCurrent) return undefined;
  if (untilMs !== undefined) return untilMs;
  return keepMs === 0 ? undefined : nowMs + keepMs;
}

async function askForNext(
  { openPrompt, source: name, json, print }: SourceRotateOptions,
  { source, secret }: SecretInHand,
  { steps, unfilled }: FilledGuide,
): Promise<string> {
  const provider = bindProvider(source);
  const guide = GUIDES[source.provider];
  sayUnless(json, print)(['', ...describeGuide({ ...guide, steps: unfilled }, steps), '']);
  const shownBy = provider.provesSender ? guide.title : 'Turnstile';
  const prompt = openPrompt();
  try {
    const question = `New secret of ${name}, as ${shownBy} shows it (it is not shown here): `;
    const next = checked('current', await prompt.ask(question), { provider });
    if (next !== secret.members['current']) return next;
  } finally {
    prompt.close();
  }
  throw new OperatorError('That is the present secret. Nothing was changed.');
}

/** What was typed, so that the command that is printed does the same. */
function typedOptions({
  keepMs,
  untilMs,
  fromStdin,
  force,
}: SourceRotateOptions): readonly string[] {
  return [
    ...(untilMs === undefined ? ['--keep', spanOf(keepMs)] : ['--until', isoOf(untilMs)]),
    ...(fromStdin ? ['--secret-from-stdin'] : []),
    ...(force ? ['--force'] : []),
  ];
}

/** A span as it is typed: in days or hours where it is whole ones. */
function spanOf(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes === 0) return '0';
  if (minutes % 1_440 === 0) return `${minutes / 1_440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
