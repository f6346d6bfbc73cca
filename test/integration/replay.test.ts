import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoDbBreakerStore } from '../../lambdas/aws/dynamodb-breaker-store.ts';
import { NEW_BREAKER, openedForGood } from '../../lambdas/core/breaker.ts';
import { defineConfig } from '../../lambdas/core/config.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import { LOCAL_TABLE } from '../../local/local-stack.ts';
import { runReplay } from '../../local/operator/quarantine/run-replay.ts';
import { portsFrom } from '../../local/start-pipeline.ts';
import { holdfast, holdfastWith } from '../support/command-line.ts';
import { OPERATOR, startFakeAws } from '../support/fake-aws.ts';
import { eventually, startAtPort, type TestPipeline } from '../support/running-pipeline.ts';

/** Of the lead that Zoho refuses. */
const KEY = 'demo|form_response|responserefused';

describe.runIf(findDynoxide() !== undefined)(
  'an operator at the command line',
  { timeout: 120_000 },
  () => {
    let running: TestPipeline | undefined;

    afterEach(async () => {
      await running?.stop();
      running = undefined;
    });

    const start = async () => {
      const { pipeline, port } = await startAtPort();
      running = pipeline;
      const run = async (...words: readonly string[]) =>
        await holdfast(...words, '--port', String(port));
      return { pipeline, run, port };
    };
    const stored = async (pipeline: TestPipeline, isWanted: (sk: string) => boolean) =>
      (await pipeline.items()).filter(
        (item) => String(item['pk']).startsWith('EVT#') && isWanted(String(item['sk'])),
      );
    const states = async (pipeline: TestPipeline) =>
      (await stored(pipeline, (sk) => sk === 'STATE'))
        .map((item) => String(item['state']))
        .toSorted();
    const settled = async (pipeline: TestPipeline, ...expected: readonly string[]) =>
      await eventually(
        async () => await states(pipeline),
        (all) => JSON.stringify(all) === JSON.stringify(expected),
      );
    const refuse = async (pipeline: TestPipeline, email: string) => {
      await pipeline.zoho.faults({
        kind: 'row_error',
        code: 'INVALID_DATA',
        details: { api_name: 'Company', maximum_length: 5 },
        match: { row: { field: 'Email', equals: email } },
        times: 'always',
      });
      await pipeline.send('demo', { id: 'refused', email });
      await pipeline.send('demo', { id: 'fine' });
      await settled(pipeline, 'quarantined', 'succeeded');
      await eventually(pipeline.pipeline.countDeadLetters, (count) => count === 1);
      await pipeline.zoho.clearFaults();
    };

    it('sees what lies in quarantine, replays it, and it is delivered with its history', async () => {
      const { pipeline, run } = await start();
      await refuse(pipeline, 'bad@example.com');

      const plan = await run('replay', '--plan');
      const lettersAfterPlan = await pipeline.pipeline.countDeadLetters();
      const replay = await run(
        'replay',
        '--code',
        'crm_invalid_data',
        '--reason',
        'Company is shorter',
      );

      expect([plan.err, plan.code]).toEqual(['', 0]);
      expect(plan.out).toContain('1 lead to replay');
      expect(plan.out).toContain('1 × crm_invalid_data (permanent), source demo');
      expect(plan.out).toContain(KEY);
      expect(plan.out).toContain('nothing has been changed');
      expect(plan.out).not.toContain('bad@example.com');
      expect(lettersAfterPlan).toBe(1);
      expect([replay.err, replay.code]).toEqual(['', 0]);
      expect(replay.out).toContain('1 lead put on the delivery queue');
      await settled(pipeline, 'succeeded', 'succeeded');
      const emails = (await pipeline.zoho.records('Leads')).map((each) => each.fields['Email']);
      expect(emails).toContain('bad@example.com');
      const [audit] = await stored(pipeline, (sk) => sk.startsWith('AUD#'));
      expect(audit).toMatchObject({ pk: `EVT#${KEY}` });
      expect(JSON.stringify(audit)).toContain('Company is shorter');
      expect(JSON.stringify(audit)).toContain('"local"');
      expect(await pipeline.pipeline.countDeadLetters()).toBe(0);
      expect((await run('replay')).out).toContain('No lead to replay');
    });

    it('replays a delivered lead, and nothing changes, even by a message of its old quarantine', async () => {
      const { pipeline, run } = await start();
      await refuse(pipeline, 'bad@example.com');
      const [letter] = await eventually(pipeline.deadLetters, (letters) => letters.length > 0);
      await run('replay', '--reason', 'mended');
      await settled(pipeline, 'succeeded', 'succeeded');
      const before = await pipeline.zoho.records('Leads');

      const again = await run('replay', '--key', KEY, '--reason', 'again');
      await pipeline.sqs.send(
        new SendMessageCommand({
          QueueUrl: `${pipeline.pipeline.sqsUrl}/000000000000/holdfast-local-delivery`,
          MessageBody: JSON.stringify(letter),
        }),
      );
      await eventually(pipeline.pipeline.countQueued, (count) => count === 0);

      expect(again.code).toBe(0);
      expect(again.out).toContain('delivered already; a replay would change nothing');
      expect(await pipeline.zoho.records('Leads')).toEqual(before);
      expect(before.map((record) => record.workflowFires.total)).toEqual([1, 1]);
    });

    it('can still redrive a dead letter by hand', async () => {
      const { pipeline } = await start();
      await refuse(pipeline, 'bad@example.com');
      const [letter] = await eventually(pipeline.deadLetters, (letters) => letters.length > 0);

      await pipeline.sqs.send(
        new SendMessageCommand({
          QueueUrl: `${pipeline.pipeline.sqsUrl}/000000000000/holdfast-local-delivery`,
          MessageBody: JSON.stringify(letter),
        }),
      );

      await settled(pipeline, 'succeeded', 'succeeded');
      expect(await pipeline.zoho.records('Leads')).toHaveLength(2);
    });

    it('maps a lead anew from its raw request and delivers what it says now', async () => {
      const { pipeline, port } = await start();
      await refuse(pipeline, 'bad@example.com');
      const demo = { provider: 'typeform', fields: { company: 'job_title' } } as const;
      const config = defineConfig({ sources: { demo } });
      const lines: string[] = [];
      const replay = async (reason?: string) =>
        await runReplay({
          port,
          config,
          env: {},
          selection: {},
          selectionOptions: [],
          remap: true,
          json: false,
          verbose: false,
          ...(reason === undefined ? {} : { reason }),
          print: (line) => lines.push(line),
          printError: (line) => lines.push(line),
        });

      const codes = [await replay(), await replay('company was the job title')];

      expect(codes).toEqual([0, 0]);
      expect(lines).toContain('  company    removed in 1');
      expect(lines).toContain('  job_title  added in 1');
      expect(lines.join('\n')).toContain(
        '1 lead put on the delivery queue, 1 of them mapped anew.',
      );
      await settled(pipeline, 'succeeded', 'succeeded');
      const all = await pipeline.zoho.records('Leads');
      const [lead] = all.filter(({ fields }) => fields['Email'] === 'bad@example.com');
      expect(lead?.fields).toMatchObject({ Designation: 'Example Ltd', Company: 'Unknown' });
      const [state] = (await stored(pipeline, (sk) => sk === 'STATE')).filter((item) =>
        String(item['pk']).endsWith(KEY),
      );
      expect(state?.['remapped_as']).toMatch(/^2-/);
      expect(await stored(pipeline, (sk) => sk.startsWith('AUD#'))).toHaveLength(2);
    });

    it('works on a deployed stage, found by its stack, under the name of its AWS identity', async () => {
      const { pipeline, port } = await start();
      await refuse(pipeline, 'bad@example.com');
      const ports = portsFrom(port);
      const aws = await startFakeAws(pipeline.pipeline.sqsUrl);
      const env = {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'example',
        AWS_ENDPOINT_URL: aws.url,
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${ports.dynamodb}`,
        AWS_ENDPOINT_URL_SQS: pipeline.pipeline.sqsUrl,
      };

      const unknown = await holdfastWith(env, 'replay', '--stage', 'nowhere');
      const plan = await holdfastWith(env, 'replay', '--stage', 'staging');
      const replay = await holdfastWith(env, 'replay', '--stage', 'staging', '--reason', 'mended');
      await aws.stop();

      expect([unknown.code, plan.code, replay.code]).toEqual([1, 0, 0]);
      expect(unknown.err).toContain('There is no such stack');
      expect(plan.out).toContain('1 lead to replay on the stage staging in us-east-1');
      expect(plan.out).toContain('npx holdfast replay --stage staging --reason');
      await settled(pipeline, 'succeeded', 'succeeded');
      const [audit] = await stored(pipeline, (sk) => sk.startsWith('AUD#'));
      expect(JSON.stringify(audit)).toContain(OPERATOR);
    });

    it('leaves the dead letters of others where everybody sees them', async () => {
      const { pipeline, run } = await start();
      await pipeline.zoho.faults({ kind: 'row_error', code: 'INVALID_DATA', times: 2 });
      await pipeline.send('demo', { id: 'one' });
      await settled(pipeline, 'quarantined');
      await pipeline.send('demo', { id: 'two' });
      await settled(pipeline, 'quarantined', 'quarantined');

      await run('replay', '--key', 'demo|form_response|responsetwo', '--reason', 'mended');

      const letters = await pipeline.deadLetters();
      expect(letters.map((letter) => letter['idempotency_key'])).toEqual([
        'demo|form_response|responseone',
      ]);
    });

    it('stops deliveries and lets them go on by the breaker', async () => {
      const { pipeline, run } = await start();

      const opened = await run('breaker', 'open', '--reason', 'Zoho is being migrated');
      await pipeline.send('demo', { id: 'waits' });
      await eventually(pipeline.pipeline.countQueued, (count) => count === 1);
      const status = await run('breaker', 'status', '--json');
      const waiting = await pipeline.zoho.records('Leads');
      const closed = await run('breaker', 'close', '--reason', 'the migration is over');

      expect([opened.code, status.code, closed.code]).toEqual([0, 0, 0]);
      expect(opened.out).toContain('Opened by local: Zoho is being migrated');
      expect(JSON.parse(status.out)).toMatchObject({
        status: { state: 'open', reason: 'operator' },
      });
      expect(waiting).toEqual([]);
      expect(closed.out).toContain('is closed: leads are delivered');
    });

    it('pauses deliveries for a while, and resumes them before the time is over', async () => {
      const { pipeline, run } = await start();

      const paused = await run('pause', '--for', '2h', '--reason', 'fields are being moved');
      await pipeline.send('demo', { id: 'paused' });
      await eventually(pipeline.pipeline.countQueued, (count) => count === 1);
      const status = await run('breaker', 'status', '--json');
      const waiting = await pipeline.zoho.records('Leads');
      const resumed = await run('resume', '--reason', 'they are moved');
      await pipeline.send('demo', { id: 'after' });
      const delivered = await eventually(
        async () => await pipeline.zoho.records('Leads'),
        (records) => records.length > 0,
      );

      expect([paused.code, resumed.code]).toEqual([0, 0]);
      expect(paused.out).toContain('in 2 h: one delivery tries');
      expect(JSON.parse(status.out)).toMatchObject({
        status: { state: 'open', reason: 'operator', openUntil: expect.any(String) },
      });
      expect(waiting).toEqual([]);
      expect(resumed.out).toContain('new ones are delivered at once');
      expect(delivered).toHaveLength(1);
    });

    it('is told which command ends what is no pause', async () => {
      const { pipeline, run } = await start();
      const { table } = pipeline.pipeline;
      const endpoint = table.kind === 'memory' ? '' : table.url;
      const access = { endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
      const client = new DynamoDBClient(access);
      const breakers = createDynamoDbBreakerStore({ client, tableName: LOCAL_TABLE });
      await breakers.save({ ...openedForGood(NEW_BREAKER, 'authorization', 0), revision: 1 });
      client.destroy();

      const answers = [
        await run('pause', '--reason', 'a'),
        await run('resume', '--reason', 'a'),
        await run('pause', '--reason', 'a', '--for', '90d'),
      ];

      expect(answers.map(({ code }) => code)).toEqual([1, 1, 2]);
      expect(answers[1]?.out).toContain('npx holdfast breaker close');
      expect(answers[2]?.err).toContain('72 hours at the most');
    });

    it('is told how to go on when no Holdfast runs there', async () => {
      const answer = await holdfast('replay', '--port', '19999');

      expect(answer.code).toBe(1);
      expect(answer.err).toContain('No Holdfast answers on http://127.0.0.1:19999');
    });

    it('is told of wrong use by exit code 2', async () => {
      const { run } = await start();
      const answers = await Promise.all([
        holdfast('replay', '--from', 'yesterday'),
        holdfast('replay', '--reason', ' '),
        holdfast('breaker', 'close'),
        holdfast('no-such-command'),
        holdfast('samples', 'nobody'),
        run('replay', '--remap', '--mapping', 'nobody:1'),
      ]);

      expect(answers.map((answer) => answer.code)).toEqual([2, 2, 2, 2, 2, 2]);
      expect(answers[4]?.err).toContain('There is no source nobody in holdfast.config.ts.');
      expect(answers[5]?.err).toContain('has used a mapping version nobody:1');
    });
  },
);
