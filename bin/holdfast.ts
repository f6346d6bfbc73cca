import { Command, type CommanderError, InvalidArgumentError, Option } from 'commander';
import { config } from '../holdfast.config.ts';
import { FAILURE_CODES, type FailureClass, type FailureCode } from '../lambdas/core/failure.ts';
import { ReasonError } from '../lambdas/operations/execute-replay.ts';
import { FAILURE_CLASSES } from '../lambdas/operations/replay-selection.ts';
import { describeOperatorError } from '../local/operator/describe-operator-error.ts';
import { runBreaker } from '../local/operator/run-breaker.ts';
import { runReplay } from '../local/operator/run-replay.ts';
import type { TargetOptions } from '../local/operator/target.ts';
import { runSamples } from '../local/run-samples.ts';
import { runStart } from '../local/run-start.ts';
import { DEFAULT_PORT, FETCH_BLOCKED_PORTS, portsFrom } from '../local/start-pipeline.ts';
import { DEFAULT_SIMULATOR_PORT, runZohoSimulator } from '../local/zoho-simulator/run.ts';

const EXIT_WRONG_USE = 2;

const EXIT_CODES = `
Exit codes: 0 done, or a plan shown; 1 something failed; 2 wrong use, nothing was done.`;

/** The highest one that leaves room for the others above it. */
const PORT_MAX = 65_522;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const printError = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const program = new Command('holdfast')
  .description('Leads from form providers into Zoho CRM: none lost, none doubled.')
  .showHelpAfterError();

program
  .command('start')
  .description('run the whole pipeline on this machine')
  .option(
    '--port <port>',
    'port for webhooks; the others lie 10 to 13 above',
    parsePort,
    DEFAULT_PORT,
  )
  .option('--data-dir <directory>', 'where leads, queues and secrets are kept', '.holdfast')
  .option('--demo', 'send one lead of every source, show what arrived, and end', false)
  .option('--verbose', "print the functions' whole log", false)
  .action(async (options: StartOptions) => {
    process.exitCode = await runStart({ ...options, config, env: process.env, print });
  });

