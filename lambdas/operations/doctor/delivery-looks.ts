import { METRIC_STEP_SECONDS } from '../../core/ports/metric-reader.ts';
import { breakerStatus } from '../delivery/control-breaker.ts';
import { measureOpenLeads } from '../status/open-leads.ts';
import { checkDelivery, checkHeartbeat, checkSource } from './check-delivery.ts';
import type { Look } from './check.ts';
import type { DoctorPorts, DoctorSettings } from './doctor-ports.ts';

const HEARTBEAT_WITHIN_MS = 15 * 60_000;

/** Looks at how leads move: the breaker, what waits, sources that should send, the sweeper. */
export function deliveryLooks(
  { events, breakers, metrics, clock }: DoctorPorts,
  { config, delivery, command }: DoctorSettings,
): readonly Look[] {
  return [
    {
      area: 'delivery',
      name: 'leads',
      what: 'the event store',
      needs: ['dynamodb:GetItem', 'dynamodb:Query', 'kms:Decrypt'],
      run: async () => {
        const [breaker, open] = await Promise.all([
          breakerStatus({ breakers, clock }, config.delivery),
          measureOpenLeads({ events }, config.sweeper.countMax),
        ]);
        return checkDelivery({ breaker, open }, delivery, clock.nowMs(), command);
      },
    },
    {
      area: 'delivery',
      name: 'sources',
      what: 'when sources last sent something',
      needs: ['dynamodb:GetItem', 'kms:Decrypt'],
      run: async () => {
        const expected = Object.entries(config.sources).flatMap(([source, { expect }]) =>
          expect === undefined ? [] : [{ source, ...expect }],
        );
        return await Promise.all(
          expected.map(async ({ source, everyHours }) => {
            const seenMs = await events.readSourceSeenMs(source);
            return checkSource(source, seenMs, everyHours, clock.nowMs(), command);
          }),
        );
      },
    },
    {
      area: 'delivery',
      name: 'sweeper',
      what: "the sweeper's heartbeat",
      needs: ['cloudwatch:GetMetricData'],
      run: async () => {
        const nowMs = clock.nowMs();
        const { series, sinceMs } = await metrics.read({
          queries: [{ name: 'SweeperHeartbeat', statistic: 'max' }],
          fromMs: nowMs - HEARTBEAT_WITHIN_MS,
          toMs: nowMs,
          stepSeconds: METRIC_STEP_SECONDS,
        });
        const lastAtMs = series[0]?.at(-1)?.atMs;
        return [
          checkHeartbeat(
            {
              ...(lastAtMs === undefined ? {} : { lastAtMs }),
              ...(sinceMs === undefined ? {} : { countedSinceMs: sinceMs }),
            },
            nowMs,
          ),
        ];
      },
    },
  ];
}
