import { vi } from 'vitest';

/** What the process has printed since the recording began: what Lambda would have put into the log group. */
export interface PrintedOutput {
  /** Whole lines, in order. */
  readonly lines: () => readonly string[];
}

const CONSOLE_METHODS = ['debug', 'info', 'log', 'warn', 'error', 'trace'] as const;

/**
 * Records everything that is printed, by Powertools, by the AWS SDK or by anybody, until `vi.restoreAllMocks`. None of
 * it reaches the terminal.
 */
export function recordPrintedOutput(): PrintedOutput {
  const chunks: string[] = [];
  const keep = (chunk: unknown): boolean => {
    chunks.push(chunk instanceof Uint8Array ? Buffer.from(chunk).toString('utf8') : String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  for (const method of CONSOLE_METHODS) {
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
      keep(`${parts.map(String).join(' ')}\n`);
    });
  }
  return {
    lines: () =>
      chunks
        .join('')
        .split('\n')
        .filter((line) => line.trim() !== ''),
  };
}
