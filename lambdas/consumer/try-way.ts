import { contributionOf } from '../core/contribution.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import { failure } from '../core/failure.ts';
import { identityNamesOf } from '../core/identity.ts';
import { breakerDeferralMs, deferralMs } from '../core/retry-schedule.ts';
import type { ClaimedEvent, DeliveryContext, DeliveryPorts } from './delivery-ports.ts';
import { hasTimeForCall } from './time-left.ts';

/** A canary that is older than its patience and this is nobody's any more: whoever sent it has given up. */
const FORGOTTEN_AFTER_MS = 30_000;

/** Nothing else was tried, and the call may do better soon. */
const AGAIN_MS = 10_000;

const ENDED: DeliveryOutcome = { kind: 'suppressed', suppression: 'canary' };

/**
 * Brings an event as far as the CRM's door and no further: everything is done that a delivery does but writing. What it
 * says is read, named and mapped, the breaker is respected, and the CRM is asked whether it answers us.
 *
 * Nothing here writes to the CRM, to an identity, or to the breaker, with one exception: that the CRM refuses our
 * credentials opens the breaker, before a person's lead meets it. Of a missing right the breaker is not told: it is the right
 * to read, and leads may be delivered without it. Nor is it told of a success, since a CRM that can be read may still refuse to
 * be written to.
 *
 * @returns `suppressed` as a canary once the CRM has answered, or when nobody waits for it any more; else it comes back
 */
export async function tryWay(
  event: ClaimedEvent,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<DeliveryOutcome> {
  try {
    return await tryOnce(event, ports, context);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    event.log.error('The canary could not be read', {}, error);
    return { kind: 'deferred', delayMs: deferralMs(ports.random.next()) };
  }
}

async function tryOnce(
  { record, log }: ClaimedEvent,
  ports: DeliveryPorts,
  context: DeliveryContext,
): Promise<DeliveryOutcome> {
  const { config, pepper, gate } = context;
  const patienceMs = (config.canary?.patienceSeconds ?? 0) * 1_000;
  const ageMs = ports.clock.nowMs() - Date.parse(record.receivedAt);
  if (ageMs > patienceMs + FORGOTTEN_AFTER_MS) return ENDED;

  const { key, payloadHash, remappedAs, attempts } = record;
  const normalized = await ports.events.readNormalized(key, payloadHash, remappedAs);
  if (normalized === undefined) {
    return { kind: 'rejected', failure: failure('payload_missing'), attempts };
  }
  if (identityNamesOf(normalized, config.identity.order, pepper).length === 0) {
    return { kind: 'rejected', failure: failure('missing_identity'), attempts };
  }
  contributionOf(normalized, config);

  const check = gate.check();
  if (check.kind === 'stay_away') {
    return { kind: 'deferred', delayMs: breakerDeferralMs(check.delayMs, ports.random.next()) };
  }
  if (!hasTimeForCall(ports, context, 0)) {
    return { kind: 'deferred', delayMs: deferralMs(ports.random.next()) };
  }
  const probe = await ports.crm.probe();
  if (probe.kind === 'answered') return ENDED;
  log.warn('The CRM did not answer a canary', {
    failure_code: probe.failure.code,
    failure_class: probe.failure.class,
  });
  if (probe.failure.code === 'crm_unauthorized') await gate.note({ failure: probe.failure });
  return { kind: 'deferred', delayMs: Math.max(AGAIN_MS, probe.retryAfterMs ?? 0) };
}
