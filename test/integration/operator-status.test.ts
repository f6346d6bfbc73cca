import { afterEach, describe, expect, it } from 'vitest';
import type { Check } from '../../lambdas/operations/doctor/check.ts';
import type { SourceOverview } from '../../lambdas/operations/status/list-sources.ts';
import type { PipelineStats } from '../../lambdas/operations/status/pipeline-stats.ts';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import type { OpenTargetOptions } from '../../local/operator/target/open-target.ts';
import { runDoctorCommand } from '../../local/operator/doctor/run-doctor.ts';
import { runPause } from '../../local/operator/delivery/run-pause.ts';
import { runSourceList } from '../../local/operator/source/run-source-list.ts';
import { runStats } from '../../local/operator/status/run-stats.ts';
import { portsFrom } from '../../local/start-pipeline.ts';
import {
  eventually,
  startAtPort,
  startTestPipeline,
  type TestPipeline,
} from '../support/running-pipeline.ts';

type Run = (
  options: OpenTargetOptions & { readonly json: boolean; readonly print: (line: string) => void },
) => Promise<number>;

describe.runIf(findDynoxide() !== undefined)(
  'whoever looks how it goes at the command line',
  { timeout: 60_000 },
  () => {
    let running: TestPipeline | undefined;

    afterEach(async () => {
      await running?.stop();
      running = undefined;
    });

    const start = async () => {
      const { pipeline, port } = await startAtPort({
        sources: {
          demo: { provider: 'typeform', expect: { everyHours: 24 } },
          partner: { provider: 'standard_webhooks', expect: { everyHours: 24 } },
        },
      });
      running = pipeline;
      return { pipeline, port };
    };
    const run = async (command: Run, pipeline: TestPipeline, port: number) => {
      const lines: string[] = [];
      const code = await command({
        config: pipeline.config,
        env: {},
        port,
        json: true,
        verbose: false,
        print: (line) => lines.push(line),
        printError: (line) => lines.push(line),
      });
      return { code, text: lines.join('\n') };
    };
    const statsOf = async (pipeline: TestPipeline, port: number) =>
      JSON.parse((await run(stats, pipeline, port)).text) as PipelineStats;
    const doctorOf = async (pipeline: TestPipeline, port: number) => {
      const { code, text } = await run(runDoctorCommand, pipeline, port);
      const document = JSON.parse(text) as { checks: readonly Check[]; passed: boolean };
      return { code, document };
    };
    const stats: Run = async (options) => await runStats({ ...options, hours: 24, watch: false });
    const pause: Run = async (options) =>
      await runPause({ ...options, reason: 'a test', forMs: 3_600_000 });
    const refuse = async (pipeline: TestPipeline) => {
      await pipeline.zoho.faults({
        kind: 'row_error',
        code: 'INVALID_DATA',
        details: { api_name: 'Company', maximum_length: 5 },
        match: { row: { field: 'Email', equals: 'refused@example.com' } },
        times: 'always',
      });
      await pipeline.send('demo', { id: 'refused', email: 'refused@example.com' });
    };

    it('sees what came, what became of it, and what is set aside', async () => {
      const { pipeline, port } = await start();
      const sample = pipeline.request('demo', { id: 'first' });
      await pipeline.post(sample);
      await pipeline.post(sample);
      await refuse(pipeline);
      await eventually(pipeline.pipeline.countDeadLetters, (count) => count === 1);

      const document = await eventually(
        async () => await statsOf(pipeline, port),
        ({ counted }) => counted.kind === 'read' && counted.numbers.all.delivered === 1,
      );
      const listed = await run(runSourceList, pipeline, port);
      const { sources } = JSON.parse(listed.text) as { sources: readonly SourceOverview[] };

      expect(document.delivery.state).toBe('closed');
      expect(document.now.waiting.count).toBe(0);
      expect(document.now.quarantined).toMatchObject({ permanent: { count: 1 } });
      expect(document.counted.kind === 'read' && document.counted.numbers).toMatchObject({
        all: { accepted: 2, delivered: 1, quarantined: 1, duplicate: 1 },
        isWhole: false,
      });
      expect(sources).toMatchObject([
        { source: 'demo', lastDay: 2, inQuarantine: 1, secret: { kind: 'stored' } },
        { source: 'partner', lastDay: 0, inQuarantine: 0, secret: { kind: 'stored' } },
      ]);
      expect(sources[1]?.lastSeen).toBeUndefined();
    });

    it('sees it again and again, until that is ended', async () => {
      const { pipeline, port } = await start();
      const stop = new AbortController();
      const drawn: string[] = [];
      const watching = runStats({
        config: pipeline.config,
        env: {},
        port,
        hours: 24,
        watch: true,
        json: false,
        verbose: false,
        print: () => undefined,
        printError: () => undefined,
        screen: { write: (text) => drawn.push(text), columns: 100 },
        until: stop.signal,
      });

      await eventually(
        async () => drawn.length,
        (count) => count > 0,
      );
      stop.abort();

      expect(await watching).toBe(0);
      expect(drawn[0]).toContain('Leads are delivered.');
      expect(drawn[0]).toContain('Ctrl-C ends.');
    });

    it('sees the numbers of before after a restart', async () => {
      const { pipeline, port } = await start();
      await pipeline.send('demo', { id: 'before' });
      await pipeline.stop(true);
      const options = { ports: portsFrom(port), dataDir: pipeline.dataDir };
      running = await startTestPipeline({ options, sources: { demo: { provider: 'typeform' } } });
      await running.send('demo', { id: 'after' });

      const { counted } = await statsOf(running, port);

      expect(counted.kind === 'read' && counted.numbers.all.accepted).toBe(2);
    });

    it('is told by the doctor what is right, what is not, and what is not here', async () => {
      const { pipeline, port } = await start();
      await pipeline.send('demo', { id: 'seen' });
      await pipeline.pipeline.sweep();
      await run(pause, pipeline, port);
      await refuse(pipeline);

      const { code, document } = await doctorOf(pipeline, port);

      const statusOf = Object.fromEntries(document.checks.map(({ id, status }) => [id, status]));
      expect([code, document.passed]).toEqual([0, true]);
      expect(statusOf).toMatchObject({
        'installation.configuration': 'ok',
        'installation.stack': 'not_here',
        'secrets.source.demo': 'ok',
        'secrets.pepper': 'ok',
        'secrets.zoho': 'ok',
        'zoho.token': 'ok',
        'zoho.scope.ZohoCRM.settings.fields.READ': 'ok',
        'zoho.scope.ZohoCRM.coql.READ': 'ok',
        'zoho.own_fields': 'ok',
        'delivery.breaker': 'warning',
        'delivery.source.demo': 'ok',
        'delivery.source.partner': 'warning',
        'delivery.sweeper': 'ok',
        'queues.redrive': 'ok',
        'queues.encryption': 'not_here',
        'table.table': 'not_here',
        'alarms.alarms': 'not_here',
        'clock.zoho': 'ok',
      });
    });

    it('is told by the doctor that Zoho lacks the field of the key', async () => {
      const { pipeline, port } = await start();
      await pipeline.zoho.knobs({ customFields: false, uniqueFields: [] });

      const { code, document } = await doctorOf(pipeline, port);

      const own = document.checks.find(({ id }) => id === 'zoho.own_fields.Holdfast_Key');
      expect(code).toBe(1);
      expect(own).toMatchObject({
        status: 'problem',
        sentence: expect.stringContaining('Holdfast_Key'),
      });
    });

    it('is told by the doctor which scope the refresh token lacks', async () => {
      const { pipeline, port } = await start();
      await pipeline.zoho.knobs({ scopes: ['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL'] });

      const { code, document } = await doctorOf(pipeline, port);

      const problems = document.checks.filter(({ status }) => status === 'problem');
      expect(code).toBe(1);
      expect(problems.map(({ id }) => id)).toEqual(['zoho.scope.ZohoCRM.coql.READ']);
    });

    it('is told by the doctor that nothing runs there, and ends with 1', async () => {
      const { pipeline } = await start();

      const { code, document } = await doctorOf(pipeline, 19_999);

      expect(code).toBe(1);
      expect(document.checks.map(({ id, status }) => [id, status])).toEqual([
        ['installation.configuration', 'ok'],
        ['installation.target', 'problem'],
      ]);
    });
  },
);
