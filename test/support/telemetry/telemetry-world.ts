import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { createPowertoolsLog } from '../../../lambdas/aws/powertools-log.ts';
import { createPowertoolsMetrics } from '../../../lambdas/aws/powertools-metrics.ts';
import { systemClock, systemIds } from '../../../lambdas/runtime/system.ts';
import { openSecretFile } from '../../../local/emulators/secret-file.ts';
import { LOCAL_SECRET_IDS } from '../../../local/local-secrets.ts';
import type { PipelineOptions } from '../../../local/start-pipeline.ts';
import { type PipelineInput, startTestPipeline, type TestPipeline } from '../running-pipeline.ts';
import { lambdaErrorLine } from './lambda-error-line.ts';
import type { Forbidden, Told } from './leak-search.ts';
import { type PrintedOutput, recordPrintedOutput } from './printed-output.ts';
import { valuesOf } from './text-values.ts';
import { type WatchedAws, watchAws } from './watched-aws.ts';
import { type WatchedFetch, watchFetch } from './watched-fetch.ts';

/** Headers with which a browser tells of a person; an HTTP API hands all of them to the function. */
const BROWSER_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': 'PersonsOwnBrowser/77.1 (Telephone of a person)',
  'x-forwarded-for': '203.0.113.77, 2001:db8::7a77',
  'cf-connecting-ip': '203.0.113.78',
  cookie: 'session=persons-own-session-cookie',
  referer: 'https://www.example.com/form?invited_by=persons.friend%40example.com',
  'x-persons-own-header': 'whatever a proxy may add of a person',
};

/** Where the next call of a function breaks, as if its code were wrong. */
export interface Crashes {
  /** After so many ids that it was given, the consumer gets an error in place of one. */
  consumerIdsIn?: { left: number; error: Error };
  /** In place of what time it is. */
  intakeClock?: Error;
  /** In place of the first id of a request. */
  intakeIds?: Error;
  sweeperClock?: Error;
}

/** What a world is made of beside the pipeline's own settings. */
export interface TelemetryWorldInput extends Omit<PipelineInput, 'options'> {
  readonly dataDir?: string;
  /** Source → its secret, where it is not to be a random one. */
  readonly secrets?: Readonly<Record<string, object>>;
}

/** The real functions with the real log and metrics, everything that they told, and all that they may not tell. */
export interface TelemetryWorld extends TestPipeline {
  readonly aws: WatchedAws;
  readonly http: WatchedFetch;
  readonly crashes: Crashes;
  readonly printed: PrintedOutput;
  /** What time intake takes it to be; that of the machine while it is undefined. */
  readonly intakeTime: { ms?: number };
  /** Everything that has left the functions by now, piece by piece. */
  readonly told: () => readonly Told[];
  /** Forbids what stands for a person, to be told anywhere, the keys of events included. */
  readonly forbidPerson: (what: string, ...values: readonly string[]) => void;
  /** Forbids each value that a text holds; what a sender calls its submission may stand in the event's key. */
  readonly forbidValues: (what: string, ...texts: readonly string[]) => void;
  /** Secrets: those of the sources, of Zoho, of the installation, and the tokens that were given. */
  readonly forbidden: () => {
    readonly persons: readonly Forbidden[];
    readonly values: readonly Forbidden[];
    readonly secrets: readonly Forbidden[];
  };
  /** A source's secrets, as they are now. */
  readonly secretOf: (source: string) => { readonly current?: string; readonly previous?: string };
  /** Changes a source's secret while the functions run; they see it when they next read it. */
  readonly setSecret: (source: string, secret: object) => void;
  /** A call of a function that a test made ended in this: Lambda would log it. */
  readonly noteFailure: (error: unknown) => void;
  readonly sendRaw: (
    path: string,
    init: {
      method?: string;
      headers?: Record<string, string>;
      body?: string | Uint8Array<ArrayBuffer>;
    },
  ) => Promise<{ status: number; body: string }>;
}

