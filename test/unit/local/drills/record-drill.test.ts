import { describe, expect, it } from 'vitest';
import type { Drill } from '../../../../local/drills/drill.ts';
import { DRILLS } from '../../../../local/drills/drills.ts';
import { type DrillRecording, recordDrill } from '../../../../local/drills/record-drill.ts';
import { findSeries } from '../../../../local/simulation/metric-series.ts';

const HOUR_MS = 3_600_000;

const aDrill: Drill = {
  name: 'a-morning',
  says: 'A morning of a form.',
  traffic: [{ source: 'demo', leadsPerDay: 48, fromHour: 6, untilHour: 22 }],
  onsetMs: 0,
  lastsMs: 8 * HOUR_MS,
};

const sumOf = ({ series }: DrillRecording, name: string, service: string): number =>
  findSeries(series, { namespace: 'Holdfast', name, dimensions: { service } })?.points.reduce(
    (sum, point) => sum + point.sum,
    0,
  ) ?? 0;

describe('a drill', () => {
  it('delivers every lead of an undisturbed morning, and none comes at night', async () => {
    const recording = await recordDrill(aDrill);

    const accepted = findSeries(recording.series, {
      namespace: 'Holdfast',
      name: 'LeadAccepted',
      dimensions: { service: 'intake', source: 'demo' },
    });
    expect(sumOf(recording, 'LeadAccepted', 'intake')).toBe(18);
    expect(sumOf(recording, 'LeadDelivered', 'consumer')).toBe(18);
    expect(accepted?.points.every(({ atMs }) => new Date(atMs).getUTCHours() >= 6)).toBe(true);
  });

  it('is the very same for the same seed, and another for another', async () => {
    const [first, second, other] = [
      await recordDrill(aDrill, 5),
      await recordDrill(aDrill, 5),
      await recordDrill(aDrill, 6),
    ];

    expect(second).toEqual(first);
    expect(other.series).not.toEqual(first.series);
  });

  it('turns senders away while the table refuses events, and delivers what is taken in', async () => {
    const recording = await recordDrill({
      ...aDrill,
      disturb: ({ at, refuseEvents }) => {
        at(3 * HOUR_MS, () => refuseEvents(true));
        at(4 * HOUR_MS, () => refuseEvents(false));
      },
    });

    expect(sumOf(recording, 'IntakeUnavailable', 'intake')).toBeGreaterThan(0);
    expect(sumOf(recording, 'LeadDelivered', 'consumer')).toBe(
      sumOf(recording, 'LeadAccepted', 'intake'),
    );
  });

  it('measures nothing more once the sweeper is stopped', async () => {
    const recording = await recordDrill({
      ...aDrill,
      disturb: ({ at, stopSweeper }) => at(HOUR_MS + 1_000, stopSweeper),
    });

    expect(sumOf(recording, 'SweeperHeartbeat', 'sweeper')).toBe(60);
  });

  it('keeps what AWS measures of the functions and the queue: how long calls take, and what waits', async () => {
    const outage = { fromMs: 3 * HOUR_MS, untilMs: 4 * HOUR_MS };
    const { series } = await recordDrill({ ...aDrill, outage });
    const highest = (namespace: string, name: string, dimensions: Record<string, string>): number =>
      Math.max(
        ...(findSeries(series, { namespace, name, dimensions })?.points ?? []).map(
          ({ max }) => max,
        ),
      );

    // Zoho does not answer within its ten seconds, and the leads stay on the queue, hidden.
    expect(highest('AWS/Lambda', 'Duration', { FunctionName: 'consumer' })).toBeGreaterThan(10_000);
    expect(highest('AWS/Lambda', 'Duration', { FunctionName: 'intake' })).toBeLessThan(10_000);
    const delivery = { QueueName: 'delivery' };
    expect(highest('AWS/SQS', 'ApproximateNumberOfMessagesNotVisible', delivery)).toBeGreaterThan(
      1,
    );
    expect(highest('AWS/SQS', 'ApproximateNumberOfMessagesVisible', delivery)).toBeLessThan(
      highest('AWS/SQS', 'ApproximateNumberOfMessagesNotVisible', delivery),
    );
  });

  it('has one name each, and a beginning before its end', () => {
    expect(new Set(DRILLS.map(({ name }) => name)).size).toBe(DRILLS.length);
    for (const { onsetMs, lastsMs, says } of DRILLS) {
      expect(onsetMs).toBeLessThan(lastsMs);
      expect(says).toMatch(/\.$/);
    }
  });
});
