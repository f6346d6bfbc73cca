import { inspect } from 'node:util';

/**
 * What the Lambda runtime for Node.js may log of an error that a handler let out: name, message and stack, whole, and
 * members of its own. In the text format it writes the error as JSON, errors among its members alike; in the JSON format
 * as `util.format` does, with the cause.
 *
 * @see aws-lambda-nodejs-runtime-interface-client, src/utils/error.ts, src/logging/formatter.ts, read 2026-11-22
 */
export function lambdaErrorLine(error: unknown): string {
  const json = JSON.stringify(error, (_, value: unknown) =>
    value instanceof Error
      ? Object.assign({ errorType: value.name, errorMessage: value.message }, value, {
          stack: (value.stack ?? '').split('\n'),
        })
      : value,
  );
  return `${json} ${inspect(error)}`;
}
