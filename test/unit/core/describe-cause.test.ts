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

  it('is no line of a message that looks like a place', () => {
    const error = new TypeError(
      'cannot take\n    at ana@example.com\n    at lead (/ana@example.com:1:1)\n    at /ana.ng:1:1',
    );

    const places = describeCause(error)['error_stack'];

    expect(JSON.stringify(places)).not.toMatch(/ana/);
    expect(places).not.toEqual([]);
  });

  it('is no such line, either, when the message was changed after the stack was taken', () => {
    const error = new TypeError('\n    at ana@example.com\n    at Ana Ng');
    error.message = 'something else';

    expect(JSON.stringify(describeCause(error))).not.toMatch(/ana/i);
  });

  it('is neither a name nor a code that holds more than a word', () => {
    const cause = Object.assign(new Error('x'), { name: '+1 202 555 0143' });
    const error = Object.assign(new Error('x', { cause }), {
      name: 'Ana Ng <ana@example.com>',
      code: 'for ana@example.com',
    });

    expect(describeCause(error)).toMatchObject({
      error_name: 'other',
      error_code: 'other',
      error_cause: 'other',
    });
  });

  it.each([
    'at deliver (/var/task/index.mjs:12:34)',
    'at async Promise.all (index 0)',
    'at async file:///var/task/index.mjs:1:2345',
    'at new Table (C:\\holdfast\\lambdas\\aws\\table.ts:1:2)',
    'at Array.map (<anonymous>)',
    'at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
    'at Object.read [as send] (/x/node_modules/@aws-sdk/client-sqs/dist-cjs/index.js:1:2)',
  ])('is a place as it stands in a stack: %s', (place) => {
    const error = new Error('x');
    error.stack = `Error: x\n    ${place}`;

    expect(describeCause(error)['error_stack']).toEqual([place]);
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
