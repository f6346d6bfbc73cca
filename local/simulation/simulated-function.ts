import type { Clock } from '../../lambdas/core/ports/world.ts';
import { type Container, createContainer, type ContainerWorld } from './container.ts';

/** How an invocation ended. */
export type Invocation<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'died' };

/** A function as Lambda runs it: containers that are made when needed, used again, and die. */
export interface SimulatedFunction<Payload, Result> {
  invoke(payload: Payload): Promise<Invocation<Result>>;
  /** Invocations under way. */
  running(): number;
  /** From now on only new containers are used, as after a deployment. */
  renew(): void;
}

/** What one container does with its payloads. */
export type Handler<Payload, Result> = (payload: Payload, deadlineMs: number) => Promise<Result>;

/** How a function is run. */
export interface FunctionOptions<Payload, Result> {
  readonly name: string;
  readonly timeoutMs: number;
  readonly world: ContainerWorld;
  /** Builds the handler once a container. */
  readonly build: (container: Container) => Handler<Payload, Result>;
  readonly onDeath: (container: Container) => void;
}

const SKEW_MS_MAX = 2_000;

interface Warm<Payload, Result> {
  readonly container: Container;
  readonly handler: Handler<Payload, Result>;
  readonly generation: number;
}

/**
 * Builds a function. An invocation that takes longer than the time-out ends with its container, as one
 * that crashes does.
 */
export function createSimulatedFunction<Payload, Result>(
  options: FunctionOptions<Payload, Result>,
): SimulatedFunction<Payload, Result> {
  const { world, timeoutMs } = options;
  const { clock, faults, random } = world;
  const idle: Warm<Payload, Result>[] = [];
  let made = 0;
  let running = 0;
  let generation = 0;

  const start = (): Warm<Payload, Result> => {
    made += 1;
    const skewMs = faults.strikes('clock_skew') ? random.between(-SKEW_MS_MAX, SKEW_MS_MAX) : 0;
    const container = createContainer(`${options.name}-${made}`, skewMs, world);
    return { container, handler: options.build(container), generation };
  };

  const take = (): Warm<Payload, Result> => {
    const warm = idle.pop();
    return warm === undefined || warm.generation !== generation || faults.strikes('cold_start')
      ? start()
      : warm;
  };

  return {
    invoke: async (payload) => {
      const warm = take();
      const { container } = warm;
      running += 1;
      container.notes.invokedAtMs = clock.nowMs();
      container.notes.claimed.clear();
      const { promise, resolve } = Promise.withResolvers<Invocation<Result>>();
      const callOff = clock.after(timeoutMs, () => container.kill('timed out'));
      const survive = container.onDeath(() => {
        options.onDeath(container);
        resolve({ kind: 'died' });
      });
      warm.handler(payload, container.clock.nowMs() + timeoutMs).then(
        (result) => resolve({ kind: 'answered', result }),
        (error: unknown) => resolve({ kind: 'failed', error }),
      );
      const ended = await promise;
      callOff();
      survive();
      running -= 1;
      if (container.isAlive()) idle.push(warm);
      return ended;
    },
    running: () => running,
    renew: () => {
      generation += 1;
      idle.length = 0;
    },
  };
}

/** What a handler may know of the time that it has left. */
export function remainingMs(clock: Pick<Clock, 'nowMs'>, deadlineMs: number): number {
  return Math.max(0, deadlineMs - clock.nowMs());
}
