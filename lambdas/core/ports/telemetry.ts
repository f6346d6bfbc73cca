import type { LogFields } from '../log-fields.ts';
import type { MetricName } from '../metric-names.ts';

/** Counters and gauges. Dimensions are few and never personal. */
export interface Metrics {
  count(name: MetricName, dimensions?: { source?: string }): void;
  gauge(name: MetricName, value: number, dimensions?: { source?: string }): void;
}

/** A log whose fields have no room for a body, a header, a token, an e-mail or a phone number. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields, cause?: unknown): void;
  /** A log of its own for one record: its fields never leak into another's lines. */
  child(fields: LogFields): Log;
}
