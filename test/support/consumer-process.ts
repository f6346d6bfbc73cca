import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ConsumerSetup } from '../../local/start-consumer.ts';

/** A consumer in a process of its own. */
export interface ConsumerProcess {
  /** Ends it as a crash would: nothing of it runs any more when this resolves. */
  readonly kill: () => Promise<void>;
}

/** Starts a consumer and waits until it reads its queue. */
export async function startConsumerProcess(setup: ConsumerSetup): Promise<ConsumerProcess> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-consumer-'));
  const setupFile = path.join(directory, 'setup.json');
  writeFileSync(setupFile, JSON.stringify(setup), { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('../../bin/consumer.ts', import.meta.url)),
      setupFile,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  // The log is read to its end: a full pipe would hold the consumer up.
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve) => lines.once('line', () => resolve()));
  const failed = exited.then(([code]) => {
    throw new Error(`the consumer ended with ${String(code)} before it was ready`);
  });
  try {
    await Promise.race([ready, failed]);
  } catch (error) {
    await kill();
    throw error;
  }
  failed.catch(() => {});
  return { kill };
}
