import { CLOSING_TIME_MS } from '../core/pipeline-limits.ts';
import type { DeliveryContext, DeliveryPorts } from './delivery-ports.ts';

/**
 * Whether a call to the CRM, begun after `waitMs`, ends before the invocation does, with time left to store
 * what came of it.
 */
export function hasTimeForCall(
  ports: Pick<DeliveryPorts, 'clock' | 'crm'>,
  context: Pick<DeliveryContext, 'deadlineMs'>,
  waitMs: number,
): boolean {
  const neededMs = waitMs + ports.crm.writeTimeoutMs + CLOSING_TIME_MS;
  return ports.clock.nowMs() + neededMs <= context.deadlineMs;
}
