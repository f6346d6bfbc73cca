import type { MetricQuery, MetricReader } from '../../lambdas/core/ports/metric-reader.ts';

/** Numbers by metric, or by metric and source as `LeadAccepted{demo}`: each is one point at a time. */
export function fakeMetrics(
  values: Readonly<Record<string, number>>,
  atMs: number,
  sinceMs?: number,
): MetricReader & { readonly asked: MetricQuery[] } {
  const asked: MetricQuery[] = [];
  return {
    asked,
    read: async ({ queries }) => {
      asked.push(...queries);
      const series = queries.map(({ name, source }) => {
        const value = values[source === undefined ? name : `${name}{${source}}`];
        return value === undefined ? [] : [{ atMs, value }];
      });
      return { series, ...(sinceMs === undefined ? {} : { sinceMs }) };
    },
  };
}
