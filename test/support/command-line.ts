import { execFile } from 'node:child_process';

const COMMAND_TIMEOUT_MS = 30_000;

/** What a command came to: its exit code, and what it printed. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a person does. */
export async function holdfast(...words: readonly string[]): Promise<CommandResult> {
  return await holdfastWith({}, ...words);
}

/** Runs the command line with these environment variables beside those of the test. */
export async function holdfastWith(
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<CommandResult> {
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      ['bin/holdfast.mjs', ...words],
      { timeout: COMMAND_TIMEOUT_MS, env: { ...process.env, ...env } },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}
