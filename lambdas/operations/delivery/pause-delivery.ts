import {
  type Breaker,
  type BreakerSettings,
  closed,
  NEW_BREAKER,
  openedForGood,
  pausedUntil,
} from '../../core/breaker.ts';
import type { HoldfastConfig } from '../../core/config.ts';
import {
  BREAKER_TOUCHED,
  type BreakerPorts,
  type BreakerStatus,
  changeBreaker,
  describeStatus,
  type OperatorAct,
} from './control-breaker.ts';
import { onRecord, type RecordPorts } from '../journal/on-record.ts';

/** What pausing needs of the world. */
export type PausePorts = BreakerPorts & RecordPorts;

/**
 * What a pause came to.
 *
 * - `paused`: from now on, or with another end than before
 * - `stands_still`: deliveries stand still until a person mends something; a pause would only hide that
 */
export interface PauseResult {
  readonly kind: 'paused' | 'stands_still';
  readonly status: BreakerStatus;
}

/**
 * What ending a pause came to.
 *
 * - `resumed`: deliveries go on
 * - `delivering`: there was no pause, and nothing to be done
 * - `not_paused`: deliveries stand still for another reason, which has a remedy of its own
 */
export interface ResumeResult {
  readonly kind: 'resumed' | 'delivering' | 'not_paused';
  readonly status: BreakerStatus;
}

/** A shorter pause is over before anybody has looked. */
const PAUSE_MIN_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Says what is wrong with the end of a pause.
 *
 * A message outlasts an open breaker for `delivery.retry.retryForHours` (asserted at synth); a longer pause would
 * fill the dead-letter queue, while a stage whose delivery is switched off holds leads without any message.
 *
 * @returns a sentence; `undefined` when nothing is
 */
export function checkPauseEnd(
  untilMs: number,
  nowMs: number,
  { delivery }: Pick<HoldfastConfig, 'delivery'>,
): string | undefined {
  const { retryForHours } = delivery.retry;
  if (untilMs <= nowMs) return 'A pause must end in the future.';
  if (untilMs - nowMs < PAUSE_MIN_MS) return 'A pause must last for a minute or longer.';
  return untilMs - nowMs > retryForHours * HOUR_MS
    ? `A pause may last for ${retryForHours} hours at the most (delivery.retry.retryForHours). To stop for longer, ` +
        'deploy with -c zohoEnabled=false: leads are then held until you deploy without it.'
    : undefined;
}

/**
 * Lets deliveries stand still: leads are taken in and wait. A call that is being made is not broken off.
 *
 * At its end one delivery tries first; if Zoho takes it, all go on.
 *
 * @param untilMs epoch milliseconds, one that `checkPauseEnd` takes; without it the pause ends by `resumeDelivery`
 * @throws {StoreUnavailableError} the breaker could not be read or written, or the act not put on record
 */
export async function pauseDelivery(
  ports: PausePorts,
  act: OperatorAct,
  untilMs: number | undefined,
  settings: BreakerSettings,
): Promise<PauseResult> {
  const planned = { action: 'paused', ...act, touched: [BREAKER_TOUCHED] } as const;
  return await onRecord(planned, ports, async () => {
    const result = await pause(ports, act, untilMs, settings);
    return result.kind === 'paused' ? { result } : { result, touched: [], hasFailed: true };
  });
}

async function pause(
  ports: BreakerPorts,
  act: OperatorAct,
  untilMs: number | undefined,
  settings: BreakerSettings,
): Promise<PauseResult> {
  let seen: Breaker = NEW_BREAKER;
  const done = await changeBreaker(ports, act, (breaker) => {
    seen = breaker;
    if (needsMending(breaker)) return undefined;
    const nowMs = ports.clock.nowMs();
    seen =
      untilMs === undefined
        ? openedForGood(breaker, 'operator', nowMs)
        : pausedUntil(breaker, untilMs, nowMs, settings);
    return seen;
  });
  const isPaused = done === 'changed';
  return {
    kind: isPaused ? 'paused' : 'stands_still',
    status: statusOf(seen, isPaused, ports, act, settings),
  };
}

/**
 * Ends a pause: deliveries go on at once. What stands still for another reason is left as it is.
 *
 * @throws {StoreUnavailableError} the breaker could not be read or written, or the act not put on record
 */
export async function resumeDelivery(
  ports: PausePorts,
  act: OperatorAct,
  settings: BreakerSettings,
): Promise<ResumeResult> {
  const planned = { action: 'resumed', ...act, touched: [BREAKER_TOUCHED] } as const;
  return await onRecord(planned, ports, async () => {
    const result = await resume(ports, act, settings);
    if (result.kind === 'resumed') return { result };
    return { result, touched: [], hasFailed: result.kind === 'not_paused' };
  });
}

async function resume(
  ports: BreakerPorts,
  act: OperatorAct,
  settings: BreakerSettings,
): Promise<ResumeResult> {
  let seen: Breaker = NEW_BREAKER;
  const done = await changeBreaker(ports, act, (breaker) => {
    seen = breaker;
    if (breaker.state === 'closed' || breaker.reason !== 'operator') return undefined;
    seen = closed(breaker);
    return seen;
  });
  const status = statusOf(seen, done === 'changed', ports, act, settings);
  if (done === 'changed') return { kind: 'resumed', status };
  return { kind: seen.state === 'closed' ? 'delivering' : 'not_paused', status };
}

/** How the breaker stands, with who has just changed it. */
function statusOf(
  breaker: Breaker,
  isChanged: boolean,
  { clock }: BreakerPorts,
  act: OperatorAct,
  settings: BreakerSettings,
): BreakerStatus {
  const nowMs = clock.nowMs();
  const operator = { ...act, atMs: nowMs };
  return describeStatus(isChanged ? { ...breaker, operator } : breaker, nowMs, settings);
}

/** Open until a person mends the credentials or the configuration. */
function needsMending({ state, reason }: Breaker): boolean {
  return state === 'open' && (reason === 'authorization' || reason === 'misconfigured');
}
