import { parseDeliveryMessage } from '../../../lambdas/core/delivery-message.ts';
import {
  breakerStatus,
  closeBreaker,
} from '../../../lambdas/operations/delivery/control-breaker.ts';
import { executeReplay } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import { planReplay } from '../../../lambdas/operations/quarantine/plan-replay.ts';
import type { Plan } from '../scenarios.ts';
import { closeSomething } from './closer.ts';
import { eraseSomebody, finishErasures } from './eraser.ts';
import { bringToken } from './token-bringer.ts';
import { SECRET_IDS, SIMULATED_CONFIG, WITH_ANOTHER_MAPPING } from '../settings.ts';
import { type SimulatedWorld, switchDelivery } from '../simulated-world.ts';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 3 * MINUTE_MS;
const CLOSING_TRIES_MAX = 20;

/** Who runs Holdfast: switches delivery, moves dead letters back, brings a new token. */
export interface Operator {
  /** Puts everything right, once the faults have ended. */
  readonly putRight: () => Promise<void>;
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
    clock.after(atMs + random.between(1, 6) * MINUTE_MS, () => void replaceToken(world));
  }
  const look = (): void => {
    if (faults.ended) return;
    if (faults.strikes('redriven')) redrive(world);
    if (faults.strikes('replayed')) void replay(world);
    if (faults.strikes('erased')) void eraseSomebody(world);
    if (faults.strikes('closed')) void closeSomething(world);
    clock.after(LOOK_EVERY_MS, look);
  };
  clock.after(LOOK_EVERY_MS, look);

  return {
    putRight: async () => {
      switchDelivery(world, true);
      if (mix.token_revoked > 0) await replaceToken(world);
      else await shutBreaker(world);
      if (mix.redriven + mix.token_revoked > 0) redrive(world);
      if (mix.replayed > 0) await replay(world);
      await finishErasures(world);
    },
  };
}

/** Dead letters are delivery messages: moved back, each opens its own quarantine. */
function redrive(world: SimulatedWorld): void {
  for (const { body } of world.queue.deadLetters()) {
    const letter = parseDeliveryMessage(body);
    if (letter?.quarantine_id !== undefined) {
      world.monitor.redriven(letter.idempotency_key, letter.quarantine_id);
    }
  }
  const count = world.queue.redrive();
  if (count === 0) return;
  world.trace.line('operator', `moves ${count} dead letters back`);
  world.eventSource.look();
}

async function replaceToken(world: SimulatedWorld): Promise<void> {
  await bringToken(world);
  await shutBreaker(world);
}

/** Replays everything in quarantine, now and then read anew with another mapping. */
async function replay(world: SimulatedWorld): Promise<void> {
  const remap = world.random.chance(0.6);
  const config = remap ? WITH_ANOTHER_MAPPING : SIMULATED_CONFIG;
  const keys = world.random.chance(0.3) ? [...world.facts.events.keys()] : [];
  const settings = { config, pepperSecretId: SECRET_IDS.pepper };
  world.trace.line('operator', remap ? 'replays, mapping anew' : 'replays');
  const ended = await world.tool.invoke(async (ports) => {
    const selection = keys.length === 0 ? {} : { keys };
    const plan = await planReplay({ selection, remap }, ports, settings);
    const order = { by: 'local', reason: 'the simulation wants it' };
    return await executeReplay(
      plan,
      order,
      { ...ports, deadLetters: world.queue.deadLetterBrowser },
      settings,
    );
  });
  if (ended.kind === 'failed') world.monitor.failedInside(ended.error, 'The replay');
}

/** Only a person closes a breaker that was opened because Zoho no longer lets us in. */
async function shutBreaker(world: SimulatedWorld): Promise<void> {
  for (let tries = 0; tries < CLOSING_TRIES_MAX; tries += 1) {
    const ended = await world.tool.invoke(async (ports) => {
      const status = await breakerStatus(ports, SIMULATED_CONFIG.delivery);
      if (status.state === 'open' && status.openUntil === undefined) {
        await closeBreaker(ports, { by: 'local', reason: 'Zoho lets us in again' });
      }
    });
    if (ended.kind === 'answered') return;
  }
}
