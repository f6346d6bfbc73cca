import { describe, expect, it } from 'vitest';
import { createSeriesRecorder, findSeries } from '../../../local/simulation/metric-series.ts';
import { runSeed } from '../../../local/simulation/run-seed.ts';

const MINUTE_MS = 60_000;

/** An intake process of it dies after it has stored a lead. */
const SEED_WITH_A_DEATH = 4;

describe('a recorder of metrics', () => {
  it('keeps sum, bounds and number of each minute, and nothing of a minute without measurements', () => {
    const recorder = createSeriesRecorder();
    const metric = { namespace: 'Holdfast', name: 'CrmCall', dimensions: { service: 'consumer' } };
    for (const [atMs, value] of [
      [1, 4],
      [59_999, 2],
      [3 * MINUTE_MS, 7],
    ] as const) {
      recorder.add(metric, atMs, value);
    }

    expect(recorder.series()).toEqual([
      {
        ...metric,
        points: [
          { atMs: 0, sum: 6, min: 2, max: 4, samples: 2 },
          { atMs: 3 * MINUTE_MS, sum: 7, min: 7, max: 7, samples: 1 },
        ],
      },
    ]);
  });

  it('tells metrics apart by their dimensions, whose order means nothing', () => {
    const recorder = createSeriesRecorder();
    const all = { namespace: 'Holdfast', name: 'LeadAccepted', dimensions: { service: 'intake' } };
    const one = { ...all, dimensions: { service: 'intake', source: 'demo' } };
    recorder.add(all, 0, 1);
    recorder.add(one, 0, 2);
    const turned = { ...all, dimensions: { source: 'demo', service: 'intake' } };

    expect(findSeries(recorder.series(), all)?.points[0]?.sum).toBe(1);
    expect(findSeries(recorder.series(), turned)?.points[0]?.sum).toBe(2);
    expect(findSeries(recorder.series(), { ...all, name: 'LeadHeld' })).toBeUndefined();
  });

  it('gathers what the functions of a simulated run measure', async () => {
    const recorder = createSeriesRecorder();

    const result = await runSeed({ seed: 3, scenario: 'calm', recorder });

    const sumOf = (name: string, dimensions: Record<string, string>, namespace = 'Holdfast') =>
      findSeries(recorder.series(), { namespace, name, dimensions })?.points.reduce(
        (sum, point) => sum + point.sum,
        0,
      );
    expect(sumOf('LeadAccepted', { service: 'intake' })).toBe(result.events);
    const delivered = [...result.facts.events.values()].filter(
      ({ record }) => record.state === 'succeeded',
    );
    expect(sumOf('LeadDelivered', { service: 'consumer' })).toBe(delivered.length);
    expect(sumOf('SweeperHeartbeat', { service: 'sweeper' })).toBeGreaterThan(5);
    expect(sumOf('Errors', { FunctionName: 'consumer' }, 'AWS/Lambda')).toBe(0);
    expect(
      recorder.series().filter(({ dimensions }) => dimensions['source'] !== undefined).length,
    ).toBeGreaterThan(2);
  });

  it('loses what a process had counted when it died, and counts the error', async () => {
    const recorder = createSeriesRecorder();

    const { events } = await runSeed({ seed: SEED_WITH_A_DEATH, scenario: 'everything', recorder });

    const sumOf = (namespace: string, name: string, dimensions: Record<string, string>) =>
      findSeries(recorder.series(), { namespace, name, dimensions })?.points.reduce(
        (sum, point) => sum + point.sum,
        0,
      );
    const accepted = sumOf('Holdfast', 'LeadAccepted', { service: 'intake' });
    expect(accepted).toBeLessThan(events);
    expect(sumOf('AWS/Lambda', 'Errors', { FunctionName: 'intake' })).toBeGreaterThanOrEqual(
      events - (accepted ?? 0),
    );
  });
});
