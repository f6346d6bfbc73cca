import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPowertoolsMetrics } from '../../../lambdas/aws/powertools-metrics.ts';

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
