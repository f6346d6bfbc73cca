import {
  type Breaker,
  type BreakerOperator,
  type BreakerReason,
  type BreakerSettings,
  closed,
  gateOf,
  NEW_BREAKER,
  openedForGood,
} from '../../core/breaker.ts';
import { StoreUnavailableError } from '../../core/errors.ts';
import type { Touched } from '../../core/journal.ts';
import type { BreakerStore } from '../../core/ports/crm-access.ts';
import type { Log } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';

/** What an operator is told of the breaker. Times are ISO 8601. */
export interface BreakerStatus {
  /** `half_open`: its time is over, and one delivery tries whether Zoho is back. */
  readonly state: 'closed' | 'open' | 'half_open';
  readonly reason?: BreakerReason;
  readonly openedAt?: string;
  /** Absent while open: until a person closes it. */
  readonly openUntil?: string;
  /** Calls in a row that failed. */
  readonly failuresInRow: number;
  /** API credits left of the day, once they are few. */
  readonly creditsRemaining?: number;
  /** The last person who opened or closed it. */
  readonly operator?: { readonly by: string; readonly reason: string; readonly at: string };
}

/** What controlling the breaker needs of the world. */
export interface BreakerPorts {
  readonly breakers: BreakerStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Log;
}

/** Who acts, and why. It stays in the breaker's record until the next person acts. */
export interface OperatorAct {
  /** The AWS identity (an ARN), or `local` on one machine. */
  readonly by: string;
  readonly reason: string;
}

/** What the journal says that such an act touches. */
export const BREAKER_TOUCHED = { kind: 'breaker', id: 'zoho' } as const satisfies Touched;

/** Consumers write the same item; one that loses this often in a row meets something else. */
const TRIES_MAX = 10;

/**
 * Reads how the breaker stands.
 *
 * @throws {StoreUnavailableError}
 */
export async function breakerStatus(
  {
    breakers,
    clock,
  }: { readonly breakers: Pick<BreakerStore, 'read'>; readonly clock: Pick<Clock, 'nowMs'> },
  settings: BreakerSettings,
): Promise<BreakerStatus> {
  return describeStatus((await breakers.read()) ?? NEW_BREAKER, clock.nowMs(), settings);
}

/** What an operator is told of a breaker, as it stands at a time. */
export function describeStatus(
  breaker: Breaker,
  nowMs: number,
  settings: BreakerSettings,
): BreakerStatus {
  const { reason, openedAtMs, openUntilMs, failuresInRow, creditsRemaining } = breaker;
  const rest = {
    failuresInRow,
    ...(creditsRemaining === undefined ? {} : { creditsRemaining }),
    ...(breaker.operator === undefined ? {} : { operator: operatorOf(breaker.operator) }),
  };
  if (breaker.state === 'closed') return { state: 'closed', ...rest };
  const gate = gateOf(breaker, '', nowMs, settings);
  return {
    state: gate.kind === 'open' ? 'open' : 'half_open',
    ...(reason === undefined ? {} : { reason }),
    ...(openedAtMs === undefined ? {} : { openedAt: new Date(openedAtMs).toISOString() }),
    ...(openUntilMs === undefined ? {} : { openUntil: new Date(openUntilMs).toISOString() }),
    ...rest,
  };
}

function operatorOf({ by, reason, atMs }: BreakerOperator): NonNullable<BreakerStatus['operator']> {
  return { by, reason, at: new Date(atMs).toISOString() };
}

/**
 * Closes the breaker, whatever opened it: deliveries go on with the next messages.
 *
 * If what opened it is not mended, it opens again at the first call.
 *
 * @returns `unchanged` when it was closed
 * @throws {StoreUnavailableError} it could not be read or written
 */
export async function closeBreaker(
  ports: BreakerPorts,
  act: OperatorAct,
): Promise<'changed' | 'unchanged'> {
  return await changeBreaker(ports, act, (breaker) =>
    breaker.state === 'closed' ? undefined : closed(breaker),
  );
}

/**
 * Opens the breaker until a person closes it: leads are taken in and wait, and nothing calls the CRM.
 *
 * A call that is being made is not broken off.
 *
 * @returns `unchanged` when a person had opened it before, without an end
 * @throws {StoreUnavailableError} it could not be read or written
 */
export async function openBreaker(
  ports: BreakerPorts,
  act: OperatorAct,
): Promise<'changed' | 'unchanged'> {
  return await changeBreaker(ports, act, (breaker) =>
    breaker.state === 'open' && breaker.reason === 'operator' && breaker.openUntilMs === undefined
      ? undefined
      : openedForGood(breaker, 'operator', ports.clock.nowMs()),
  );
}

/**
 * Stores a change that an operator makes, over whatever consumers store meanwhile.
 *
 * @param next what the change makes of the breaker as it is; `undefined` leaves it
 * @throws {StoreUnavailableError} it could not be read or written
 */
export async function changeBreaker(
  { breakers, clock, log }: BreakerPorts,
  { by, reason }: OperatorAct,
  next: (breaker: Breaker) => Breaker | undefined,
): Promise<'changed' | 'unchanged'> {
  let current = await breakers.read();
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = current ?? NEW_BREAKER;
    const after = next(before);
    if (after === undefined) return 'unchanged';
    const operator = { by, reason, atMs: clock.nowMs() };
    const saved = await breakers.save({ ...after, operator, revision: before.revision + 1 });
    if (saved.kind === 'saved') {
      log.warn('An operator changed the breaker', {
        breaker_state: after.state,
        ...(after.reason === undefined ? {} : { breaker_reason: after.reason }),
      });
      return 'changed';
    }
    current = saved.current;
  }
  throw new StoreUnavailableError('The breaker', new Error('it changed at each try'));
}