program
  .command('samples')
  .description('print commands that send a new lead of each source, signed')
  .argument('[source]', 'of this source only')
  .option('--port <port>', 'port for webhooks', parsePort, DEFAULT_PORT)
  .option('--data-dir <directory>', 'where the secrets are kept', '.holdfast')
  .action((source: string | undefined, options: Pick<StartOptions, 'port' | 'dataDir'>) => {
    const searchPath = process.env['PATH'] ?? '';
    runSamples({
      ...options,
      ...(source === undefined ? {} : { source }),
      config,
      searchPath,
      print,
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

operatorCommand(program, 'replay')
  .description('show what lies in quarantine and, with a reason, deliver it again under its keys')
  .option('--key <key...>', 'these leads, by idempotency key; quote them, they hold |')
  .option('--source <source>', 'of this source')
  .addOption(new Option('--class <class>', 'of this failure class').choices(FAILURE_CLASSES))
  .addOption(new Option('--code <code>', 'of this failure code').argParser(parseFailureCode))
  .option('--from <time>', 'received at this time or later, e.g. 2026-11-22T04:00Z', parseTime)
  .option('--to <time>', 'received before this time', parseTime)
  .option('--remap', 'read them again from the raw requests, with holdfast.config.ts as it is here')
  .addOption(
    new Option('--plan', 'show the plan only (so it is without --reason)').conflicts('reason'),
  )
  .option('--reason <text>', 'do it, and record this with each lead')
  .addHelpText('after', EXIT_CODES)
  .action(async (options: ReplayOptions) => {
    const { key, source, class: failureClass, code: failureCode, from, to } = options;
    process.exitCode = await runReplay({
      ...options,
      selection: {
        ...(key === undefined ? {} : { keys: key }),
        ...(source === undefined ? {} : { source }),
        ...(failureClass === undefined ? {} : { failureClass }),
        ...(failureCode === undefined ? {} : { failureCode }),
        ...(from === undefined ? {} : { receivedFromMs: from.ms }),
        ...(to === undefined ? {} : { receivedBeforeMs: to.ms }),
      },
      selectionOptions: [
        ...(key ?? []).flatMap((each) => ['--key', each]),
        ...(source === undefined ? [] : ['--source', source]),
        ...(failureClass === undefined ? [] : ['--class', failureClass]),
        ...(failureCode === undefined ? [] : ['--code', failureCode]),
        ...(from === undefined ? [] : ['--from', from.text]),
        ...(to === undefined ? [] : ['--to', to.text]),
      ],
      remap: options.remap === true,
      config,
      env: process.env,
      print,
      printError,
    });
  });

const breaker = program
  .command('breaker')
  .description('the switch that keeps deliveries from a Zoho that is down or refuses us');

for (const [action, description] of [
  ['status', 'say whether deliveries go on and, if not, why'],
  ['open', 'stop deliveries until somebody closes it; leads are taken in and wait'],
  ['close', 'let deliveries go on'],
] as const) {
  const command = operatorCommand(breaker, action).description(description);
  if (action !== 'status') command.requiredOption('--reason <text>', 'why; it is printed with who');
  command.addHelpText('after', EXIT_CODES).action(async (options: BreakerOptions) => {
    process.exitCode = await runBreaker({
      ...options,
      action,
      config,
      env: process.env,
      print,
      printError,
    });
  });
}

try {
  await program.parseAsync();
} catch (error) {
  printError(describeOperatorError(error));
  process.exitCode = error instanceof ReasonError ? EXIT_WRONG_USE : 1;
}

/** A command that works on the local pipeline or, with a stage, on a deployed one. */
function operatorCommand(parent: Command, name: string): Command {
  return parent
    .command(name)
    .option('--port <port>', "the local pipeline's port for webhooks", parsePort, DEFAULT_PORT)
    .option('--stage <stage>', 'a deployed stage instead, with your AWS credentials', parseStage)
    .addOption(new Option('--region <region>', "the stage's AWS region"))
    .addOption(new Option('--profile <profile>', 'the AWS profile to use'))
    .option('--json', 'print one JSON document instead of text', false)
    .option('--verbose', 'print the log as well, on standard error', false)
    .exitOverride((error: CommanderError) => {
      process.exit(error.exitCode === 0 ? 0 : EXIT_WRONG_USE);
    });
}

interface ReplayOptions extends TargetOptions {
  readonly key?: readonly string[];
  readonly source?: string;
  readonly class?: FailureClass;
  readonly code?: FailureCode;
  readonly from?: TypedTime;
  readonly to?: TypedTime;
  readonly remap?: true;
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface BreakerOptions extends TargetOptions {
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface TypedTime {
  readonly ms: number;
  readonly text: string;
}

function parseTime(text: string): TypedTime {
  // With a zone, or a day in UTC: what another machine's clock means must not decide which leads move.
  const isPlain =
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
  const ms = isPlain.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError(
      'It must be a day in UTC, 2026-11-22, or a time with its zone, 2026-11-22T04:00Z or 2026-11-22T04:00+01:00.',
    );
  }
  return { ms, text };
}

function parseFailureCode(text: string): FailureCode {
  const code = FAILURE_CODES.find((each) => each === text);
  if (code === undefined) {
    throw new InvalidArgumentError(`It must be one of ${FAILURE_CODES.join(', ')}.`);
  }
  return code;
}

function parseStage(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(text)) {
    throw new InvalidArgumentError('It must be the name that it was deployed under, such as prod.');
  }
  return text;
}

interface StartOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly demo: boolean;
  readonly verbose: boolean;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > PORT_MAX) {
    throw new InvalidArgumentError(
      `It must be a port number, 0 to ${PORT_MAX}; 0 takes any free one.`,
    );
  }
  const blocked = Object.values<number>({ ...portsFrom(port) }).find((each) =>
    FETCH_BLOCKED_PORTS.has(each),
  );
  if (blocked !== undefined) {
    throw new InvalidArgumentError(
      `It would need port ${blocked}, to which fetch and browsers do not connect; take another one.`,
    );
  }
  return port;
}
