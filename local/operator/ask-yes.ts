import { createInterface } from 'node:readline/promises';

/**
 * Asks a person who sits at a terminal for a yes; anything else is a no. The question goes to standard error, so that
 * what a command prints can be piped.
 */
export async function askYes(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
