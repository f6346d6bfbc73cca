import { cutText } from '../../../lambdas/core/normalize-text.ts';

/**
 * A value that somebody typed, in one line of a terminal: none may move the cursor of whoever reads it.
 *
 * @param lengthMax longer ones are cut, with a mark; in UTF-16 units
 */
export function oneLine(value: string, lengthMax: number): string {
  const line = value.replaceAll(/\s+/g, ' ').replaceAll(/\p{C}/gu, '�').trim();
  return line.length > lengthMax ? `${cutText(line, lengthMax - 1)}…` : line;
}
