import { spawn } from 'node:child_process';
import { type Verdict, verdictOf } from './verdict.ts';

/** How much of the simulation is run. */
export interface SimulationRun {
  /** The first of them is seed 1. */
  readonly seeds: number;
  /** A run that takes longer is ended, and has no verdict. */
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** Runs the simulation of a source copy, in a process of its own, until it first breaks an invariant. */
export async function runSimulation(directory: string, run: SimulationRun): Promise<Verdict> {
  const timeout = AbortSignal.timeout(run.timeoutMs);
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      'local/mutants/first-violation.ts',
      String(run.seeds),
    ],
    {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A mutant may loop without end, and then hears no other signal.
      killSignal: 'SIGKILL',
      signal: AbortSignal.any([run.signal, timeout]),
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

  return await new Promise((resolve) => {
    let failed: Error | undefined;
    child.once('error', (error) => {
      failed = error;
      if (child.pid === undefined) resolve({ kind: 'no_verdict', reason: error.message });
    });
    child.once('close', (exitCode) => {
      resolve(
        verdictOf({
          exitCode,
          stdout,
          stderr: failed === undefined ? stderr : failed.message,
          ...(timeout.aborted && exitCode === null ? { timedOutAfterMs: run.timeoutMs } : {}),
        }),
      );
    });
  });
}
