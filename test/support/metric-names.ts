import { readFileSync } from 'node:fs';

/** Every metric that Holdfast emits: the members of `MetricName`. */
export const METRIC_NAMES: ReadonlySet<string> = new Set(
  [
    ...readFileSync(
      new URL('../../lambdas/core/metric-names.ts', import.meta.url),
      'utf8',
    ).matchAll(/'(\w+)'/g),
  ].map(([, name = '']) => name),
);
