import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { listenOnLoopback, TAKEN_REMEDY } from './listen.ts';

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;
/** A database whose Holdfast was killed needs a moment to end, too. */
const PORT_PATIENCE_MS = 1_500;

/** DynamoDB on this machine. */
export interface DynamodbEmulator {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Where the local DynamoDB listens and keeps its data. */
export interface DynamodbEmulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** The database; without it, everything is in memory. */
  readonly dbFile?: string;
}

/**
 * Where dynoxide's program is.
 *
 * @returns `undefined` on platforms for which its package is not installed
 */
export function findDynoxide(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const packageFile = require.resolve('@dynoxide/linux-x64/package.json');
    return path.join(path.dirname(packageFile), 'dynoxide');
  } catch {
    return undefined;
  }
}

/**
 * Starts dynoxide as a child process on loopback and waits until it answers.
 *
 * The child ends with `stop`, and with this process however that ends, SIGKILL included. It leads a
 * process group of its own, so that Ctrl-C in a terminal does not end it before the leads in flight.
 *
 * @throws {PortTakenError}
 * @throws {Error} when it ends at once or does not answer within 10 s
 */
export async function startDynamodb(
  program: string,
  options: DynamodbEmulatorOptions,
): Promise<DynamodbEmulator> {
  const port = await claimPort(options.port);
  const child = spawn(
    program,
    [
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      ...(options.dbFile === undefined ? [] : ['--db-path', options.dbFile]),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const releaseWatch = watchOver(child);
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString('utf8')).slice(-2_000);
  });

  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await endProcess(child);
    releaseWatch();
  };
  try {
    await untilAnswering(url, child);
  } catch (error) {
    await stop();
    throw new Error(`The local DynamoDB did not start. ${lastWords.trim()}`, { cause: error });
  }
  return { url, port, stop };
}

// Nothing of ours runs after a SIGKILL, but the kernel closes our end of a pipe: a shell that waits for
// that then ends the child.
function watchOver(child: ChildProcess): () => void {
  if (child.pid === undefined) return () => {};
  const watch = spawn('sh', ['-c', 'cat > /dev/null; kill "$0"', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  return () => {
    watch.kill('SIGKILL');
    watch.stdin.destroy();
  };
}

async function untilAnswering(url: string, child: ChildProcess): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`dynoxide ended with code ${code}`)));
  });
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  const answering = async () => {
    while (Date.now() < deadlineMs) {
      // dynoxide announces itself on stderr before it listens, so the port is asked.
      if (await answers(url)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no answer within ${START_TIMEOUT_MS} ms`);
  };
  await Promise.race([answering(), failed]);
  failed.catch(() => {});
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(1_000) }).then((response) => response.text());
    return true;
  } catch {
    return false;
  }
}

// The program tells a taken port only in prose, so it is tried here first.
async function claimPort(port: number): Promise<number> {
  const deadlineMs = Date.now() + PORT_PATIENCE_MS;
  for (;;) {
    const probe = createServer();
    try {
      const claimed = await listenOnLoopback(probe, {
        port,
        what: 'the local DynamoDB',
        remedy: TAKEN_REMEDY,
      });
      await new Promise((resolve) => probe.close(resolve));
      return claimed;
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(patience);
}
