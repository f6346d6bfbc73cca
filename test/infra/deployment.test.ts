import { describe, expect, it } from 'vitest';
import { parseDeployment } from '../../lib/deployment.ts';

const parse = (context: Record<string, unknown>): ReturnType<typeof parseDeployment> =>
  parseDeployment((name) => context[name]);

describe('the deployment in the context', () => {
  it('is a dev stage that delivers and keeps its data by default', () => {
    expect(parse({})).toEqual({
      stage: 'dev',
      isProduction: false,
      isDisposable: false,
      isZohoEnabled: true,
    });
  });

  it('reads switches as text, as the command line gives them', () => {
    const deployment = parse({ stage: 'test-2', zohoEnabled: 'false', disposable: 'true' });

    expect(deployment).toMatchObject({ stage: 'test-2', isZohoEnabled: false, isDisposable: true });
  });

  it('reserves concurrency only when asked to', () => {
    const deployment = parse({ consumerReservedConcurrency: '5', intakeReservedConcurrency: 50 });

    expect(deployment).toMatchObject({
      consumerReservedConcurrency: 5,
      intakeReservedConcurrency: 50,
    });
  });

  it.each([
    [{ stage: 'Prod' }, '-c stage: must be lower-case letters'],
    [{ stage: '' }, '-c stage: '],
    [{ zohoEnabled: 'no' }, '-c zohoEnabled: must be true or false, not "no"'],
    [{ disposable: 1 }, '-c disposable: must be true or false, not 1'],
    [{ stage: 'prod', disposable: true }, '-c disposable: must not be true for the stage "prod"'],
    [
      { consumerReservedConcurrency: '0' },
      '-c consumerReservedConcurrency: must be a whole number',
    ],
    [{ intakeReservedConcurrency: '1e3' }, '-c intakeReservedConcurrency: must be a whole number'],
  ])('refuses %j with what is allowed', (context, message) => {
    expect(() => parse(context)).toThrow(message);
  });
});
