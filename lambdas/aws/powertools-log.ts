import { Logger } from '@aws-lambda-powertools/logger';
import { describeCause } from '../core/describe-cause.ts';
import type { Log } from '../core/ports/telemetry.ts';

/** JSON logs through Powertools. Service and stage stand in every line. */
export function createPowertoolsLog(service: string, stage: string): Log {
  return fromLogger(new Logger({ serviceName: service, persistentKeys: { stage } }));
}

function fromLogger(logger: Logger): Log {
  return {
    debug: (message, fields) => logger.debug(message, { ...fields }),
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields, cause) =>
      logger.error(message, { ...fields, ...describeCause(cause) }),
    // A child of its own, not `appendKeys`: records are handled side by side, and keys appended to
    // the shared logger would turn up in each other's lines.
    child: (fields) => fromLogger(logger.createChild({ persistentKeys: { ...fields } })),
  };
}
