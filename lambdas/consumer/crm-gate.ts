import {
  afterCall,
  type Breaker,
  type BreakerSettings,
  type CallResult,
  gateOf,
  NEW_BREAKER,
  withoutProbe,
  withProbe,
} from '../core/breaker.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import type { BreakerStore } from '../core/ports/crm-access.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';

/** What the way through the breaker needs of the world. */
export interface GatePorts {
  readonly breakers: BreakerStore;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** One invocation's way through the breaker. */
export interface CrmGate {
  /**
   * Whether a call may be made now: how long to wait before it, and otherwise for how long to stay away,
   * both in milliseconds.
   */
  check(): { readonly kind: 'open'; readonly waitMs: number } | StayAway;
  /** Tells the breaker what a call came to. Whether the call counts as an attempt is known afterwards. */
  note(result: CallResult): Promise<void>;
  /** Whether calls count as attempts: not while the CRM is down. */
  isCounting(): boolean;
  /** Gives back the right to try that was not made use of. */
  leave(): Promise<void>;
}

/** The CRM is to be left alone for a while. */
export interface StayAway {
  readonly kind: 'stay_away';
  readonly delayMs: number;
}

/** Others change the breaker, too: after losing so often against them, what they stored stands. */
const SAVE_TRIES_MAX = 5;

/** When the table cannot say how the breaker stands. */
const UNKNOWN_DELAY_MS = 30_000;

/**
 * Asks the breaker for the way to the CRM, once an invocation.
 *
 * While it is half open, the first one to come takes the probe lease, and everybody else stays away.
 *
 * @param token of this invocation, for the probe lease
 */
export async function enterGate(
  ports: GatePorts,
  settings: BreakerSettings,
  token: string,
): Promise<CrmGate | StayAway> {
  try {
    let breaker = (await ports.breakers.read()) ?? NEW_BREAKER;
    for (let tries = 0; tries < SAVE_TRIES_MAX; tries += 1) {
      const nowMs = ports.clock.nowMs();
      const gate = gateOf(breaker, token, nowMs, settings);
      if (gate.kind === 'closed') return gateOver(breaker, token, ports, settings);
      if (gate.kind !== 'probe') return { kind: 'stay_away', delayMs: gate.delayMs };

      const leased = withProbe(breaker, token, nowMs + settings.breaker.probeLeaseMs);
      const candidate = { ...leased, revision: breaker.revision + 1 };
      const saved = await ports.breakers.save(candidate);
      if (saved.kind === 'saved') {
        ports.log.info('The CRM is tried again', { breaker_state: 'half_open' });
        return gateOver(candidate, token, ports, settings);
      }
      breaker = saved.current ?? NEW_BREAKER;
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    ports.log.error('The breaker could not be read; the batch comes back later', {}, error);
  }
  return { kind: 'stay_away', delayMs: UNKNOWN_DELAY_MS };
}

function gateOver(
  entered: Breaker,
  token: string,
  ports: GatePorts,
  settings: BreakerSettings,
): CrmGate {
  let breaker = entered;

  /** Stores a change, over whatever others have stored meanwhile. */
  async function change(next: (current: Breaker) => Breaker): Promise<void> {
    for (let tries = 0; tries < SAVE_TRIES_MAX; tries += 1) {
      const changed = next(breaker);
      if (changed === breaker) return;
      const candidate = { ...changed, revision: breaker.revision + 1 };
      const saved = await saveOrKeep(candidate, ports);
      if (saved.kind === 'saved') {
        report(breaker, candidate, ports);
        breaker = candidate;
        return;
      }
      breaker = saved.current ?? NEW_BREAKER;
    }
  }

  return {
    check: () => {
      const gate = gateOf(breaker, token, ports.clock.nowMs(), settings);
      switch (gate.kind) {
        case 'closed':
          return { kind: 'open', waitMs: gate.waitMs };
        case 'probe':
          // Ours, if it is live at all: whoever holds none never got as far as a call.
          return breaker.probeToken === token
            ? { kind: 'open', waitMs: 0 }
            : { kind: 'stay_away', delayMs: settings.breaker.openMs };
        case 'probing':
        case 'open':
          return { kind: 'stay_away', delayMs: gate.delayMs };
      }
    },
    note: async (result) =>
      await change((current) => afterCall(current, token, result, ports.clock.nowMs(), settings)),
    isCounting: () => breaker.state === 'closed',
    leave: async () => {
      if (breaker.state !== 'open' || breaker.probeToken !== token) return;
      await change((current) => (current.probeToken === token ? withoutProbe(current) : current));
    },
  };
}

/** A breaker that cannot be stored still holds for this invocation: the CRM is no better for it. */
async function saveOrKeep(
  breaker: Breaker,
  ports: GatePorts,
): Promise<Awaited<ReturnType<BreakerStore['save']>>> {
  try {
    return await ports.breakers.save(breaker);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    ports.log.warn('The breaker could not be stored; it holds for this invocation', {
      breaker_state: breaker.state,
    });
    return { kind: 'saved' };
  }
}

function report(before: Breaker, after: Breaker, ports: GatePorts): void {
  if (before.state === after.state && before.reason === after.reason) return;
  if (after.state === 'closed') {
    ports.log.info('The breaker is closed: deliveries go on', { breaker_state: 'closed' });
    return;
  }
  ports.metrics.count('BreakerOpened');
  const fields = { breaker_state: 'open', breaker_reason: after.reason ?? 'failures' };
  if (after.openUntilMs === undefined) {
    ports.log.error('The breaker is open until a person closes it: nothing is delivered', fields);
  } else {
    ports.log.warn('The breaker is open: the CRM is left alone for a while', fields);
  }
}
