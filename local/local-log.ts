import { createWriteStream } from 'node:fs';
import { describeCause } from '../lambdas/core/describe-cause.ts';
import type { LogFields } from '../lambdas/core/log-fields.ts';
import type { Log } from '../lambdas/core/ports/telemetry.ts';

/** How much a log entry matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line of a function's log. */
export interface LogEntry {
  readonly at: Date;
  readonly level: LogLevel;
  /** The function that speaks. */
  readonly service: string;
  readonly message: string;
  /** The line's own fields over those of its scope. */
  readonly fields: LogFields;
  readonly cause?: unknown;
}

/** A log whose lines go to `sink`, in the order in which they are written. */
export function createLocalLog(
  service: string,
  sink: (entry: LogEntry) => void,
  scope: LogFields = {},
): Log {
  const write =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}, cause?: unknown) => {
      sink({
        at: new Date(),
        level,
        service,
        message,
        fields: { ...scope, ...fields },
        ...(cause === undefined ? {} : { cause }),
      });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => createLocalLog(service, sink, { ...scope, ...fields }),
  };
}

/**
 * A log line as JSON, in the shape that the functions log in AWS.
 *
 * Of an error only its name and its stack's places are told: its message may quote what it met.
 */
export function formatLogEntry(entry: LogEntry): string {
  return JSON.stringify({
    level: entry.level.toUpperCase(),
    message: entry.message,
    timestamp: entry.at.toISOString(),
    service: entry.service,
    ...entry.fields,
    ...describeCause(entry.cause),
  });
}

/** A file that takes log lines. */
export interface LogFile {
  write(entry: LogEntry): void;
  close(): Promise<void>;
}

/** Opens a log file and adds to what it holds. */
export function openLogFile(file: string): LogFile {
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  return {
    write: (entry) => {
      stream.write(`${formatLogEntry(entry)}\n`);
    },
    close: () =>
      new Promise((resolve) => {
        stream.end(() => resolve());
      }),
  };
}