/** Starts it. Printing and the SDK are watched until `vi.restoreAllMocks`. */
export async function startTelemetryWorld(input: TelemetryWorldInput): Promise<TelemetryWorld> {
  const printed = recordPrintedOutput();
  const aws = watchAws();
  const http = watchFetch();
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
  const dataDir = input.dataDir ?? mkdtempSync(path.join(tmpdir(), 'holdfast-telemetry-'));
  const secretFile = openSecretFile(path.join(dataDir, 'secrets.json'));
  const setSecret = (source: string, secret: object): void => {
    secretFile.set(`${LOCAL_SECRET_IDS.sourcePrefix}${source}`, JSON.stringify(secret));
  };
  for (const [source, secret] of Object.entries(input.secrets ?? {})) setSecret(source, secret);

  const crashes: Crashes = {};
  const intakeTime: { ms?: number } = {};
  const failures: string[] = [];
  const { dataDir: _dir, secrets: _secrets, ...settings } = input;
  const running = await startTestPipeline({
    ...settings,
    options: {
      dataDir,
      // A failure of the function itself: Lambda would log the error.
      onLog: ({ cause }) => failures.push(lambdaErrorLine(cause)),
      overrides: buildOverrides(crashes, intakeTime),
    },
  });

  const answers: string[] = [];
  const persons = new Map<string, string>();
  const values = new Map<string, string>();
  const allSecrets = (): Forbidden[] => {
    const ids = [LOCAL_SECRET_IDS.zoho, LOCAL_SECRET_IDS.pepper];
    const sources = Object.keys(running.config.sources).map(
      (source) => `${LOCAL_SECRET_IDS.sourcePrefix}${source}`,
    );
    const kept = [...ids, ...sources].flatMap((id) =>
      valuesOf(secretFile.get(id) ?? '').map((value) => ({
        what: `a value of the secret ${id}`,
        value,
      })),
    );
    return [...kept, ...http.tokens().map((value) => ({ what: 'an access token', value }))];
  };
  const keep = (status: number, headers: Headers, body: string): void => {
    answers.push(JSON.stringify({ status, headers: Object.fromEntries(headers), body }));
  };

  return {
    ...running,
    aws,
    http,
    crashes,
    printed,
    intakeTime,
    setSecret,
    noteFailure: (error) => {
      failures.push(lambdaErrorLine(error));
    },
    secretOf: (source) =>
      JSON.parse(secretFile.get(`${LOCAL_SECRET_IDS.sourcePrefix}${source}`) ?? '{}') as object,
    forbidPerson: (what, ...texts) => {
      for (const value of texts) persons.set(value, what);
    },
    forbidValues: (what, ...texts) => {
      for (const value of texts.flatMap((text) => valuesOf(text))) values.set(value, what);
    },
    told: () => [
      ...printed.lines().map((text) => ({ where: whereOf(text), text })),
      ...aws.sent().map((text) => ({ where: 'a message on a queue', text })),
      ...answers.map((text) => ({ where: 'an answer to a sender', text })),
      ...failures.map((text) => ({ where: 'what Lambda logs of a failed call', text })),
    ],
    forbidden: () => ({
      persons: listed(persons),
      values: listed(values),
      secrets: allSecrets(),
    }),
    post: async (sample, change?: Parameters<TestPipeline['post']>[1]) => {
      const answer = await running.post(sample, {
        ...change,
        headers: { ...BROWSER_HEADERS, ...change?.headers },
      });
      keep(answer.status, answer.headers, answer.body);
      return answer;
    },
    sendRaw: async (target, { method = 'POST', headers = {}, body }) => {
      const answer = await fetch(`${running.pipeline.endpoint}${target}`, {
        method,
        headers: { ...BROWSER_HEADERS, ...headers },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.text();
      keep(answer.status, answer.headers, text);
      return { status: answer.status, body: text };
    },
    stop: async (isKept) => {
      await running.stop(isKept);
      http.restore();
    },
  };
}

function buildOverrides(
  crashes: Crashes,
  intakeTime: { readonly ms?: number },
): NonNullable<PipelineOptions['overrides']> {
  return {
    intake: {
      log: createPowertoolsLog('intake', 'local'),
      metrics: createPowertoolsMetrics('intake'),
      clock: {
        nowMs: () => {
          throwOnce(crashes, 'intakeClock');
          return intakeTime.ms ?? Date.now();
        },
      },
      ids: {
        next: () => {
          throwOnce(crashes, 'intakeIds');
          return systemIds.next();
        },
      },
    },
    consumer: {
      log: createPowertoolsLog('consumer', 'local'),
      metrics: createPowertoolsMetrics('consumer'),
      ids: { next: () => nextConsumerId(crashes) },
    },
    sweeper: {
      log: createPowertoolsLog('sweeper', 'local'),
      metrics: createPowertoolsMetrics('sweeper'),
      clock: {
        ...systemClock,
        nowMs: () => {
          throwOnce(crashes, 'sweeperClock');
          return Date.now();
        },
      },
    },
  };
}

function listed(values: ReadonlyMap<string, string>): readonly Forbidden[] {
  return [...values].map(([value, what]) => ({ what, value }));
}

function throwOnce(crashes: Crashes, name: 'intakeClock' | 'intakeIds' | 'sweeperClock'): void {
  const error = crashes[name];
  if (error === undefined) return;
  delete crashes[name];
  throw error;
}

function nextConsumerId(crashes: Crashes): string {
  const crash = crashes.consumerIdsIn;
  if (crash === undefined) return systemIds.next();
  if (crash.left > 0) {
    crash.left -= 1;
    return systemIds.next();
  }
  delete crashes.consumerIdsIn;
  throw crash.error;
}

function whereOf(line: string): string {
  if (line.includes('"_aws"')) return 'a line of metrics';
  const service = /"service":"([a-z]+)"/.exec(line)?.[1];
  return service === undefined ? 'a printed line' : `a log line of ${service}`;
}
