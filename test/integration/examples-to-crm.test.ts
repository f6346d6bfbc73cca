import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shapeOf } from '../../local/provider-apis/api-shapes.ts';
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
const CASES = listExamples().map((name, index) => {
  const example = readExample(name);
  const lead = buildSampleLead(index, `${newId()}${index}`, Date.now());
  const source = name.replaceAll(/[^a-z0-9]+/g, '_');
  const all = Array.isArray(example.expected) ? example.expected : [example.expected];
  const expected = fillExample(all as never, lead, '') as unknown as ExpectedEvent[];
  return { name, example, lead, source, expected };
});

/** Webhooks that only name a submission lead to a record once its details are read, if the example has them. */
const WHOLE = CASES.filter(({ expected }) =>
  expected.every(({ details, details_lead: lead }) => details === undefined || lead !== undefined),
);

interface ApiExample {
  readonly path: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

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
    for (const { source, lead, example } of WHOLE) {
      putDetails(lead, example);
      const answer = await post(source, lead, example);
      expect(answer.status, source).toBe(200);
    }
    await eventually(ended, (states) => states.every((state) => DONE.has(state)));
  });

  afterAll(async () => await pipeline?.stop());

  const DONE = new Set(['succeeded', 'suppressed']);

  /** Lets the provider's API know of the submission, as the example says that it answers. */
  const putDetails = (lead: SampleLead, { api = [], provider }: (typeof CASES)[0]['example']) => {
    const calls = fillExample(api, lead, '') as unknown as readonly ApiExample[];
    for (const { path, answer } of calls) {
      const { pathname } = new URL(path, 'http://api.example.com');
      for (const [kind, pattern] of Object.entries(shapeOf(provider)?.paths ?? {})) {
        const id = pattern.exec(pathname)?.[1];
        // Jotform wraps what it says.
        const body = (provider === 'jotform' ? answer['content'] : answer) as object;
        if (id === undefined) continue;
        pipeline.pipeline.providerApis.apis.put(provider, { kind, id }, { ...body });
      }
    }
  };

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

  it.each(WHOLE)('$name is in the CRM with what the person said', async ({ source, expected }) => {
    const records = await recordsOf(source);

    const leads = expected.filter(({ suppression }) => suppression === undefined);
    for (const event of leads) {
      const { identity = {}, attributes = {} } = event.details_lead ?? event;
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
    const people = new Set(
      leads.map((event) => JSON.stringify((event.details_lead ?? event).identity)),
    );
    expect(records).toHaveLength(people.size);
  });
});
