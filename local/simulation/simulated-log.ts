import { describeCause } from '../../lambdas/core/describe-cause.ts';
import type { LogFields } from '../../lambdas/core/log-fields.ts';
import type { MetricName } from '../../lambdas/core/metric-names.ts';
import { METRICS_NAMESPACE } from '../../lambdas/core/pipeline-names.ts';
import type { Log, Metrics } from '../../lambdas/core/ports/telemetry.ts';
import type { Clock } from '../../lambdas/core/ports/world.ts';
import type { Container } from './container.ts';
import type { SeriesRecorder } from './metric-series.ts';
import type { Monitor } from './monitor.ts';
import type { Trace } from './trace.ts';

/** A process's log: every line is shown to the observers, warnings and errors stand in the trace. */
export function createSimulatedLog(container: Container, monitor: Monitor, trace: Trace): Log {
  const bind = (bound: LogFields): Log => {
    const write =
      (level: string, isTraced: boolean) =>
      (message: string, fields: LogFields = {}, cause?: unknown): void => {
        if (!container.isAlive()) return;
        const all = { ...bound, ...fields };
        monitor.told(
          `${message} ${JSON.stringify(all)} ${cause === undefined ? '' : JSON.stringify(toldOf(cause))}`,
          `The ${level} line "${message}" of ${container.name}`,
        );
        if (cause !== undefined) monitor.failedInside(cause, container.name);
        if (isTraced) {
          const what = fields.failure_code ?? fields.outcome ?? '';
          trace.line(
            container.name,
            `  ${level}: ${message} ${bound.idempotency_key ?? ''} ${what}`,
          );
        }
      };
    return {
      debug: write('debug', false),
      info: write('info', false),
      warn: write('warning', true),
      error: write('error', true),
      child: (fields) => bind({ ...bound, ...fields }),
    };
  };
  return bind({});
}

/**
 * Metrics that are shown to the observers, and recorded as the functions' EMF lines are: what was counted is
 * written at the end of an invocation, so that a process which dies takes it along; a gauge of a source at once.
 *
 * @see lambdas/aws/powertools-metrics.ts
 */
export function createSimulatedMetrics(
  container: Container,
  monitor: Monitor,
  { clock, recorder }: { readonly clock: Pick<Clock, 'nowMs'>; readonly recorder?: SeriesRecorder },
): Metrics & { flush(): void } {
  const service = serviceOf(container);
  let kept: (readonly [name: MetricName, value: number, source?: string])[] = [];
  const record = (name: MetricName, value: number, source?: string): void => {
    const dimensions = { service, ...(source === undefined ? {} : { source }) };
    recorder?.add({ namespace: METRICS_NAMESPACE, name, dimensions }, clock.nowMs(), value);
  };
  return {
    count: (name, dimensions = {}) => {
      monitor.told(`${name} ${JSON.stringify(dimensions)}`, `The metric ${name}`);
      kept.push([name, 1]);
      if (dimensions.source !== undefined) kept.push([name, 1, dimensions.source]);
    },
    gauge: (name, value, dimensions = {}) => {
      monitor.told(`${name} ${value} ${JSON.stringify(dimensions)}`, `The metric ${name}`);
      if (dimensions.source === undefined) kept.push([name, value]);
      else record(name, value, dimensions.source);
    },
    flush: () => {
      for (const one of kept) record(...one);
      kept = [];
    },
  };
}

/** The function whose process this is: `consumer` of `consumer-2`. */
function serviceOf({ name }: Container): string {
  return name.slice(0, name.lastIndexOf('-'));
}

/** What a log adapter writes of an error, without the stack: paths of this machine are in it. */
function toldOf(cause: unknown): unknown {
  const { error_stack: _stack, ...told } = describeCause(cause);
  return told;
}
