import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The variables of a process, whole: nothing of the caller's own comes along unless it is put in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command came to. */
export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How a command is run. */
export interface CommandOptions {
  readonly env: Environment;
  /** Given to it on standard input. */
  readonly input?: string;
}

/** Starts programs and ends them, whatever happens to the test: each is a group of its own, known by its id. */
export interface ChildProcesses {
  /** Runs a command to its end. What it printed lies in the folder of logs as well. */
  run(name: string, words: readonly string[], options: CommandOptions): Promise<CommandOutcome>;
  /** Starts a server, whose output goes into a file. */
  start(name: string, words: readonly string[], options: CommandOptions): StartedProcess;
  /** Ends all that still runs, and waits for it. */
  stopAll(): Promise<void>;
  /** Ends all that still runs at once; for a process that is about to end itself. */
  killAll(): void;
}

/** A server that was started. */
export interface StartedProcess {
  readonly logFile: string;
  /** Its exit code, once it has ended. */
  readonly exitCode: () => number | undefined;
}

const GRACE_MS = 5_000;

/** @param cwd where programs run @param logFolder made when it is not there */
export function createChildProcesses(cwd: string, logFolder: string): ChildProcesses {
  const running = new Set<ChildProcess>();
  mkdirSync(logFolder, { recursive: true });
  let count = 0;

  const spawnTo = (name: string, words: readonly string[], { env, input }: CommandOptions) => {
    count += 1;
    const [program = '', ...args] = words;
    const logFile = path.join(logFolder, `${String(count).padStart(2, '0')}-${name}.log`);
    const errFile = logFile.replace(/\.log$/, '.err.log');
    const out = openSync(logFile, 'w');
    const err = openSync(errFile, 'w');
    const child = spawn(program, args, {
      cwd,
      env: { ...env },
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', out, err],
    });
    closeSync(out);
    closeSync(err);
    running.add(child);
    child.once('close', () => running.delete(child));
    if (input !== undefined) child.stdin?.end(input);
    return { child, logFile, errFile };
  };

  return {
    run: async (name, words, options) => {
      const { child, logFile, errFile } = spawnTo(name, words, options);
      const code = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (exit) => resolve(exit ?? 1));
      });
      return { code, out: readFileSync(logFile, 'utf8'), err: readFileSync(errFile, 'utf8') };
    },
    start: (name, words, options) => {
      const { child, errFile } = spawnTo(name, words, options);
      // It is looked for by who waits for the server to answer.
      child.once('error', () => running.delete(child));
      return { logFile: errFile, exitCode: () => child.exitCode ?? undefined };
    },
    stopAll: async () => {
      const ended = [...running].map(
        async (child) => await new Promise((resolve) => child.once('close', resolve)),
      );
      for (const child of running) signalGroup(child, 'SIGTERM');
      await Promise.race([Promise.all(ended), sleep(GRACE_MS, undefined, { ref: false })]);
      for (const child of running) signalGroup(child, 'SIGKILL');
    },
    killAll: () => {
      for (const child of running) signalGroup(child, 'SIGKILL');
    },
  };
}

/** The group: a server's own children end with it. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
