/** Control characters but for line breaks and tabs, and characters that turn the direction of what follows. */
const COMMANDING = /(?![\n\t])\p{Cc}|[\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A line as it may go to a terminal: characters that command it are shown as `\u001b` in their place.
 *
 * What senders wrote is part of what operators look at, and a form field must not be able to move the cursor, set
 * the window's title or make a line look like another one. In JSON it is the same string, spelled otherwise.
 */
export function printable(line: string): string {
  return line.replaceAll(
    COMMANDING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Prints lines of the command line. All that it says goes through here, so that none of it commands the terminal.
 *
 * @param stream standard output, or standard error
 */
export function linePrinter(stream: { write(text: string): unknown }): (line: string) => void {
  return (line) => {
    stream.write(`${printable(line)}\n`);
  };
}
