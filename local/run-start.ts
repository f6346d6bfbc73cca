import path from 'node:path';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { readSwitch } from '../lambdas/runtime/environment.ts';
import type { Deployment } from '../lib/deployment.ts';
import { assertRelations } from '../lib/relations.ts';
import { STAGE_CONFIG } from '../lib/stage-config.ts';
import { findOnPath } from './samples/curl-command.ts';
import { findDynoxide } from './emulators/dynamodb.ts';
import { describePipeline, describeSamples, samplesHeading } from './greeting.ts';
import { findFreePort } from './find-free-port.ts';
import { formatLiveLine } from './live-lines.ts';
import { formatLogEntry, type LogEntry, openLogFile } from './local-log.ts';
import { type RunDemoOptions, runDemo } from './run-demo.ts';
import { newId } from './samples/sample-lead.ts';
import { type Pipeline, portsFrom, startPipeline } from './start-pipeline.ts';

const SIGNAL_ECHO_MS = 1_000;

/** How the pipeline is to run in a terminal. */
export interface RunStartOptions {
  readonly config: HoldfastConfig;
  /** Of the HTTP endpoint; 0 takes one that is free, with its neighbours. See `portsFrom`. */
  readonly port: number;
  readonly dataDir: string;
  /** What `npm run samples` must be told to print commands for the pipeline at that port, as it is typed into a shell. */
  readonly samplesOptions: (port: number) => readonly string[];
  /** Send a lead of every source, report, and end. */
  readonly demo: boolean;
  /** Print the functions' whole log between the lines. */
  readonly verbose: boolean;
  /** `ZOHO_ENABLED` and `AWS_ENDPOINT_URL_DYNAMODB` are read; `PATH` to find openssl. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
}

/**
 * Runs the pipeline in a terminal until it is told to stop, or for one demonstration.
 *
 * @returns the exit code: 0, or 1 for a demonstration in which a lead did not arrive
 * @throws {PortTakenError} with the port and what to do
 * @throws {ConfigError}
 * @throws {SettingError} settings do not go together
 */
export async function runStart(options: RunStartOptions): Promise<number> {
  const { config, env, print } = options;
  const zohoEnabled = readSwitch('ZOHO_ENABLED', env['ZOHO_ENABLED'] ?? 'true');
  assertRelations({ config, stage: STAGE_CONFIG, deployment: localDeployment(zohoEnabled) });
  const dataDir = path.resolve(options.dataDir);
  const listeners = new Set<(entry: LogEntry) => void>();
  const pipeline = await startPipeline({
    config,
    dataDir,
    ports: portsFrom(options.port === 0 ? await findFreePort() : options.port),
    dynamodb: { program: findDynoxide(), endpoint: env['AWS_ENDPOINT_URL_DYNAMODB'] },
    zohoEnabled,
    onLog: (entry) => {
      for (const listen of listeners) listen(entry);
    },
  });
  const logFile = openLogFile(path.join(dataDir, 'holdfast.log'));
  listeners.add((entry) => logFile.write(entry));
  listeners.add((entry) => printEntry(entry, options));

  for (const line of describePipeline(pipeline, dataDir, zohoEnabled)) print(line);
  try {
    return options.demo
      ? await demonstrate(pipeline, listeners, options)
      : await serve(pipeline, options);
  } finally {
    await pipeline.stop();
    await logFile.close();
  }
}

/** What relations between settings are checked for here, so that a wrong one is not met at synth first. */
function localDeployment(isZohoEnabled: boolean): Deployment {
  return { stage: 'local', isProduction: false, isDisposable: true, isZohoEnabled };
}

function printEntry(entry: LogEntry, { verbose, print }: RunStartOptions): void {
  if (verbose) {
    print(formatLogEntry(entry));
    return;
  }
  const line = formatLiveLine(entry);
  if (line !== undefined) print(line);
  else if (entry.level === 'error')
    print(`${entry.at.toTimeString().slice(0, 8)}  error        ${entry.message}`);
}

async function demonstrate(
  pipeline: Pipeline,
  listeners: Set<(entry: LogEntry) => void>,
  { config, print }: RunStartOptions,
): Promise<number> {
  const demo: RunDemoOptions = { config, pipeline, newId, print };
  return runDemo(demo, (listen) => listeners.add(listen));
}

async function serve(
  pipeline: Pipeline,
  { config, env, print, samplesOptions }: RunStartOptions,
): Promise<number> {
  const stopped = untilToldToStop();
  const samples = describeSamples({
    config,
    endpoint: pipeline.endpoint,
    providerApisUrl: pipeline.providerApis.url,
    sourceSecret: pipeline.sourceSecret,
    nowMs: Date.now(),
    newId,
    hasOpenssl: findOnPath('openssl', env['PATH'] ?? ''),
  });
  for (const line of [
    ...samplesHeading(samplesOptions(Number(new URL(pipeline.endpoint).port))),
    ...samples,
    'Leads appear here as they move. Ctrl-C stops.',
    '',
  ]) {
    print(line);
  }
  const waiting = await pipeline.countQueued();
  if (waiting > 0) {
    const leaseSeconds = Math.ceil(config.delivery.claimLeaseMs / 1_000);
    print(`Leads from before that are on their way: ${waiting}. One that was being delivered`);
    print(`when Holdfast was killed is taken up when its claim ends, within ${leaseSeconds} s.`);
  }

  // What was held or left behind need not wait for the first minute to pass.
  await pipeline.sweep();

  await stopped;
  print('Stopping: leads in flight are finished first. Start again with the same data to go on.');
  return 0;
}

// npm passes on a Ctrl-C that the terminal has sent to us already, so a second signal counts as
// impatience only when it comes later.
async function untilToldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = () => {
      firstAtMs ??= Date.now();
      if (Date.now() - firstAtMs > SIGNAL_ECHO_MS) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
