import { parseDeliveryMessage } from '../../core/delivery-message.ts';
import type { Clock } from '../../core/ports/world.ts';

/** A dead letter that was taken from its queue. */
export interface TakenLetter {
  readonly handle: string;
  readonly body: string;
}

/** The dead-letter queue as an operator's tool goes through it. */
export interface DeadLetterBrowser {
  /**
   * Takes up to 10 letters.
   *
   * @param hiddenSeconds for how long nobody else sees them
   * @returns none when none is visible for the moment, which the next call may see otherwise
   */
  take(hiddenSeconds: number): Promise<readonly TakenLetter[]>;
  /** Deletes letters, 10 at most. */
  remove(handles: readonly string[]): Promise<void>;
  /** Shows letters to everybody again, 10 at most. */
  giveBack(handles: readonly string[]): Promise<void>;
}

/** Whose letters are no longer true. */
export interface OutdatedLetters {
  /** Event key → the quarantine that was opened. */
  readonly opened: ReadonlyMap<string, string>;
  /** Keys of events that have been delivered: none of their letters is true. */
  readonly delivered: ReadonlySet<string>;
}

/** What became of the letters. */
export interface LetterRemoval {
  readonly removed: number;
  /** The queue was looked through: every outdated letter that lay there is gone. */
  readonly isComplete: boolean;
}

/** Ten letters each: more than the alarm lets pile up unnoticed, few enough to go through in minutes. */
const TAKES_MAX = 2_000;

/** Letters stay hidden until this is over and they are given back. */
const PATIENCE_MS = 240_000;
const HIDDEN_SECONDS = 300;

/** A queue may say once that it is empty when it is not. */
const EMPTY_TAKES = 2;

const HANDLES_MAX = 10;

/**
 * Removes the dead letters of quarantines that were opened, so that the alarm on the queue tells of leads that
 * still need a person. Every other letter is given back.
 *
 * @throws {StoreUnavailableError} the queue failed; letters that were taken show again within minutes
 */
export async function removeDeadLetters(
  outdated: OutdatedLetters,
  browser: DeadLetterBrowser,
  clock: Pick<Clock, 'nowMs'>,
): Promise<LetterRemoval> {
  const missing = new Set(outdated.opened.keys());
  const kept: string[] = [];
  const untilMs = clock.nowMs() + PATIENCE_MS;
  let removed = 0;
  let emptyTakes = 0;
  const isDone = () => missing.size === 0 && outdated.delivered.size === 0;
  try {
    for (let takes = 0; takes < TAKES_MAX && !isDone() && clock.nowMs() < untilMs; takes += 1) {
      const letters = await browser.take(HIDDEN_SECONDS);
      emptyTakes = letters.length === 0 ? emptyTakes + 1 : 0;
      if (emptyTakes === EMPTY_TAKES) break;
      const gone: string[] = [];
      for (const letter of letters) {
        const key = outdatedKeyOf(letter, outdated);
        (key === undefined ? kept : gone).push(letter.handle);
        if (key !== undefined) missing.delete(key);
      }
      if (gone.length > 0) await browser.remove(gone);
      removed += gone.length;
    }
  } finally {
    for (let start = 0; start < kept.length; start += HANDLES_MAX) {
      await browser.giveBack(kept.slice(start, start + HANDLES_MAX));
    }
  }
  return { removed, isComplete: isDone() || emptyTakes === EMPTY_TAKES };
}

function outdatedKeyOf(letter: TakenLetter, outdated: OutdatedLetters): string | undefined {
  const message = parseDeliveryMessage(letter.body);
  if (message === undefined) return undefined;
  const { idempotency_key: key, quarantine_id: quarantineId } = message;
  const isOpened = quarantineId !== undefined && outdated.opened.get(key) === quarantineId;
  return isOpened || outdated.delivered.has(key) ? key : undefined;
}
