import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../lambdas/core/config.ts';
import { readForm } from '../../../../lambdas/providers/reading/read-form.ts';
import { buildSampleLead } from '../../../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../../../local/samples/sample-request.ts';
import type { WebhookExample } from '../../../../local/samples/webhook-example.ts';
import { aRequest } from '../../../support/webhook-builders.ts';

const NOW_MS = Date.parse('2026-11-22T04:00:00.000Z');
const LEAD = { ...buildSampleLead(0, 'x1', NOW_MS), lastName: 'Ng & "Söhne"; name=x' };
const SECRET = 'a-secret-of-example-length';
const config = defineConfig({
  sources: {
    site: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
    forms: { provider: 'typeform' },
    shop: {
      provider: 'generic_hmac',
      signature: { header: 'x-signature', template: '{header:x-id}.{body}', timestamp: 'none' },
      idPath: 'meta.id',
      typePath: 'meta.type',
      occurredAtPath: 'meta.at',
      dataPath: 'lead.data',
    },
  },
});
const anExample = (request: WebhookExample['request']): WebhookExample => ({
  provider: 'website_form',
  request,
  expected: [],
});

describe('a sample request', () => {
  it.each(['form', 'multipart'] as const)(
    'is posted as %s that reads as it was written',
    async (kind) => {
      const fields = { name: '{{last_name}}', note: 'two\r\nlines', list: ['a', 'b'] };

      const sample = buildSampleRequest(
        config,
        'site',
        undefined,
        LEAD,
        anExample({ [kind]: fields }),
      );

      const read = await readForm(aRequest(sample));
      expect(read).toEqual({
        kind: 'parsed',
        value: { name: 'Ng & "Söhne"; name=x', note: 'two\r\nlines', list: '["a","b"]' },
      });
      expect(sample.multipart === undefined).toBe(kind === 'form');
      expect(sample.headers).toMatchObject({ origin: 'https://www.example.com' });
    },
  );

  it('is posted as JSON or as the text that it is', () => {
    const json = buildSampleRequest(
      config,
      'site',
      undefined,
      LEAD,
      anExample({ body: ['{{id}}'] }),
    );
    const text = buildSampleRequest(
      config,
      'site',
      undefined,
      LEAD,
      anExample({ headers: { 'content-type': 'text/plain' }, text: '<lead id="{{id}}"/>' }),
    );

    expect([json.body, json.headers['content-type']]).toEqual(['["x1"]', 'application/json']);
    expect([text.body, text.headers['content-type']]).toEqual(['<lead id="x1"/>', 'text/plain']);
  });

  it('has the lead of a generic sender where its paths say, and every header that is signed', () => {
    const sample = buildSampleRequest(config, 'shop', SECRET, LEAD);

    expect(JSON.parse(sample.body)).toMatchObject({
      meta: { id: 'submission-x1', type: 'lead.created', at: '2026-11-22T04:00:00Z' },
      lead: { data: { email: LEAD.email } },
    });
    expect(sample.headers['x-id']).toBe('sample-x1');
    expect(sample.signing?.template).toBe('sample-x1.{body}');
  });

  it('is not built of an unknown source, nor of one whose secret is missing', () => {
    const build = (source: string, secret?: string) => () =>
      buildSampleRequest(config, source, secret, LEAD);

    expect(build('nobody', SECRET)).toThrow('There is no source nobody in the configuration');
    expect(build('forms')).toThrow('The source forms has no secret');
    expect(build('forms', '')).toThrow('The source forms has no secret');
  });
});
