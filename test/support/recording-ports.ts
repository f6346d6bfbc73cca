import type { LogFields } from '../../lambdas/core/log-fields.ts';
import type { MetricName } from '../../lambdas/core/metric-names.ts';
import type { Log, Metrics } from '../../lambdas/core/ports/telemetry.ts';

/** One log line as it was written. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
  readonly cause?: unknown;
}

/** A log that keeps its lines. */
export function createRecordingLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const bind = (bound: LogFields): Log => {
    const write =
      (level: LogLine['level']) =>
      (message: string, fields: LogFields = {}) => {
        lines.push({ level, message, fields: { ...bound, ...fields } });
      };
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: (fields) => bind({ ...bound, ...fields }),
    };
  };
  return { ...bind({}), lines };
}

/** Metrics that keep what was counted, as `Name` or `Name{source}`. */
export function createRecordingMetrics(): Metrics & {
  readonly counted: readonly string[];
  flush(): void;
} {
  const counted: string[] = [];
  return {
    counted,
    count: (name: MetricName, dimensions) => {
      counted.push(dimensions?.source === undefined ? name : `${name}{${dimensions.source}}`);
    },
    gauge: () => undefined,
    flush: () => undefined,
  };
}
