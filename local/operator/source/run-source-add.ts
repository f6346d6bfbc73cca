import { sendersOf } from '../../../lambdas/core/canary.ts';
import { GUIDES, type ProviderName, PROVIDERS } from '../../../lambdas/providers/catalogue.ts';
import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';
import { DEFAULT_PORT } from '../../start-pipeline.ts';
import { readExample } from '../../samples/webhook-example.ts';
import { chooseSource } from './choose-source.ts';
import { commandLine } from '../text/command-line.ts';
import { type ConnectOptions, connectSource } from './connect-source.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { settingsToFill, sourceBlock } from './source-block.ts';

/** A source to be connected, as it was typed. */
export interface RunSourceAddOptions extends OpenTargetOptions, ConnectOptions {
  readonly provider: string;
  /** Of the source; needed only where several have this provider. */
  readonly name?: string;
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
  const choice = chooseSource(sendersOf(config.sources), provider, options.name);
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
        return await connectSource(options, target, choice.name, guide);
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
  return commandLine('source add', ...words);
}
