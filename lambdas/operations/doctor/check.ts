import { HoldfastError } from '../../core/errors.ts';

/** What a check is about, in the order in which they are shown. */
export const CHECK_AREAS = [
  'installation',
  'secrets',
  'zoho',
  'delivery',
  'queues',
  'table',
  'alarms',
  'clock',
] as const;

/** One of `CHECK_AREAS`. */
export type CheckArea = (typeof CHECK_AREAS)[number];

/**
 * How something stands.
 *
 * - `ok`: as it should be
 * - `warning`: it works, and somebody should look; or it could not be looked at
 * - `problem`: leads are late, set aside or not heard of, or will be
 * - `not_here`: there is no such thing on this machine
 */
export type CheckStatus = 'ok' | 'warning' | 'problem' | 'not_here';

/** What a check has found. */
export interface Check {
  /** Stable, for programs: `queues.redrive`. */
  readonly id: string;
  readonly area: CheckArea;
  readonly status: CheckStatus;
  /** One sentence for a person. */
  readonly sentence: string;
  /** What to do; there is one for each warning and problem. */
  readonly remedy?: string;
}

/** Makes the checks of one area. */
export interface CheckMaker {
  ok(name: string, sentence: string): Check;
  warning(name: string, sentence: string, remedy: string): Check;
  problem(name: string, sentence: string, remedy: string): Check;
  notHere(name: string, sentence: string): Check;
}

/** Makes checks of an area. */
export function checksOf(area: CheckArea): CheckMaker {
  const make = (status: CheckStatus, name: string, sentence: string): Check => ({
    id: `${area}.${name}`,
    area,
    status,
    sentence,
  });
  return {
    ok: (name, sentence) => make('ok', name, sentence),
    warning: (name, sentence, remedy) => ({ ...make('warning', name, sentence), remedy }),
    problem: (name, sentence, remedy) => ({ ...make('problem', name, sentence), remedy }),
    notHere: (name, sentence) => make('not_here', name, sentence),
  };
}

/** Something may not be looked at: whoever looks lacks the right to it. */
export class LookDeniedError extends HoldfastError {
  /** @param why what refused, in its own words */
  constructor(why: string, cause?: unknown) {
    super('look_denied', why, { cause });
  }
}

/** Codes with which AWS's services say that the right is missing. */
const DENIED_CODES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'UnauthorizedOperation',
]);

/** Whether a code of AWS's says that the right is missing. */
export function isDeniedCode(code: string): boolean {
  return DENIED_CODES.has(code);
}

/** A question of the doctor's: what is looked at, and the right that it takes. */
export interface Look {
  readonly area: CheckArea;
  /** Of the check that is made when it cannot be looked at. */
  readonly name: string;
  /** What is looked at, as the object of a sentence: `the queues`. */
  readonly what: string;
  /** The AWS actions that it takes; none for what is not in AWS. */
  readonly needs: readonly string[];
  run(): Promise<readonly Check[]>;
}

/**
 * Looks at one thing. What cannot be looked at is a warning, and keeps nothing else from being looked at.
 *
 * @throws whatever is a fault of ours
 */
export async function take(look: Look): Promise<readonly Check[]> {
  try {
    return await look.run();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const maker = checksOf(look.area);
    const cause = error instanceof LookDeniedError ? '' : causeOf(error);
    const sentence = `Could not look at ${look.what}: ${withoutEnd(error.message)}${cause}.`;
    const needs = look.needs.length === 0 ? '' : ` (it needs ${look.needs.join(', ')})`;
    return error instanceof LookDeniedError || isDeniedCode(cause.slice(2))
      ? [maker.warning(look.name, sentence, `Ask for the right to look at it${needs}.`)]
      : [maker.warning(look.name, sentence, 'Try again; if it stays so, look at it by hand.')];
  }
}

/** What a store answered, where our own error holds it. */
function causeOf({ cause }: HoldfastError): string {
  return cause instanceof Error ? `: ${cause.name}` : '';
}

function withoutEnd(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
