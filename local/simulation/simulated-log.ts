import { describeCause } from '../../lambdas/core/describe-cause.ts';
import type { LogFields } from '../../lambdas/core/log-fields.ts';
import type { Log, Metrics } from '../../lambdas/core/ports/telemetry.ts';
import type { Container } from './container.ts';
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

/** Metrics that are shown to the observers. */
export function createSimulatedMetrics(monitor: Monitor): Metrics & { flush(): void } {
  return {
    count: (name, dimensions) =>
      monitor.told(`${name} ${JSON.stringify(dimensions ?? {})}`, `The metric ${name}`),
    gauge: (name, value, dimensions) =>
      monitor.told(`${name} ${value} ${JSON.stringify(dimensions ?? {})}`, `The metric ${name}`),
    flush: () => undefined,
  };
}

/** What a log adapter writes of an error, without the stack: paths of this machine are in it. */
function toldOf(cause: unknown): unknown {
  const { error_stack: _stack, ...told } = describeCause(cause);
  return told;
}
