import { afterEach, describe, expect, it } from 'vitest';
import { DUMMY_SECRETS } from '../../local/turnstile-simulator/dummy-keys.ts';
import { eventually, startTestPipeline, type TestPipeline } from '../support/running-pipeline.ts';

describe('a form with Turnstile, on this machine', () => {
  let pipeline: TestPipeline | undefined;

  afterEach(async () => {
    await pipeline?.stop();
    pipeline = undefined;
  });

  it('delivers a sample as it is, and refuses one without a token', async () => {
    pipeline = await startTestPipeline({
      sources: {
        form: {
          provider: 'website_form',
          allowedOrigins: ['https://www.example.com'],
          turnstile: {},
        },
      },
    });
    const running = pipeline;
    const sample = running.request('form', { email: 'ana@example.com' });
    expect(running.pipeline.sourceSecret('form')).toBe(DUMMY_SECRETS.alwaysPasses);

    const taken = await running.post(sample);
    const refused = await running.post(sample, {
      body: '{"submission_id":"other","email":"bot@example.com"}',
    });

    expect([taken.status, refused.status]).toEqual([200, 403]);
    const records = await eventually(
      async () => await running.zoho.records('Leads'),
      (all) => all.length > 0,
    );
    expect(records.map(({ fields }) => fields['Email'])).toEqual(['ana@example.com']);
    const stored = (await running.items()).filter(
      ({ pk, sk }) => String(pk).startsWith('EVT#') && sk === 'STATE',
    );
    expect(stored).toHaveLength(1);
  });
});
