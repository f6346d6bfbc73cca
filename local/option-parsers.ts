import { InvalidArgumentError } from 'commander';
import { FAILURE_CODES, type FailureCode } from '../lambdas/core/failure.ts';
import { FETCH_BLOCKED_PORTS, portsFrom } from './start-pipeline.ts';

/** The highest one that leaves room for the others above it. */
const PORT_MAX = 65_520;

/**
 * Reads the port of a pipeline's webhooks.
 *
 * @throws {InvalidArgumentError}
 */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > PORT_MAX) {
    throw new InvalidArgumentError(
      `It must be a port number, 0 to ${PORT_MAX}; 0 takes any free one.`,
    );
  }
  const blocked = Object.values<number>({ ...portsFrom(port) }).find((each) =>
    FETCH_BLOCKED_PORTS.has(each),
  );
  if (blocked !== undefined) {
    throw new InvalidArgumentError(
      `It would need port ${blocked}, to which fetch and browsers do not connect; take another one.`,
    );
  }
  return port;
}

/** A time as it was typed, and as epoch milliseconds. */
export interface TypedTime {
  readonly ms: number;
  readonly text: string;
}

/**
 * Reads a time.
 *
 * @throws {InvalidArgumentError} it is neither a day nor a time with its zone
 */
export function parseTime(text: string): TypedTime {
  // With a zone, or a day in UTC: what another machine's clock means must not decide which leads move.
  const isPlain =
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
  const ms = isPlain.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError(
      'It must be a day in UTC, 2026-11-22, or a time with its zone, 2026-11-22T04:00Z or 2026-11-22T04:00+01:00.',
    );
  }
  return { ms, text };
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a span of time in minutes, hours or days: `30m`, `2h`, `1d`.
 *
 * @returns milliseconds, more than 0
 * @throws {InvalidArgumentError} it is something else
 */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'm' && unit !== 'h' && unit !== 'd')) {
    throw new InvalidArgumentError('It must be a number of minutes, hours or days: 30m, 2h or 1d.');
  }
  return Number(count) * UNIT_MS[unit];
}

/**
 * Reads a failure code.
 *
 * @throws {InvalidArgumentError} there is no such code
 */
export function parseFailureCode(text: string): FailureCode {
  const code = FAILURE_CODES.find((each) => each === text);
  if (code === undefined) {
    throw new InvalidArgumentError(`It must be one of ${FAILURE_CODES.join(', ')}.`);
  }
  return code;
}

/**
 * Builds what reads a whole number within bounds, both included.
 *
 * @returns throws {InvalidArgumentError} for anything else
 */
export function parseWholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,12}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${min} to ${max}.`);
  };
}

/**
 * Reads the name of a stage.
 *
 * @throws {InvalidArgumentError} no stage can have it
 */
export function parseStage(text: string): string {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(text)) {
    throw new InvalidArgumentError('It must be the name that it was deployed under, such as prod.');
  }
  return text;
}
