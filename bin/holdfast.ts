import { Command } from 'commander';
import { loadConfig } from '../lib/config-file.ts';
import { ReasonError } from '../lambdas/operations/execute-replay.ts';
import { LeadQueryError } from '../lambdas/operations/lead-query.ts';
import { MappingVersionError } from '../lambdas/operations/kept-mapping.ts';
import { addOperatorCommands } from '../local/operator/add-commands.ts';
import { describeOperatorError } from '../local/operator/describe-operator-error.ts';
import { EXIT_WRONG_USE, exitOfWrongUse } from '../local/operator/operator-command.ts';
import { shellWord } from '../local/operator/shell-word.ts';
import { parsePort } from '../local/option-parsers.ts';
import { printable } from '../local/printable.ts';
import { runSamples } from '../local/run-samples.ts';
import { runStart } from '../local/run-start.ts';
import { withEveryProvider } from '../local/samples/every-provider.ts';
import { DEFAULT_PORT } from '../local/start-pipeline.ts';
import { DEFAULT_SIMULATOR_PORT, runZohoSimulator } from '../local/zoho-simulator/run.ts';

const DEFAULT_DATA_DIR = '.holdfast';

const config = await loadConfig(process.env);

const print = (line: string): void => {
  process.stdout.write(`${printable(line)}\n`);
};

const printError = (line: string): void => {
  process.stderr.write(`${printable(line)}\n`);
};

const program = new Command('holdfast')
  .description('Leads from form providers into Zoho CRM: none lost, none doubled.')
  .showHelpAfterError('Add --help to see what it takes.')
  // Before the commands are added: they take it over.
  .exitOverride(exitOfWrongUse);

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
      config: chooseConfig(options),
      samplesOptions: (port) => samplesOptions({ ...options, port }),
      env: process.env,
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
    const searchPath = process.env['PATH'] ?? '';
    process.exitCode = runSamples({
      ...options,
      ...(source === undefined ? {} : { source }),
      config: chooseConfig(options),
      searchPath,
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

addOperatorCommands(program, { config, env: process.env, print, printError });

try {
  await program.parseAsync();
} catch (error) {
  printError(describeOperatorError(error));
  const isWrongUse =
    error instanceof ReasonError ||
    error instanceof MappingVersionError ||
    error instanceof LeadQueryError;
  process.exitCode = isWrongUse ? EXIT_WRONG_USE : 1;
}

function chooseConfig({ everyProvider }: { readonly everyProvider: boolean }): typeof config {
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
