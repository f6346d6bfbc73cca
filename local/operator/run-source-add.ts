import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import {
  GUIDES,
  type ProviderName,
  PROVIDERS,
  type SourceConfig,
} from '../../lambdas/providers/catalogue.ts';
import type { ProviderGuide } from '../../lambdas/providers/guide.ts';
import { readsDetails } from '../reads-details.ts';
import { DEFAULT_PORT } from '../start-pipeline.ts';
import { readExample } from '../samples/webhook-example.ts';
import type { SecretPrompt } from './ask-secret.ts';
import { chooseSource } from './choose-source.ts';
import { type OpenTargetOptions, openTarget } from './open-target.ts';
import { EXIT_WRONG_USE } from './operator-command.ts';
import { OperatorError } from './operator-error.ts';
import { planSourceSecret } from './plan-source-secret.ts';
import { settingsToFill, sourceBlock } from './source-block.ts';
import { describeGuide, fillSteps } from './source-guide-text.ts';
import { shellWord } from './shell-word.ts';
import { describeStored, needsWriting, type StoredMembers, storeSecret } from './store-secret.ts';
import type { OperatorTarget } from './target.ts';

/** A source to be connected, as it was typed. */
export interface RunSourceAddOptions extends OpenTargetOptions {
  readonly provider: string;
  /** Of the source; needed only where several have this provider. */
  readonly name?: string;
  /** Replace a secret that may be in use. */
  readonly rotate: boolean;
  /** The sender has made the secret, though this provider's usually do not. */
  readonly theirs: boolean;
  /** Do not ask before a deployed stage is changed. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Opened only when a secret is asked for. */
  readonly openPrompt: () => SecretPrompt;
  /** Asks a person who sits there for a yes. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/**
 * Says what to do at a sender to connect it, and puts the source's secret in place.
 *
 * A source that is not configured, or whose target does not know it yet, gets no secret: nothing would read it.
 *
 * @returns the exit code: 0, or 2 when there is something to be done before it
 * @throws {OperatorError} the target can't be reached or does not know the source, or no secret was given
 * @throws {SecretUnavailableError} the secret could not be read or written
 */
export async function runSourceAdd(options: RunSourceAddOptions): Promise<number> {
  const { provider, config, printError } = options;
  if (!isProvider(provider)) {
    printError(
      `No provider is called ${provider}. There are: ${Object.keys(PROVIDERS).join(', ')}`,
    );
    return EXIT_WRONG_USE;
  }
  const guide = GUIDES[provider];
  const choice = chooseSource(config.sources, provider, options.name);
  switch (choice.kind) {
    case 'wrong':
      printError(choice.why);
      return EXIT_WRONG_USE;
    case 'missing':
      showBlock(options, provider, choice.name, guide);
      return EXIT_WRONG_USE;
    case 'found': {
      const target = await openTarget(options);
      try {
        return await connect(options, target, choice.name, guide);
      } finally {
        target.close();
      }
    }
  }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}

function showBlock(
  options: RunSourceAddOptions,
  provider: ProviderName,
  name: string,
  guide: ProviderGuide,
): void {
  const { json, print, stage, port } = options;
  const example = readExample(provider).settings;
  const block = sourceBlock(name, provider, guide.title, example);
  if (json) {
    print(JSON.stringify({ configured: false, source: name, provider, block }, undefined, 2));
    return;
  }
  const toFill = settingsToFill(provider, example);
  const next =
    stage === undefined
      ? `Start Holdfast anew:  npm start${port === DEFAULT_PORT ? '' : ` -- --port ${port}`}`
      : `Deploy:  npm run deploy -- -c stage=${stage}`;
  for (const line of [
    `holdfast.config.ts has no source with the provider ${provider} yet. Add this to its sources:`,
    '',
    ...block.map((each) => `    ${each}`),
    '',
    ...(toFill.length === 0 ? [] : [`Put your own values into: ${toFill.join(', ')}.`]),
    next,
    `Then run this again:  ${commandAgain(options)}`,
    'Nothing was changed.',
  ]) {
    print(line);
  }
}

function commandAgain(options: RunSourceAddOptions): string {
  const { provider, name, stage, region, profile, port } = options;
  const isElsewhere = stage === undefined && port !== DEFAULT_PORT;
  const words = [
    provider,
    ...(name === undefined ? [] : ['--name', name]),
    ...(isElsewhere ? ['--port', String(port)] : []),
    ...(stage === undefined ? [] : ['--stage', stage]),
    ...(region === undefined ? [] : ['--region', region]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ];
  return ['npx holdfast source add', ...words.map(shellWord)].join(' ');
}

async function connect(
  options: RunSourceAddOptions,
  target: OperatorTarget,
  name: string,
  guide: ProviderGuide,
): Promise<number> {
  const { config, json, print, printError, rotate } = options;
  const source = config.sources[name];
  if (source === undefined) throw new OperatorError(`There is no source ${name}.`);
  const provider = bindProvider(source);
  const url = `${target.endpoint}/hooks/${name}`;
  const secretId = `${target.sourceSecretPrefix}${name}`;
  const stored = provider.hasSecret ? await target.ports.vault.read(secretId) : undefined;
  if (provider.hasSecret ? stored === undefined : !(await isTaken(url)))
    throw unknownTo(target, name);

  let members: StoredMembers | undefined;
  if (stored !== undefined) {
    const plan = planSourceSecret({
      provider,
      guide,
      readsDetails: readsDetails(source),
      isTheirs: options.theirs,
      stored,
      rotate,
    });
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
    members = await storeSecret(plan, { ...options, provider, guide, secretId, target, name });
  }

  const { values = {}, changes = {} } = members ?? {};
  const steps = fillSteps(guide.steps, {
    url,
    // What was typed without being shown is not shown by this either.
    secret: changes['current'] === 'given' ? undefined : values['current'],
    verifyToken: values['verify_token'],
  });
  if (json) {
    const shown = { configured: true, source: name, provider: source.provider, title: guide.title };
    const facts = { signs: guide.signs, retries: guide.retries, givesUp: guide.givesUp };
    const { unconfirmed } = guide;
    print(
      JSON.stringify(
        { ...shown, url, secret: changes, steps, ...facts, unconfirmed },
        undefined,
        2,
      ),
    );
    return 0;
  }
  for (const line of [
    `${name} (${guide.title}) on ${target.name}`,
    `URL: ${url}`,
    ...(target.isLocal ? [ONLY_HERE] : []),
    ...signedAddress(source, url, target),
    ...describeStored(changes),
    ...(options.theirs && changes['current'] === 'kept' ? [NOT_ASKED] : []),
    '',
    ...describeGuide(guide, steps),
    '',
    `When that is done, send a test lead:  ${testCommand(name, target)}`,
  ]) {
    print(line);
  }
  return 0;
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

const ONLY_HERE =
  'Only this machine reaches that address: a sender elsewhere needs a tunnel to it.';

function testCommand(name: string, { options }: OperatorTarget): string {
  return ['npx holdfast source test', ...[name, ...options].map(shellWord)].join(' ');
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

function unknownTo({ name: target, isLocal }: OperatorTarget, name: string): OperatorError {
  return new OperatorError(
    isLocal
      ? `${name} is in holdfast.config.ts, but ${target} was started before: stop it, and start it again. Nothing was changed.`
      : `${name} is in holdfast.config.ts, but not on ${target} yet: deploy it first. Nothing was changed.`,
  );
}
