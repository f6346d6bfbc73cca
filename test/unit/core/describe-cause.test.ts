import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../lambdas/core/describe-cause.ts';
import { SecretUnavailableError, StoreUnavailableError } from '../../../lambdas/core/errors.ts';

describe('what a log tells of an error', () => {
  it('is never the message of a foreign one, which may quote a lead', () => {
    const fields = describeCause(
      new TypeError('ana@example.com\n at nobody is no number', {
        cause: new RangeError('+12025550143'),
      }),
    );

    expect(fields).toMatchObject({ error_name: 'TypeError', error_cause: 'RangeError' });
    expect(fields).not.toHaveProperty('error_message');
    expect(JSON.stringify(fields)).not.toMatch(/ana@|2025550143/);
  });

  it('is the message of one of ours, with its code and the name of its cause', () => {
    const fields = describeCause(new StoreUnavailableError('The table', new Error('secret')));

    expect(fields).toMatchObject({
      error_name: 'StoreUnavailableError',
      error_code: 'store_unavailable',
      error_message: 'The table is not available',
      error_cause: 'Error',
    });
  });

  it('has no cause or code where there is none', () => {
    expect(describeCause(new SecretUnavailableError('It is missing'))).not.toHaveProperty(
      'error_cause',
    );
    expect(describeCause(new Error('x', { cause: 'a string' }))).not.toHaveProperty('error_cause');
    expect(describeCause(new Error('x'))).not.toHaveProperty('error_code');
  });

  it('is the code of a foreign one, as text', () => {
    expect(describeCause(Object.assign(new Error('x'), { code: 11 }))).toMatchObject({
      error_code: '11',
    });
  });

  it('is the nearest eight places of the stack, and no other line of it', () => {
    const error = new Error('x');
    const places = Array.from({ length: 10 }, (_, index) => `at f${index} (file.ts:${index}:1)`);
    error.stack = `Error: ana@example.com\nlook at this\n${places.map((place) => `    ${place}`).join('\n')}`;

    expect(describeCause(error)['error_stack']).toEqual(places.slice(0, 8));
  });

  it('is an empty list of places for an error without a stack', () => {
    const error = new Error('x');
    delete error.stack;

    expect(describeCause(error)['error_stack']).toEqual([]);
  });

  it('is only the kind of what is no error, and nothing where there is nothing', () => {
    expect(describeCause('ana@example.com')).toStrictEqual({ error_name: 'string' });
    expect(describeCause(null)).toStrictEqual({ error_name: 'object' });
    expect(describeCause(undefined)).toStrictEqual({});
  });
});
