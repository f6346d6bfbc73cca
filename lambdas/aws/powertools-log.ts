import { Logger } from '@aws-lambda-powertools/logger';
import { HoldfastError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';

/** JSON logs through Powertools. `service` stands in every line. */
export function createPowertoolsLog(service: string): Log {
  return fromLogger(new Logger({ serviceName: service }));
}

function fromLogger(logger: Logger): Log {
  return {
    debug: (message, fields) => logger.debug(message, { ...fields }),
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields, cause) => logger.error(message, { ...fields, ...describe(cause) }),
    // A child of its own, not `appendKeys`: records are handled side by side, and keys appended to
    // the shared logger would turn up in each other's lines.
    child: (fields) => fromLogger(logger.createChild({ persistentKeys: { ...fields } })),
  };
}

/**
 * What may be told of an error: its name, code and stack, and the message if the error is ours. A
 * foreign message may quote what it met, which may be a lead.
 */
function describe(cause: unknown): Record<string, unknown> {
  if (!(cause instanceof Error)) return cause === undefined ? {} : { error_name: typeof cause };
  const nested = cause.cause instanceof Error ? cause.cause : undefined;
  return {
    error_name: cause.name,
    ...(cause instanceof HoldfastError ? { error_message: cause.message } : {}),
    ...('code' in cause ? { error_code: String(cause.code) } : {}),
    ...(nested === undefined ? {} : { error_cause: nested.name }),
    error_stack: (cause.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  };
}
