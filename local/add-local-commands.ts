import type { Command } from 'commander';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import type { CommandContext } from './operator/operator-command.ts';
import { shellWord } from './operator/text/shell-word.ts';
import { parsePort } from './option-parsers.ts';
import { runSamples } from './run-samples.ts';
import { runStart } from './run-start.ts';
import { withEveryProvider } from './samples/every-provider.ts';
import { DEFAULT_PORT } from './start-pipeline.ts';
import { DEFAULT_SIMULATOR_PORT, runZohoSimulator } from './zoho-simulator/run.ts';

const DEFAULT_DATA_DIR = '.holdfast';

/** Adds the commands that run Holdfast, or a part of it, on this machine. */
export function addLocalCommands(program: Command, context: CommandContext): void {
  const { config, env, print, printError } = context;
  program
    .command('start')
    .description('run the whole pipeline on this machine')
    .option(
      '--port <port>',
      'port for webhooks; the others lie 10 to 15 above',
      parsePort,
      DEFAULT_PORT,
    )
    .option('--data-dir <directory>', 'where leads, queues and secrets are kept', DEFAULT_DATA_DIR)
    .option('--every-provider', 'with a source of each provider that is not configured', false)
    .option('--demo', 'send one lead of every source, show what arrived, and end', false)
    .option('--verbose', "print the functions' whole log", false)
    .action(async (options: StartOptions) => {
      process.exitCode = await runStart({
        ...options,
        config: chosenConfig(config, options),
        samplesOptions: (port) => samplesOptions({ ...options, port }),
        env,
        print,
      });
    });

  program
    .command('samples')
    .description('print commands that send a new lead of each source, signed')
    .argument('[source]', 'of this source only')
    .option('--port <port>', 'port for webhooks', parsePort, DEFAULT_PORT)
    .option('--data-dir <directory>', 'where the secrets are kept', DEFAULT_DATA_DIR)
    .option('--every-provider', 'as the pipeline was started', false)
    .action((source: string | undefined, options: SamplesOptions) => {
      process.exitCode = runSamples({
        ...options,
        ...(source === undefined ? {} : { source }),
        config: chosenConfig(config, options),
        searchPath: env['PATH'] ?? '',
        print,
        printError,
      });
    });

  program
    .command('zoho-simulator')
    .description('run the Zoho CRM simulator alone')
    .option('--port <port>', 'port to listen on', parsePort, DEFAULT_SIMULATOR_PORT)
    .option('--data-file <file>', 'where records are kept; in memory without it')
    .action(async (options: { port: number; dataFile?: string }) => {
      await runZohoSimulator({ ...options, print });
    });
}

function chosenConfig(
  config: HoldfastConfig,
  { everyProvider }: { readonly everyProvider: boolean },
): HoldfastConfig {
  return everyProvider ? withEveryProvider(config) : config;
}

function samplesOptions({ port, dataDir, everyProvider }: SamplesOptions): readonly string[] {
  return [
    ...(port === DEFAULT_PORT ? [] : ['--port', String(port)]),
    ...(dataDir === DEFAULT_DATA_DIR ? [] : ['--data-dir', shellWord(dataDir)]),
    ...(everyProvider ? ['--every-provider'] : []),
  ];
}

type SamplesOptions = Pick<StartOptions, 'port' | 'dataDir' | 'everyProvider'>;

interface StartOptions {
  readonly everyProvider: boolean;
  readonly port: number;
  readonly dataDir: string;
  readonly demo: boolean;
  readonly verbose: boolean;
}
