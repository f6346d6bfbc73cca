import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putSampleDetails, sampleDetails } from '../../local/samples/sample-details.ts';
import { buildSampleLead, newId, type SampleLead } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../local/samples/sample-request.ts';
import {
  type ExpectedEvent,
  fillExample,
  listExamples,
  readExample,
} from '../../local/samples/webhook-example.ts';
import { eventually, startTestPipeline, type TestPipeline } from '../support/running-pipeline.ts';

/** One source for each example: cases of one provider have settings of their own. */
const ALL = listExamples().map((name, index) => {
  const example = readExample(name);
  const lead = buildSampleLead(index, `${newId()}${index}`, Date.now());
  const source = name.replaceAll(/[^a-z0-9]+/g, '_');
  const all = Array.isArray(example.expected) ? example.expected : [example.expected];
  const expected = fillExample(all as never, lead, '') as unknown as ExpectedEvent[];
  return { name, example, lead, source, expected };
});

/** Cases whose details no answer of an API tells are about what the webhook itself brings. */
const CASES = ALL.filter(({ expected }) =>
  expected.every(({ details, details_lead: lead }) => details === undefined || lead !== undefined),
);

const labelOf = (source: string): string => `Sample of ${source}`;

describe('what each sender posts', () => {
  let pipeline: TestPipeline;

  beforeAll(async () => {
    const sources = Object.fromEntries(
      CASES.map(({ source, example: { provider, settings } }) => [
        source,
        { provider, ...settings, label: labelOf(source) },
      ]),
    );
    pipeline = await startTestPipeline({ sources: sources as never });
    for (const { source, lead, example } of CASES) {
      await putSampleDetails(
        pipeline.pipeline.providerApis.url,
        example.provider,
        sampleDetails(example, lead),
      );
      const answer = await post(source, lead, example);
      expect(answer.status, source).toBe(200);
    }
    await eventually(ended, (states) => states.every((state) => DONE.has(state)));
  });

  afterAll(async () => await pipeline?.stop());

  const DONE = new Set(['succeeded', 'suppressed']);

  const post = async (source: string, lead: SampleLead, example: (typeof CASES)[0]['example']) => {
    const secret = pipeline.pipeline.sourceSecret(source);
    return await pipeline.post(buildSampleRequest(pipeline.config, source, secret, lead, example));
  };
  const ended = async () =>
    (await pipeline.items())
      .filter((item) => item['sk'] === 'STATE' && String(item['pk']).startsWith('EVT#'))
      .map((item) => String(item['state']));

  const recordsOf = async (source: string) =>
    (await pipeline.zoho.records('Leads')).filter(
      ({ fields }) => fields['Lead_Source'] === labelOf(source),
    );

  it.each(CASES)('$name is in the CRM with what the person said', async ({ source, expected }) => {
    const records = await recordsOf(source);

    const leads = expected
      .map((each) => ({ ...each, ...each.details_lead }))
      .filter(({ suppression }) => suppression === undefined);
    for (const { identity = {}, attributes = {} } of leads) {
      const said = {
        Email: identity['email'],
        Phone: identity['phone_e164'],
        First_Name: attributes['first_name'],
        Last_Name: attributes['last_name'],
        Company: attributes['company'],
      };
      const known = Object.entries(said).filter(([, value]) => value !== undefined);
      expect(records.map(({ fields }) => fields)).toContainEqual(
        expect.objectContaining(Object.fromEntries(known)),
      );
    }
    // Nobody else, and nobody twice: what was suppressed is not there.
    const people = new Set(leads.map(({ identity }) => JSON.stringify(identity)));
    expect(records).toHaveLength(people.size);
  });
});
