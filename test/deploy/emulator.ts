import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcesses, Environment } from './child-processes.ts';

/** An account that does not exist, and where it is. The emulator takes an access key of 12 digits for its root. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** An emulated AWS account that listens. */
export interface Emulator {
  /** Of all services, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  readonly version: string;
  readonly logFile: string;
  /** What programs need to find it, and nothing of the real AWS of whoever runs the test. */
  readonly env: Environment;
}

const HYPERCORN = ['-m', 'hypercorn', '--keep-alive', '75'];
const START_MS = 60_000;
const POLL_MS = 100;

/**
 * Starts MiniStack on the loopback interface, with access rights enforced, and waits until it answers.
 *
 * @param folder for its files and those of the functions that it runs
 * @throws {Error} it ended, or did not answer in time; the message holds the end of its log
 */
export async function startEmulator(
  children: ChildProcesses,
  { python, folder, env }: { python: string; folder: string; env: Environment },
): Promise<Emulator> {
  const port = await freePort();
  const directories = { TMPDIR: 'tmp', S3_DATA_DIR: 's3', STATE_DIR: 'state' };
  const inFolder = Object.entries(directories).map(
    ([name, each]) => [name, path.join(folder, each)] as const,
  );
  for (const [, directory] of inFolder) mkdirSync(directory, { recursive: true });
  // It runs functions in there, by a script of its own that is CommonJS; the project's package.json says otherwise.
  writeFileSync(path.join(folder, directories.TMPDIR, 'package.json'), '{"type":"commonjs"}\n');
  const server = children.start(
    'emulator',
    [python, ...HYPERCORN, '--bind', `127.0.0.1:${port}`, 'emulator:app'],
    {
      env: {
        ...env,
        ...Object.fromEntries(inFolder),
        PYTHONPATH: import.meta.dirname,
        PYTHONDONTWRITEBYTECODE: '1',
        // Signatures are checked, and what a function does is held to its role.
        AUTH: 'true',
        MINISTACK_ACCOUNT_ID: ACCOUNT,
        MINISTACK_REGION: REGION,
        MINISTACK_HOST: 'localhost',
        GATEWAY_PORT: String(port),
        // No containers are wanted, and none of other programs are to be looked for.
        DOCKER_HOST: 'unix:///nonexistent',
      },
    },
  );
  const url = `http://localhost:${port}`;
  const version = await answers(url, server);
  return { url, version, logFile: server.logFile, env: clientEnv(url, env) };
}

function clientEnv(url: string, env: Environment): Environment {
  return {
    ...env,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'test',
    // Profiles could lead elsewhere.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_OPTIONS: `--import=${new URL('loopback-names.ts', import.meta.url).href}`,
  };
}

async function answers(
  url: string,
  server: { readonly logFile: string; readonly exitCode: () => number | undefined },
): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && server.exitCode() === undefined) {
    try {
      const response = await fetch(`${url}/_ministack/health`);
      const health = (await response.json()) as { version: string; auth: string };
      if (health.auth !== 'enabled') throw new Error('The emulator does not enforce access rights');
      return health.version;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`The emulator did not start:\n${lastLines(server.logFile, 30)}`);
}

/** The end of a log, its lines cut where they are long. */
export function lastLines(file: string, count: number): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  return lines.map((line) => line.slice(0, LINE_CHARACTERS_MAX)).join('\n');
}

const LINE_CHARACTERS_MAX = 240;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return address.port;
}
