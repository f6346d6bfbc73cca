import { globSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FunctionFailedError, tellOfFailure } from '../../../lambdas/runtime/tell-of-failure.ts';
import { createLocalLog, type LogEntry } from '../../../local/local-log.ts';
import { quotingError } from '../../support/telemetry/quoting-error.ts';

/** A log, and what it was given. */
function aLog() {
  const entries: LogEntry[] = [];
  return { log: createLocalLog('any', (entry) => entries.push(entry)), entries };
}

describe('a call of a function', () => {
  it('hands over what it returns, and logs nothing', async () => {
    const { log, entries } = aLog();

    await expect(tellOfFailure(log, async () => 'done')).resolves.toBe('done');

    expect(entries).toEqual([]);
  });

  it('fails with an error that tells nothing of what it met', async () => {
    const failing = tellOfFailure(aLog().log, async () => {
      throw quotingError('ana@example.com');
    });

    const error: unknown = await failing.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FunctionFailedError);
    expect(inspect(error)).not.toContain('ana@example.com');
  });

  it('leaves the fault to the log, which knows what may be told', async () => {
    const { log, entries } = aLog();
    const fault = new TypeError('of ours');

    await tellOfFailure(log, async () => await Promise.reject(fault)).catch(() => undefined);

    expect(entries).toMatchObject([
      { level: 'error', message: 'The function failed', cause: fault },
    ]);
  });
});

describe('every function', () => {
  it.each(globSync('lambdas/*/handler.ts'))('lets no fault out as it is: %s', (handler) => {
    const [builder] = globSync(handler.replace('handler.ts', 'build-*.ts'));

    expect(readFileSync(builder!, 'utf8')).toContain('await tellOfFailure(');
  });
});
