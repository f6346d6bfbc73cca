import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocalMetrics } from '../../../local/local-metrics.ts';
import { openMetricHistory } from '../../../local/metric-history-file.ts';
import { withHistory } from '../../../local/metric-history.ts';
import { type MetricServer, startMetricServer } from '../../../local/metric-server.ts';
import { createLocalMetricReader } from '../../../local/operator/target/local-metric-reader.ts';
import { aClock } from '../../support/fakes.ts';

const HOUR_MS = 3_600_000;
const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-metrics-'));
let files = 0;

function aHistory() {
  const clock = aClock();
  files += 1;
  const file = path.join(directory, String(files), 'metrics.jsonl');
  const open = () => {
    const stored = openMetricHistory(file, clock.nowMs());
    const metrics = withHistory(createLocalMetrics(), stored.history, () => clock.nowMs());
    return { ...stored, metrics };
  };
  const counted = { name: 'LeadAccepted', statistic: 'sum' } as const;
  const day = () => ({
    fromMs: clock.nowMs() - 24 * HOUR_MS,
    toMs: clock.nowMs() + 1,
    stepSeconds: 3_600,
  });
  return { clock, file, open, counted, day };
}

let server: MetricServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(directory, { recursive: true, force: true });
});

describe('what the local pipeline has measured', () => {
  it('is read by step: counters as sums, in all and by source, gauges by their ends', () => {
    const { clock, open, counted, day } = aHistory();
    const { metrics, history } = open();
    metrics.count('LeadAccepted', { source: 'demo' });
    metrics.gauge('Pending', 7);
    metrics.gauge('Pending', 2);
    clock.advance(HOUR_MS);
    metrics.count('LeadAccepted', { source: 'demo' });
    metrics.count('LeadAccepted', { source: 'form' });

    const { series } = history.read({
      ...day(),
      queries: [
        counted,
        { ...counted, source: 'demo' },
        { name: 'Pending', statistic: 'max' },
        { name: 'Pending', statistic: 'min' },
        { name: 'Held', statistic: 'max' },
      ],
    });

    const first = clock.nowMs() - HOUR_MS;
    expect(series).toEqual([
      [
        { atMs: first, value: 1 },
        { atMs: first + HOUR_MS, value: 2 },
      ],
      [
        { atMs: first, value: 1 },
        { atMs: first + HOUR_MS, value: 1 },
      ],
      [{ atMs: first, value: 7 }],
      [{ atMs: first, value: 2 }],
      [],
    ]);
    expect(metrics.read('LeadAccepted')).toBe(3);
  });

  it('outlives a restart, and what a kill did not let it save is lost alone', () => {
    const { clock, open, counted, day } = aHistory();
    const before = open();
    before.metrics.count('LeadAccepted');
    before.save(clock.nowMs());
    before.metrics.count('LeadAccepted');
    before.save(clock.nowMs());
    before.metrics.count('LeadAccepted');

    const after = open();
    after.metrics.count('LeadAccepted');

    const { series, sinceMs } = after.history.read({ ...day(), queries: [counted] });
    expect(series[0]?.map(({ value }) => value)).toEqual([3]);
    expect(sinceMs).toBe(clock.nowMs());
  });

  it('says since when it counts, unless it counted all the time that was asked for', () => {
    const { clock, open, counted, day } = aHistory();
    open().save(clock.nowMs());
    clock.advance(30 * HOUR_MS);

    const { history } = open();

    expect(history.read({ ...day(), queries: [counted] }).sinceMs).toBeUndefined();
    expect(history.read({ ...day(), fromMs: 0, queries: [counted] }).sinceMs).toBe(
      clock.nowMs() - 30 * HOUR_MS,
    );
  });

  it('is forgotten after eight days, and what cannot be read keeps nothing else from being read', () => {
    const { clock, file, open, counted, day } = aHistory();
    const first = open();
    first.metrics.count('LeadAccepted');
    first.save(clock.nowMs());
    clock.advance(9 * 24 * HOUR_MS);
    first.metrics.count('LeadAccepted');
    first.save(clock.nowMs());
    appendFileSync(file, '{"name":"LeadAcc');

    const { history } = open();

    const { series } = history.read({ ...day(), fromMs: 0, queries: [counted] });
    expect(series[0]).toHaveLength(1);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('is answered to another process', async () => {
    const { open, counted, day } = aHistory();
    const { metrics, history } = open();
    metrics.count('LeadAccepted', { source: 'demo' });
    server = await startMetricServer(history, { port: 0 });
    const request = { ...day(), queries: [{ ...counted, source: 'demo' }] };

    const answer = await createLocalMetricReader(server.url).read(request);
    const refused = await fetch(server.url, { method: 'POST', body: '{"queries":1}' });

    expect(answer).toEqual(history.read(request));
    expect(answer.series[0]).toHaveLength(1);
    expect(refused.status).toBe(400);
  });

  it('that nobody answers is said in a sentence', async () => {
    const { counted, day } = aHistory();

    const asked = createLocalMetricReader('http://127.0.0.1:1').read({
      ...day(),
      queries: [counted],
    });

    await expect(asked).rejects.toThrow('http://127.0.0.1:1 does not answer. Start it again.');
  });
});
