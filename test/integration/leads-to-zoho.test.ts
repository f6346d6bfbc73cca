import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { findDynoxide, startDynamodb } from '../../local/emulators/dynamodb.ts';
import { startCuttableProxy } from '../support/cuttable-proxy.ts';
import {
  eventually,
  type PipelineInput,
  startTestPipeline,
  type TestPipeline,
} from '../support/running-pipeline.ts';

const program = findDynoxide();

describe('a lead, from a signed webhook into Zoho', () => {
  let running: TestPipeline[] = [];

  afterEach(async () => {
    await Promise.all(running.map(async (each) => await each.stop()));
    running = [];
  });

  const start = async (input: PipelineInput = {}): Promise<TestPipeline> => {
    const pipeline = await startTestPipeline(input);
    running.push(pipeline);
    return pipeline;
  };
  const records = async (pipeline: TestPipeline, count: number) =>
    await eventually(
      async () => await pipeline.zoho.records('Leads'),
      (all) => all.length >= count,
    );
  const states = async (pipeline: TestPipeline) =>
    (await pipeline.items())
      .filter((item) => item['sk'] === 'STATE' && String(item['pk']).startsWith('EVT#'))
      .map((item) => String(item['state']))
      .toSorted();
  const settled = async (pipeline: TestPipeline, expected: readonly string[]) =>
    await eventually(
      async () => await states(pipeline),
      (all) => JSON.stringify(all) === JSON.stringify(expected.toSorted()),
    );

  it('becomes one record with what the form said', async () => {
    const pipeline = await start();

    const answer = await pipeline.send('demo', { id: 'one', email: 'ana@example.com' });

    expect(answer.status).toBe(200);
    const [record] = await records(pipeline, 1);
    expect(record).toMatchObject({
      fields: {
        First_Name: 'Ana',
        Last_Name: 'Ng',
        Email: 'ana@example.com',
        Lead_Source: 'Demo request',
        Holdfast_Version: 1,
      },
      workflowFires: { total: 1 },
    });
    expect(record?.fields['Holdfast_Key']).toMatch(/^hf_[0-9a-f]{40}$/);
    await settled(pipeline, ['succeeded']);
  });

  it('sent three times, is one record, and automation runs once', async () => {
    const pipeline = await start();
    const sample = pipeline.request('demo', { id: 'thrice' });

    const answers = [
      await pipeline.post(sample),
      ...(await Promise.all([pipeline.post(sample), pipeline.post(sample)])),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(answers.map((answer) => answer.body.includes('"duplicate":true'))).toEqual([
      false,
      true,
      true,
    ]);
    await settled(pipeline, ['succeeded']);
    await eventually(pipeline.pipeline.countQueued, (count) => count === 0);
    const all = await pipeline.zoho.records('Leads');
    expect(all).toHaveLength(1);
    expect(all[0]?.workflowFires.total).toBe(1);
  });

  it.each([
    { match: 'unique_field' as const, customFields: true, uniqueFields: ['Holdfast_Key'] },
    { match: 'email_search' as const, customFields: false, uniqueFields: [] },
  ])(
    'of one person from two sources at the same moment is one record ($match), though Zoho races',
    async ({ match, ...knobs }) => {
      const pipeline = await start({ zoho: { match } });
      await pipeline.zoho.knobs({ ...knobs, race: { delayMs: 150 }, searchLagMs: 5_000 });
      const person = { email: 'both@example.com' };

      const answers = await Promise.all([
        pipeline.send('demo', { ...person, id: 'd1' }),
        pipeline.send('partner', { ...person, id: 'p1' }),
        pipeline.send('form', { ...person, id: 'f1' }),
      ]);

      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
      await settled(pipeline, ['succeeded', 'succeeded', 'succeeded']);
      expect(await pipeline.zoho.records('Leads')).toHaveLength(1);
    },
  );

  it('is delivered when Zoho is unavailable at first', async () => {
    const pipeline = await start();
    // The write, and the look whether it took place all the same.
    await pipeline.zoho.faults({ kind: 'unavailable', times: 2 });

    await pipeline.send('demo', { id: 'patient' });

    await records(pipeline, 1);
    await settled(pipeline, ['succeeded']);
    expect(await attemptsIn(pipeline)).toEqual([2]);
  });

  it('waits while the breaker is open, and is delivered without an attempt lost', async () => {
    const pipeline = await start({
      delivery: { breaker: { failuresInRowMax: 2, openMs: 1_000, openMaxMs: 1_000 } },
    });
    await pipeline.zoho.faults({ kind: 'unavailable', times: 4 });

    await pipeline.send('demo', { id: 'patient' });

    await records(pipeline, 1);
    await settled(pipeline, ['succeeded']);
    expect(await attemptsIn(pipeline)).toEqual([1]);
    const breaker = (await pipeline.items()).find((item) => item['pk'] === 'BRK#zoho');
    expect(breaker).toMatchObject({ state: 'closed' });
  });

  it('is one record when answers get lost after Zoho has written', async () => {
    const pipeline = await start();
    await pipeline.zoho.faults(
      { kind: 'reset', when: 'after', match: { path: '/crm/v8/Leads/upsert' } },
      { kind: 'truncated_json', match: { path: '/crm/v8/Leads/upsert' } },
    );

    await pipeline.send('demo', { id: 'lost' });

    await settled(pipeline, ['succeeded']);
    expect(await pipeline.zoho.records('Leads')).toHaveLength(1);
  });

  it('that Zoho refuses goes to the dead-letter queue with its reason while others go on', async () => {
    const pipeline = await start();
    await pipeline.zoho.faults({
      kind: 'row_error',
      code: 'INVALID_DATA',
      details: { api_name: 'Company', maximum_length: 5 },
      match: { row: { field: 'Email', equals: 'bad@example.com' } },
      times: 'always',
    });

    await pipeline.send('demo', { id: 'bad', email: 'bad@example.com' });
    await pipeline.send('demo', { id: 'good1' });
    await pipeline.send('partner', { id: 'good2' });

    await settled(pipeline, ['quarantined', 'succeeded', 'succeeded']);
    const [letter] = await eventually(pipeline.deadLetters, (letters) => letters.length > 0);
    expect(letter).toMatchObject({
      source: 'demo',
      attempt_count: 1,
      failure_class: 'permanent',
      failure_code: 'crm_invalid_data',
      crm_code: 'INVALID_DATA',
      crm_field: 'Company',
    });
    expect(letter?.['failure_message']).toMatch(/^Zoho refused a value: Company\b.*\.$/);
    expect(JSON.stringify(letter)).not.toContain('bad@example.com');
    expect(
      (await pipeline.zoho.records('Leads')).map((each) => each.fields['Email']),
    ).not.toContain('bad@example.com');
  });

  it('in quarantine is delivered when its dead letter is moved back to the queue', async () => {
    const pipeline = await start();
    await pipeline.zoho.faults({ kind: 'row_error', code: 'INVALID_DATA', times: 1 });
    await pipeline.send('demo', { id: 'again' });
    await settled(pipeline, ['quarantined']);
    const [letter] = await eventually(pipeline.deadLetters, (letters) => letters.length > 0);

    await pipeline.sqs.send(
      new SendMessageCommand({
        QueueUrl: `${pipeline.pipeline.sqsUrl}/000000000000/holdfast-local-delivery`,
        MessageBody: JSON.stringify(letter),
      }),
    );

    await settled(pipeline, ['succeeded']);
    expect(await pipeline.zoho.records('Leads')).toHaveLength(1);
  });

  it('goes on with a new token when the old one is gone', async () => {
    const pipeline = await start();
    await pipeline.send('demo', { id: 'before' });
    await settled(pipeline, ['succeeded']);
    await pipeline.zoho.expireTokens();

    await pipeline.send('demo', { id: 'after' });

    await settled(pipeline, ['succeeded', 'succeeded']);
    expect((await pipeline.zoho.stats()).tokensIssued).toBe(2);
  });

  it('with a wrong signature gets 401, and nothing is stored', async () => {
    const pipeline = await start();
    const sample = pipeline.request('demo');

    const wrong = await pipeline.post(sample, { body: `${sample.body} ` });
    const missing = await fetch(`${pipeline.pipeline.endpoint}/hooks/demo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: sample.body,
    });

    expect([wrong.status, missing.status]).toEqual([401, 401]);
    expect(await pipeline.items()).toEqual([]);
  });

  it.runIf(program !== undefined)(
    'gets 503 with Retry-After while the table is down, and is taken when it is back',
    async () => {
      const database = await startDynamodb(program!, { port: 0 });
      const proxy = await startCuttableProxy(database.port);
      try {
        const pipeline = await start({ options: { dynamodb: { endpoint: proxy.url } } });
        const sample = pipeline.request('demo', { id: 'later' });

        proxy.cut();
        const down = await pipeline.post(sample);
        proxy.mend();
        const up = await pipeline.post(sample);

        expect(down.status).toBe(503);
        expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(up.status).toBe(200);
        await settled(pipeline, ['succeeded']);
      } finally {
        await Promise.all(running.map(async (each) => await each.stop()));
        running = [];
        await proxy.stop();
        await database.stop();
      }
    },
  );

  it('is held while delivery is off, and drains when it is on', async () => {
    const first = await start({ options: { zohoEnabled: false } });
    await first.send('demo', { id: 'held' });
    await settled(first, ['held']);
    const callsMade = (await first.zoho.stats()).calls;
    await first.stop(true);
    running = [];

    const second = await start({ options: { dataDir: first.dataDir, zohoEnabled: true } });
    await second.pipeline.sweep();

    expect(callsMade).toBe(0);
    await settled(second, ['succeeded']);
    expect(await second.zoho.records('Leads')).toHaveLength(1);
  });

  it('from a known e-mail address gets 409 where the form asks for it, and updates the record', async () => {
    const pipeline = await start();
    const email = 'repeat@example.com';
    const first = pipeline.request('form', { id: 'r1', email, company: 'Old Ltd' });

    const answers = [
      await pipeline.post(first),
      await pipeline.post(first),
      await pipeline.send('form', {
        id: 'r2',
        email,
        company: 'New Ltd',
        submittedAtMs: Date.now() + 1_000,
      }),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 409]);
    await settled(pipeline, ['succeeded', 'succeeded']);
    const all = await pipeline.zoho.records('Leads');
    expect(all.map((record) => record.fields['Company'])).toEqual(['New Ltd']);
  });
});

async function attemptsIn(pipeline: TestPipeline): Promise<unknown[]> {
  const states = (await pipeline.items()).filter(
    (item) => item['sk'] === 'STATE' && item['attempts'] !== undefined,
  );
  return states.map((state) => state['attempts']);
}
