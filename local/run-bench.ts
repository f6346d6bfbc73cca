import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { createLeadTracker } from './lead-tracker.ts';
import { buildSampleLead, buildSampleRequest } from './sample-requests.ts';
import { sendSample } from './send-sample.ts';
import { type Pipeline, startPipeline } from './start-pipeline.ts';
import { createSimulatorAdmin } from './zoho-simulator/admin-client.ts';

/** 10 leads an upsert would be 0.1; a lead that comes alone costs a call of its own. */
const CALLS_PER_LEAD_TARGET = 0.15;
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
  const pipeline = await startPipeline({
    config: options.config,
    dataDir,
    onLog: tracker.observe,
  });
  try {
    const startedAtMs = Date.now();
    const { timings, refused } = await sendBurst(pipeline, options);
    const sentInMs = Date.now() - startedAtMs;
    const keys = timings.map((timing) => timing.key);
    await tracker.whenSettled(keys, DRAIN_TIMEOUT_MS);

    const delivered = timings.flatMap((timing) => {
      const progress = tracker.progressOf(timing.key);
      return progress?.kind === 'delivered' ? [{ ...timing, deliveredAtMs: progress.atMs }] : [];
    });
    return await report(pipeline, options, {
      refused,
      sentInMs,
      tookMs: Math.max(startedAtMs, ...delivered.map((lead) => lead.deliveredAtMs)) - startedAtMs,
      answers: timings.map((timing) => timing.answeredInMs),
      endToEnd: delivered.map((lead) => lead.deliveredAtMs - lead.sentAtMs),
    });
  } finally {
    await pipeline.stop();
    rmSync(dataDir, { recursive: true });
  }
}

async function sendBurst(
  pipeline: Pipeline,
  { config, leads, concurrency }: RunBenchOptions,
): Promise<{ readonly timings: readonly Timing[]; readonly refused: number }> {
  const sources = Object.keys(config.sources);
  const timings: Timing[] = [];
  let next = 0;
  let refused = 0;
  const sender = async () => {
    while (next < leads) {
      const index = next;
      next += 1;
      const source = sources[index % sources.length] ?? '';
      const lead = buildSampleLead(index, `bench${index}`, Date.now());
      const request = buildSampleRequest(config, source, pipeline.sourceSecret(source), lead);
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
}

async function report(
  pipeline: Pipeline,
  { config, leads, concurrency, print }: RunBenchOptions,
  measured: Measured,
): Promise<number> {
  const stats = await createSimulatorAdmin(pipeline.zohoUrl).stats();
  const records = stats.records[config.zoho.module] ?? 0;
  const callsPerLead = stats.calls / leads;
  const met = callsPerLead <= CALLS_PER_LEAD_TARGET ? 'met' : 'missed';

  print(
    `${leads} leads of ${Object.keys(config.sources).length} sources, ${concurrency} at a time`,
  );
  print('');
  print(`  accepted       ${rate(leads, measured.sentInMs)} leads/s`);
  print(`  delivered      ${rate(measured.endToEnd.length, measured.tookMs)} leads/s`);
  print(`  answer         ${percentiles(measured.answers)}`);
  print(`  end to end     ${percentiles(measured.endToEnd)}`);
  print(
    `  Zoho calls     ${stats.calls}, ${callsPerLead.toFixed(3)} a lead (target ≤ ${CALLS_PER_LEAD_TARGET}: ${met})`,
  );
  print(`  API credits    ${stats.creditsUsed}, ${(stats.creditsUsed / leads).toFixed(3)} a lead`);
  print(`  429 answers    ${stats.tooManyRequests.burst + stats.tooManyRequests.quota}`);
  print(`  records        ${records}`);
  print(`  workflow runs  ${stats.workflowFires}`);
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

function rate(count: number, ms: number): string {
  return (count / (ms / 1_000)).toFixed(0);
}

function percentiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `p50 ${(at(0.5) ?? 0).toFixed(0)} ms, p99 ${(at(0.99) ?? 0).toFixed(0)} ms`;
}
