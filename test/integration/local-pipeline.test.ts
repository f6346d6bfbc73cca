import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { config } from '../../holdfast.config.ts';
import { describeStartError } from '../../local/describe-start-error.ts';
import { PortTakenError } from '../../local/emulators/listen.ts';
import { createLeadTracker } from '../../local/lead-tracker.ts';
import { runDemo } from '../../local/run-demo.ts';
import { buildSampleLead, newId } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../local/samples/sample-request.ts';
import { sendSample } from '../../local/samples/send-sample.ts';
import {
  ANY_PORTS,
  type Pipeline,
  type PipelineOptions,
  portsFrom,
  startPipeline,
} from '../../local/start-pipeline.ts';
import { createSimulatorAdmin } from '../../local/zoho-simulator/admin-client.ts';

let dataDir: string;
const running = new Set<Pipeline>();

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-pipeline-'));
});
afterEach(async () => {
  for (const pipeline of running) await pipeline.stop();
  running.clear();
  rmSync(dataDir, { recursive: true });
});

describe('the pipeline on this machine', () => {
  it('delivers a signed lead of every configured source and shows what arrived', async () => {
    const { pipeline, listeners } = await start();
    const lines: string[] = [];

    const exitCode = await runDemo(
      { config, pipeline, newId, print: (line) => lines.push(line) },
      (listen) => listeners.add(listen),
    );

    const records = await createSimulatorAdmin(pipeline.zohoUrl).records();
    expect(exitCode).toBe(0);
    expect(records).toHaveLength(Object.keys(config.sources).length);
    for (const record of records) expect(lines.join('\n')).toContain(record.id);
  });

  it('says which lead of the demonstration did not arrive, and why', async () => {
    const { pipeline, listeners } = await start({ zohoEnabled: false });
    const lines: string[] = [];

    const exitCode = await runDemo(
      { config, pipeline, newId, print: (line) => lines.push(line) },
      (listen) => listeners.add(listen),
    );

    expect(exitCode).toBe(1);
    expect(lines.filter((line) => /NOT DELIVERED.*held/.test(line))).toHaveLength(4);
  });

  it('goes on after a stop where it was: leads that were held arrive once', async () => {
    const first = await start({ zohoEnabled: false });
    const key = await send(first.pipeline);
    await first.tracker.whenSettled([key], 10_000);
    await stop(first.pipeline);

    const second = await start();
    await second.pipeline.sweep();
    await second.tracker.whenSettled([key], 10_000);

    expect(second.tracker.progressOf(key)).toMatchObject({ kind: 'delivered', action: 'insert' });
    expect(await createSimulatorAdmin(second.pipeline.zohoUrl).records()).toHaveLength(1);
  });

  it('knows a lead of before a restart, and makes no second record', async () => {
    const first = await start();
    const lead = buildSampleLead(0, 'known', Date.now());
    const request = buildSampleRequest(config, 'website', undefined, lead);
    const { key } = await sendSample(first.pipeline.endpoint, request);
    await first.tracker.whenSettled([key!], 10_000);
    await stop(first.pipeline);

    const second = await start();
    const again = await sendSample(second.pipeline.endpoint, request);

    expect(again).toMatchObject({ status: 200, key });
    expect(second.pipeline.metrics.read('LeadDuplicate')).toBe(1);
    const records = await createSimulatorAdmin(second.pipeline.zohoUrl).records();
    expect(records.map((record) => record.workflowFires.total)).toEqual([1]);
  });

  it('delivers without a database on the machine, from memory', async () => {
    const { pipeline, tracker } = await start({ dynamodb: {} });

    const key = await send(pipeline);
    await tracker.whenSettled([key], 10_000);

    expect(pipeline.table).toEqual({ kind: 'memory' });
    expect(tracker.progressOf(key)).toMatchObject({ kind: 'delivered' });
  });

  it('runs beside another one in the same process', async () => {
    const one = await start();
    const other = await start({ dataDir: path.join(dataDir, 'other') });

    const key = await send(one.pipeline);
    await one.tracker.whenSettled([key], 10_000);

    expect(await createSimulatorAdmin(one.pipeline.zohoUrl).records()).toHaveLength(1);
    expect(await createSimulatorAdmin(other.pipeline.zohoUrl).records()).toHaveLength(0);
  });

  it('refuses a taken port by its number and the option, and leaves nothing running', async () => {
    const { pipeline } = await start();
    const endpoint = Number(new URL(pipeline.endpoint).port);
    const other = path.join(dataDir, 'other');

    const second = startPipeline({ config, dataDir: other, ports: { ...ANY_PORTS, endpoint } });

    const error: unknown = await second.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PortTakenError);
    expect(describeStartError(error)).toMatch(
      new RegExp(`^Port ${endpoint} .*--port 5000 --data-dir \\S+$`),
    );
  });

  it('started at any free port, says which one, and the other commands find all of it by that', async () => {
    const started = execFile(
      process.execPath,
      ['bin/holdfast.mjs', 'start', '--port', '0', '--data-dir', dataDir],
      { timeout: 60_000 },
    );
    const ended = new Promise<void>((resolve) => started.once('exit', () => resolve()));
    try {
      let out = '';
      await Promise.race([
        ended,
        new Promise<void>((resolve) => {
          started.stdout?.on('data', (text: string) => {
            out += text;
            if (out.includes('Ctrl-C stops.')) resolve();
          });
        }),
      ]);

      const port = Number(/^ +webhooks +http:\/\/127\.0\.0\.1:(\d+)\//m.exec(out)?.[1]);
      expect(out).toContain(`npm run samples -- --port ${port} --data-dir`);
      expect(out).toContain(`http://127.0.0.1:${portsFrom(port).providerApis}/<provider>`);
    } finally {
      started.kill('SIGTERM');
      await ended;
    }
  });

  it('keeps secrets of its own, that a restart does not change', async () => {
    const first = await start();
    const before = first.pipeline.sourceSecret('partner');
    await stop(first.pipeline);

    const second = await start();

    expect(before).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(second.pipeline.sourceSecret('partner')).toBe(before);
    expect(second.pipeline.sourceSecret('website')).toBeUndefined();
    expect(readFileSync(path.join(dataDir, 'secrets.json'), 'utf8')).toContain(before);
  });
});

async function start(options: Partial<PipelineOptions> = {}) {
  const tracker = createLeadTracker();
  const listeners = new Set([tracker.observe]);
  const pipeline = await startPipeline({
    config,
    dataDir,
    onLog: (entry) => {
      for (const listen of listeners) listen(entry);
    },
    ...options,
  });
  running.add(pipeline);
  return { pipeline, tracker, listeners };
}

async function stop(pipeline: Pipeline): Promise<void> {
  running.delete(pipeline);
  await pipeline.stop();
}

async function send(pipeline: Pipeline): Promise<string> {
  const lead = buildSampleLead(0, newId(), Date.now());
  const request = buildSampleRequest(config, 'website', undefined, lead);
  return (await sendSample(pipeline.endpoint, request)).key!;
}
