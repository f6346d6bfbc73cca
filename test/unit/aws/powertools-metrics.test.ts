import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPowertoolsMetrics } from '../../../lambdas/aws/powertools-metrics.ts';

/** Each metric of an EMF line with its unit. */
function unitsOf(blob: Record<string, unknown>): [string, string][] {
  const { CloudWatchMetrics } = blob['_aws'] as {
    CloudWatchMetrics: { Metrics: { Name: string; Unit: string }[] }[];
  };
  return CloudWatchMetrics.flatMap(({ Metrics }) =>
    Metrics.map(({ Name, Unit }): [string, string] => [Name, Unit]),
  );
}

describe('the metrics', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const flushed = (measure: (metrics: ReturnType<typeof createPowertoolsMetrics>) => void) => {
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      printed.push(String(chunk));
      return true;
    });
    const metrics = createPowertoolsMetrics('intake');
    measure(metrics);
    metrics.flush();
    return printed
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('count in all, and for each source where one is named', () => {
    const blobs = flushed((metrics) => {
      metrics.count('LeadAccepted', { source: 'demo' });
      metrics.count('LeadAccepted', { source: 'website' });
      metrics.count('UnknownSource');
    });

    const total = blobs.find((blob) => blob['source'] === undefined);
    expect(total).toMatchObject({ service: 'intake', LeadAccepted: [1, 1], UnknownSource: 1 });
    expect(total?.['_aws']).toMatchObject({
      CloudWatchMetrics: [{ Namespace: 'Holdfast', Dimensions: [['service']] }],
    });
    expect(blobs.filter((blob) => blob['source'] !== undefined)).toMatchObject([
      { source: 'demo', LeadAccepted: 1 },
      { source: 'website', LeadAccepted: 1 },
    ]);
  });

  it('give a gauge of a source its own line, and no other metric that dimension', () => {
    const blobs = flushed((metrics) => {
      metrics.count('LeadRequeued');
      metrics.gauge('SecondsSinceLastEvent', 61, { source: 'demo' });
      metrics.gauge('SecondsSinceLastEvent', 7, { source: 'website' });
      metrics.gauge('Pending', 3);
    });

    const total = blobs.filter((blob) => blob['source'] === undefined);
    expect(total).toMatchObject([{ service: 'intake', LeadRequeued: 1, Pending: 3 }]);
    expect(total[0]).not.toHaveProperty('SecondsSinceLastEvent');
    expect(total[0]?.['_aws']).toMatchObject({
      CloudWatchMetrics: [{ Dimensions: [['service']] }],
    });
    const ofSources = blobs.filter((blob) => blob['source'] !== undefined);
    expect(ofSources).toMatchObject([
      { service: 'intake', source: 'demo', SecondsSinceLastEvent: 61 },
      { service: 'intake', source: 'website', SecondsSinceLastEvent: 7 },
    ]);
    for (const blob of ofSources) {
      expect(blob).not.toHaveProperty('Pending');
      expect(blob['_aws']).toMatchObject({
        CloudWatchMetrics: [{ Dimensions: [['service', 'source']] }],
      });
    }
  });

  it('measure ages in seconds and everything else by number', () => {
    const blobs = flushed((metrics) => {
      metrics.gauge('OldestPendingLeadAgeSeconds', 12);
      metrics.gauge('SecondsSinceLastEvent', 61, { source: 'demo' });
      metrics.gauge('DlqDepth', 2);
    });

    const units = blobs.flatMap((blob) => unitsOf(blob));
    expect(Object.fromEntries(units)).toEqual({
      OldestPendingLeadAgeSeconds: 'Seconds',
      SecondsSinceLastEvent: 'Seconds',
      DlqDepth: 'Count',
    });
  });

  it('write nothing when nothing was measured, and nothing twice', () => {
    expect(flushed(() => undefined)).toEqual([]);
    expect(
      flushed((metrics) => {
        metrics.count('UnknownSource');
        metrics.flush();
      }),
    ).toHaveLength(1);
  });
});
