import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { buildBenchRequest, LEAD_BYTES, MESSAGE_LENGTH } from './bench-leads.ts';
import { meterTable, type TableMeter } from './bench-meter.ts';
import { type DynamodbEmulator, findDynoxide, startDynamodb } from './emulators/dynamodb.ts';
import { createLeadTracker } from './lead-tracker.ts';
import { sendSample } from './samples/send-sample.ts';
import { type Pipeline, startPipeline } from './start-pipeline.ts';
import { createSimulatorAdmin } from './zoho-simulator/admin-client.ts';

/** 10 leads an upsert would be 0.1; a lead that comes alone costs a call of its own. */
const CALLS_PER_LEAD_TARGET = 0.15;
/** Of the table, for a lead on the path without faults: what a lead costs in AWS. */
const WRITE_UNITS_TARGET = 12;
const READ_UNITS_TARGET = 4;
const DRAIN_TIMEOUT_MS = 300_000;

/** How large the burst is, and where its report goes. */
export interface RunBenchOptions {
  readonly config: HoldfastConfig;
  readonly leads: number;
  /** Requests in flight at a time. */
  readonly concurrency: number;
  readonly print: (line: string) => void;
}

/** One lead of the burst. */
interface Timing {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly sentAtMs: number;
  readonly answeredInMs: number;
}

/**
 * Sends a burst of distinct signed leads through the local pipeline and reports its speed.
 *
 * @returns the exit code: 1 when records or workflow runs are not as many as leads
 */
export async function runBench(options: RunBenchOptions): Promise<number> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const tracker = createLeadTracker();
  let table: DynamodbEmulator | undefined;
  let pipeline: Pipeline | undefined;
  try {
    table = await startTable(dataDir);
    const meter = table === undefined ? undefined : meterTable(table.url, options.config);
    pipeline = await startPipeline({
      config: options.config,
      dataDir,
      dynamodb: { endpoint: table?.url },
      onLog: tracker.observe,
      ...(meter === undefined ? {} : { overrides: meter.overrides }),
    });
    const startedAtMs = Date.now();
    const { timings, refused } = await sendBurst(pipeline, options);
    const sentInMs = Date.now() - startedAtMs;
    const keys = timings.map((timing) => timing.key);
    await tracker.whenSettled(keys, DRAIN_TIMEOUT_MS);

    const delivered = timings.flatMap((timing) => {
      const progress = tracker.progressOf(timing.key);
      return progress?.kind === 'delivered' ? [{ ...timing, deliveredAtMs: progress.atMs }] : [];
    });
    meter?.stop();
    return await report(pipeline, options, {
      refused,
      sentInMs,
      tookMs: Math.max(startedAtMs, ...delivered.map((lead) => lead.deliveredAtMs)) - startedAtMs,
      answers: timings.map((timing) => timing.answeredInMs),
      endToEnd: delivered.map((lead) => lead.deliveredAtMs - lead.sentAtMs),
      usage: meter?.usage,
    });
  } finally {
    await pipeline?.stop();
    await table?.stop();
    rmSync(dataDir, { recursive: true });
  }
}

/** A table of the bench's own, so that its stores can be built before the pipeline. */
async function startTable(dataDir: string): Promise<DynamodbEmulator | undefined> {
  const program = findDynoxide();
  if (program === undefined) return undefined;
  return await startDynamodb(program, { port: 0, dbFile: path.join(dataDir, 'bench.sqlite') });
}

async function sendBurst(
  pipeline: Pipeline,
  { config, leads, concurrency }: RunBenchOptions,
): Promise<{ readonly timings: readonly Timing[]; readonly refused: number }> {
  const timings: Timing[] = [];
  let next = 0;
  let refused = 0;
  const sender = async () => {
    while (next < leads) {
      const index = next;
      next += 1;
      const request = buildBenchRequest(config, index, pipeline.sourceSecret);
      const sentAtMs = Date.now();
      const { key, answeredInMs } = await sendSample(pipeline.endpoint, request);
      if (key === undefined) refused += 1;
      else timings.push({ key, sentAtMs, answeredInMs });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
  return { timings, refused };
}

interface Measured {
  readonly refused: number;
  readonly sentInMs: number;
  readonly tookMs: number;
  readonly answers: readonly number[];
  readonly endToEnd: readonly number[];
  /** Absent where there is no table. */
  readonly usage: TableMeter['usage'] | undefined;
}

async function report(
  pipeline: Pipeline,
  { config, leads, concurrency, print }: RunBenchOptions,
  measured: Measured,
): Promise<number> {
  const stats = await createSimulatorAdmin(pipeline.zohoUrl).stats();
  const records = stats.records[config.zoho.module] ?? 0;
  const callsPerLead = stats.calls / leads;

  const sources = Object.keys(config.sources).length;
  print(`${leads} leads of ${sources} sources, ${concurrency} at a time`);
  print(
    `Each has a body of ${LEAD_BYTES} bytes: a message of ${MESSAGE_LENGTH}, and more answers.`,
  );
  print('');
  print(`  accepted       ${rate(leads, measured.sentInMs)} leads/s`);
  print(`  delivered      ${rate(measured.endToEnd.length, measured.tookMs)} leads/s`);
  print(`  answer         ${percentiles(measured.answers)}`);
  print(`  end to end     ${percentiles(measured.endToEnd)}`);
  print(
    `  Zoho calls     ${stats.calls}, ${callsPerLead.toFixed(3)} a lead ${target(callsPerLead, CALLS_PER_LEAD_TARGET)}`,
  );
  print(`  API credits    ${stats.creditsUsed}, ${(stats.creditsUsed / leads).toFixed(3)} a lead`);
  print(`  429 answers    ${stats.tooManyRequests.burst + stats.tooManyRequests.quota}`);
  print(`  records        ${records}`);
  print(`  workflow runs  ${stats.workflowFires}`);
  if (measured.usage !== undefined) reportUsage(measured.usage, leads, print);
  print('');

  if (records === leads && stats.workflowFires === leads) {
    print('Every lead is one record, and started its workflow once.');
    return 0;
  }
  print(
    `FAILED: ${leads} leads were to be as many records and workflow runs ` +
      `(${measured.refused} refused by intake, ${measured.endToEnd.length} delivered).`,
  );
  return 1;
}

/** What a lead uses of the table, in AWS' units of billing. */
function reportUsage(
  usage: TableMeter['usage'],
  leads: number,
  print: (line: string) => void,
): void {
  const kinds = [
    ['write', WRITE_UNITS_TARGET],
    ['read', READ_UNITS_TARGET],
  ] as const;
  const { shared, ...functions } = usage;
  for (const [kind, most] of kinds) {
    const parts = Object.entries(functions).map(
      ([name, used]) => [name, used[kind] / leads] as const,
    );
    const each = parts.reduce((sum, [, part]) => sum + part, 0);
    const shown = parts.map(([name, part]) => `${name} ${part.toFixed(2)}`).join(', ');
    print(`  ${`${kind} units`.padEnd(13)}  ${each.toFixed(2)} a lead ${target(each, most)}`);
    print(`                 ${shown}; for all leads together: token, breaker ${shared[kind]}`);
  }
  print('                 as the emulator of the table counts, its index included');
}

function target(value: number, most: number): string {
  return `(target ≤ ${most}: ${value <= most ? 'met' : 'missed'})`;
}

function rate(count: number, ms: number): string {
  return (count / (ms / 1_000)).toFixed(0);
}

function percentiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `p50 ${(at(0.5) ?? 0).toFixed(0)} ms, p99 ${(at(0.99) ?? 0).toFixed(0)} ms`;
}
