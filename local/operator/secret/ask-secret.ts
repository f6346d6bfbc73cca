import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { OperatorError } from '../operator-error.ts';

/** Asks a person, or whatever writes to this process, for something that must not be seen. */
export interface SecretPrompt {
  /**
   * @returns one line, without the blanks around it
   * @throws {OperatorError} there is no line any more
   */
  ask(question: string): Promise<string>;
  close(): void;
}

/**
 * Reads secrets from a terminal without an echo, or line by line from a pipe. They never come from an argument:
 * those stand in the shell's history and in the list of processes.
 *
 * @param print shows the question: on standard error, so that the result can be piped on
 */
export function openSecretPrompt(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  print: (text: string) => void,
): SecretPrompt {
  // What the terminal would echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: input.isTTY === true });
  const unread = lines[Symbol.asyncIterator]();
  lines.once('SIGINT', () => {
    lines.close();
  });
  return {
    ask: async (question) => {
      print(question);
      const line = await unread.next();
      if (input.isTTY === true) print('\n');
      if (line.done === true) throw new OperatorError('No secret was given; nothing was changed.');
      return line.value.trim();
    },
    close: () => lines.close(),
  };
}
