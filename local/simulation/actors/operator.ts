import { closed } from '../../../lambdas/core/breaker.ts';
import type { Plan } from '../scenarios.ts';
import { SECRET_IDS, SECRETS } from '../settings.ts';
import { type SimulatedWorld, switchDelivery, zohoSecret } from '../simulated-world.ts';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 5 * MINUTE_MS;

/** Who runs Holdfast: switches delivery, moves dead letters back, brings a new token. */
export interface Operator {
  /** Puts everything right, once the faults have ended. */
  putRight(): Promise<void>;
}

/** Starts the operator's work of a run. */
export function startOperator(world: SimulatedWorld, plan: Plan): Operator {
  const { clock, random, faults, zoho } = world;
  const { mix } = plan;

  if (mix.delivery_off > 0) {
    const fromMs = random.int(plan.arrivalMs);
    clock.after(fromMs, () => {
      if (faults.ended) return;
      faults.note('delivery_off');
      switchDelivery(world, false);
    });
    clock.after(fromMs + random.between(1, 8) * MINUTE_MS, () => switchDelivery(world, true));
  }
  if (mix.token_revoked > 0) {
    const atMs = random.int(plan.arrivalMs);
    clock.after(atMs, () => zoho.revoke());
    clock.after(atMs + random.between(1, 6) * MINUTE_MS, () => void bringToken(world));
  }
  const look = (): void => {
    if (faults.ended) return;
    if (faults.strikes('redriven')) redrive(world);
    clock.after(LOOK_EVERY_MS, look);
  };
  clock.after(LOOK_EVERY_MS, look);

  return {
    putRight: async () => {
      switchDelivery(world, true);
      if (mix.token_revoked > 0) await bringToken(world);
      else await closeBreaker(world);
      if (mix.redriven + mix.token_revoked > 0) redrive(world);
    },
  };
}

/** Dead letters are delivery messages: moved back, each opens its own quarantine. */
function redrive(world: SimulatedWorld): void {
  const count = world.queue.redrive();
  if (count === 0) return;
  world.trace.line('operator', `moves ${count} dead letters back`);
  world.eventSource.look();
}

async function bringToken(world: SimulatedWorld): Promise<void> {
  world.trace.line('operator', 'stores a new refresh token');
  world.secrets.set(SECRET_IDS.zoho, zohoSecret(SECRETS.newRefreshToken));
  await closeBreaker(world);
}

/** Only a person closes a breaker that was opened because Zoho no longer lets us in. */
async function closeBreaker({ stores, trace }: SimulatedWorld): Promise<void> {
  const breaker = await stores.breakers.read();
  if (breaker?.state !== 'open' || breaker.openUntilMs !== undefined) return;
  const shut = closed(breaker);
  await stores.breakers.save({ ...shut, revision: breaker.revision + 1 });
  trace.line('operator', 'closes the breaker');
}
