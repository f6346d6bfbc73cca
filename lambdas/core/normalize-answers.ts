import type { Answer } from './lead-event.ts';
import { cutText } from './normalize-text.ts';

/** Stands behind the last answer when not all of them fit. */
const CUT_MARK: Answer = {
  key: '_cut',
  value: 'The answers were too long to keep here; the raw event holds all of them.',
};

/**
 * Fits answers into an item of the event store: in their order, the first ones whole, the one that no
 * longer fits cut, and a mark that says so. The raw event holds all.
 *
 * @param bytesMax room for the answers as JSON in UTF-8
 */
export function fitAnswers(answers: readonly Answer[], bytesMax: number): Answer[] {
  const kept: Answer[] = [];
  let bytesLeft = bytesMax;

  for (const answer of answers) {
    const bytes = jsonBytes(answer) + 1;
    if (bytes > bytesLeft) {
      const cut = cutAnswer(answer, bytesLeft);
      return cut === undefined ? [...kept, CUT_MARK] : [...kept, cut, CUT_MARK];
    }
    kept.push(answer);
    bytesLeft -= bytes;
  }
  return kept;
}

/** Bytes of a value as JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function cutAnswer(answer: Answer, bytesLeft: number): Answer | undefined {
  // A UTF-16 unit takes 6 bytes as JSON at most (`\u0000`), so this length fits without measuring.
  const room = bytesLeft - jsonBytes({ ...answer, value: '' });
  const length = Math.floor(room / 6);
  if (length < 1 || typeof answer.value !== 'string') return undefined;
  return { ...answer, value: cutText(answer.value, length) };
}
