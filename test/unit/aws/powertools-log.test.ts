import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPowertoolsLog } from '../../../lambdas/aws/powertools-log.ts';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';

describe('the log', () => {
  let printed: string[];
  const lines = (): Record<string, unknown>[] =>
    printed.flatMap((chunk) =>
      chunk
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );

  beforeEach(() => {
    printed = [];
    const keep = (chunk: unknown): boolean => {
      printed.push(String(chunk));
      return true;
    };
    vi.spyOn(process.stdout, 'write').mockImplementation(keep);
    vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('keeps the fields of records that are handled side by side apart', async () => {
    const log = createPowertoolsLog('consumer', 'test');

    await Promise.all(
      ['a', 'b', 'c'].map(async (key) => {
        const own = log.child({ idempotency_key: key, correlation_id: `corr-${key}` });
        await new Promise((resolve) => setTimeout(resolve, 1));
        own.info('Lead delivered', { attempt: 1 });
      }),
    );
    log.info('Done');

    expect(lines().map((line) => [line['idempotency_key'], line['correlation_id']])).toEqual([
      ['a', 'corr-a'],
      ['b', 'corr-b'],
      ['c', 'corr-c'],
      [undefined, undefined],
    ]);
    expect(lines()[0]).toMatchObject({
      level: 'INFO',
      message: 'Lead delivered',
      service: 'consumer',
      stage: 'test',
      attempt: 1,
    });
  });

  it('tells the whole of our own errors, which never quote a lead', () => {
    const log = createPowertoolsLog('intake', 'test');

    log.error('It failed', {}, new SecretUnavailableError('The secret of demo is too short'));

    expect(lines()[0]).toMatchObject({
      error_name: 'SecretUnavailableError',
      error_code: 'secret_unavailable',
      error_message: 'The secret of demo is too short',
    });
  });

  it('tells of a foreign error its name, code and place, never its message', () => {
    const log = createPowertoolsLog('consumer', 'test');
    const cause = new TypeError('cannot read ana@example.com');

    log.error('It failed', { source: 'website' }, new RangeError('for +12025550143', { cause }));

    expect(printed.join('')).not.toMatch(/ana@example\.com|12025550143/);
    expect(lines()[0]).toMatchObject({
      level: 'ERROR',
      error_name: 'RangeError',
      error_cause: 'TypeError',
      source: 'website',
    });
  });
});
