import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { config } from '../../holdfast.config.ts';
import { buildSampleLead } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../local/samples/sample-request.ts';
import { sendSample } from '../../local/samples/send-sample.ts';
import { createSimulatorAdmin } from '../../local/zoho-simulator/admin-client.ts';
import { startZohoSimulator, type ZohoSimulator } from '../../local/zoho-simulator/simulator.ts';

const LEADS = 40;

let dataDir: string;
let zoho: ZohoSimulator;
const processes: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-restart-'));
  zoho = await startZohoSimulator();
});
afterEach(async () => {
  for (const child of processes.splice(0)) await end(child, 'SIGKILL');
  await zoho.close();
  rmSync(dataDir, { recursive: true });
});

describe('a pipeline that is ended and started again over the same data', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'loses no lead and makes none twice when it ends by %s with leads in flight',
    async (signal) => {
      const admin = createSimulatorAdmin(zoho.url);
      await admin.faults({ kind: 'delay', delayMs: 300, times: 'always' });
      const first = await startProcess();

      const answers = await sendLeads(first.endpoint);
      await untilRecords(1);
      await end(first.child, signal);
      const before = (await admin.records()).length;
      await admin.clearFaults();
      await startProcess();
      await untilRecords(LEADS);

      const records = await admin.records();
      expect(answers).toEqual(new Set([200]));
      expect(before).toBeLessThan(LEADS);
      expect(records).toHaveLength(LEADS);
      expect(new Set(records.map((record) => record.fields['Email'])).size).toBe(LEADS);
      expect(records.map((record) => record.workflowFires.total)).toEqual(Array(LEADS).fill(1));
    },
    90_000,
  );
});

async function startProcess(): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./local-pipeline-process.ts', import.meta.url)),
      dataDir,
      zoho.url,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  processes.push(child);
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the pipeline ended with ${code}`)));
  });
  return { child, endpoint };
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exited;
}

async function sendLeads(endpoint: string): Promise<Set<number>> {
  const answers = await Promise.all(
    Array.from({ length: LEADS }, async (_, index) => {
      const lead = buildSampleLead(index, `restart${index}`, Date.now());
      const request = buildSampleRequest(config, 'website', undefined, lead);
      return (await sendSample(endpoint, request)).status;
    }),
  );
  return new Set(answers);
}

async function untilRecords(count: number): Promise<void> {
  const admin = createSimulatorAdmin(zoho.url);
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if ((await admin.records()).length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`fewer than ${count} records after 60 s`);
}
