import { HoldfastError } from './errors.ts';

/** A place as V8 writes it, with or without the function's name. */
const PLACE =
  /^\s+at (?:async )?(?:[^()]{1,200} \()?(?:(?:[a-z]+:|\/|\\|[A-Za-z]:\\|[\w.-]+\.[cm]?[jt]s:)[^\s()]*|<anonymous>|native|index \d+)\)?$/;

const PLACES_MAX = 8;

/** An error's name and code are words of a program. Whatever holds anything else may be a value. */
const WORD = /^[A-Za-z0-9_.$-]{1,80}$/;

/**
 * What a log may tell of an error: its name, code and place, and the message if the error is ours. A
 * foreign message may quote what it met, which may be a lead; so may its code, its name, and the stack, which
 * repeats the message.
 *
 * @returns fields for a log line, `error_*`
 */
export function describeCause(cause: unknown): Readonly<Record<string, unknown>> {
  if (cause === undefined) return {};
  if (!(cause instanceof Error)) return { error_name: typeof cause };
  return {
    error_name: wordOf(cause.name),
    ...(cause instanceof HoldfastError ? { error_message: cause.message } : {}),
    ...('code' in cause ? { error_code: wordOf(String(cause.code)) } : {}),
    ...(cause.cause instanceof Error ? { error_cause: wordOf(cause.cause.name) } : {}),
    error_stack: placesOf(cause),
  };
}

function wordOf(text: string): string {
  return WORD.test(text) ? text : 'other';
}

/** A line of the message may look like a place: the message is taken out first. */
function placesOf({ stack = '', message }: Error): readonly string[] {
  const start = message === '' ? -1 : stack.indexOf(message);
  const places = start === -1 ? stack : stack.slice(start + message.length);
  return places
    .split('\n')
    .filter((line) => PLACE.test(line))
    .slice(0, PLACES_MAX)
    .map((line) => line.trim());
}
