/**
 * One simulated process: what it holds in memory, its clock, and its calls to the world.
 *
 * ```
 * call ─► dies before? ─► on its way ─► refused? ─► takes effect ─► dies after? ─► answer lost? ─► goes on
 * ```
 *
 * A container that has died never goes on: its promises stay as they are, and what it had not begun does
 * not take place. What was on its way when it died may still take effect, or may not.
 */
import type { Clock } from '../../lambdas/core/ports/world.ts';
import { callSiteOf, type CrashPoints } from './crash-points.ts';
import { withoutLine } from './port-call-sites.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';
import { describeResult, type Trace } from './trace.ts';

/** Why a container died. */
export type Death = 'crash' | 'timed out' | 'poison';

/** One process of one function. */
export interface Container {
  /** `consumer-2`. */
  readonly name: string;
  /** The process's own clock: it may be wrong, and it stops when the process dies. */
  readonly clock: Clock;
  isAlive(): boolean;
  kill(death: Death): void;
  /** Calls `run` when it dies. @returns calls that off */
  onDeath(run: () => void): () => void;
  /** Makes one call to the world. */
  call<Result>(call: Call<Result>): Promise<Result>;
  /** What this process does now, for whoever observes it. */
  readonly notes: ContainerNotes;
}

/** What observers remember of a process. */
export interface ContainerNotes {
  deliveryEnabled: boolean;
  invokedAtMs: number;
  /** Events that it has claimed since it was invoked. */
  readonly claimed: Set<string>;
  death: Death | undefined;
}

/** One call to the world. */
export interface Call<Result> {
  readonly port: string;
  readonly method: string;
  /** Named in the trace: never a secret or a person. */
  readonly subject: string;
  /** Takes effect when called. */
  readonly effect: () => Promise<Result>;
  /** How long it is on its way, in milliseconds; 0 for what takes its own time. */
  readonly delayMs: number;
  /** The fault that refuses it, so that nothing is done. */
  readonly refusal?: () => Error | undefined;
  /** The fault that loses its answer. */
  readonly loss?: () => Error | undefined;
}

/** What all containers share. */
export interface ContainerWorld {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly crashPoints: CrashPoints;
  readonly trace: Trace;
  /** Files' calls of ports at which containers die often → how many may yet. */
  readonly aims: Map<string, number>;
}

/**
 * Starts a process.
 *
 * @param skewMs how far its clock is off
 */
export function createContainer(name: string, skewMs: number, world: ContainerWorld): Container {
  const { faults, random, trace, crashPoints } = world;
  let isAlive = true;
  const mourners = new Set<() => void>();
  const notes: ContainerNotes = {
    deliveryEnabled: true,
    invokedAtMs: 0,
    claimed: new Set(),
    death: undefined,
  };

  const container: Container = {
    name,
    notes,
    clock: ownClock(world.clock, skewMs, () => isAlive),
    isAlive: () => isAlive,
    onDeath: (run) => {
      mourners.add(run);
      return () => mourners.delete(run);
    },
    kill: (death) => {
      if (!isAlive) return;
      isAlive = false;
      notes.death = death;
      trace.line(name, `dies: ${death}`);
      for (const run of mourners) run();
    },
    call: async (call) =>
      await new Promise((resolve, reject) => {
        if (!isAlive) return;
        const target = `${call.port}.${call.method}`;
        // Both are drawn here, where the caller can still be told from the stack.
        const aim = struckAim(world, target);
        const isAimedAt = aim !== undefined;
        if (isAimedAt) world.aims.set(aim, (world.aims.get(aim) ?? 0) - 1);
        const diesBefore = isAimedAt ? random.chance(0.5) : faults.strikes('crash_before');
        const diesAfter = !diesBefore && (isAimedAt || faults.strikes('crash_after'));
        const site = diesBefore || diesAfter ? callSiteOf(target) : '';
        if (diesBefore) {
          crashPoints.crashed(site, 'before');
          trace.line(name, `${target} ${call.subject} not begun (${site})`);
          container.kill('crash');
          return;
        }
        const begin = (): void => {
          if (!isAlive && random.chance(0.5)) return;
          const refusal = call.refusal?.();
          if (refusal !== undefined) {
            trace.line(name, `${target} ${call.subject} refused`);
            if (isAlive) reject(refusal);
            return;
          }
          const end = (said: string, goOn: () => void): void => {
            if (!isAlive) {
              trace.line(name, `${target} ${call.subject} took effect: ${said}; nobody hears`);
              return;
            }
            if (diesAfter) {
              crashPoints.crashed(site, 'after');
              trace.line(name, `${target} ${call.subject} took effect: ${said} (${site})`);
              container.kill('crash');
              return;
            }
            const loss = call.loss?.();
            trace.line(
              name,
              `${target} ${call.subject} ${said}${loss === undefined ? '' : '; answer lost'}`,
            );
            if (loss === undefined) goOn();
            else reject(loss);
          };
          call.effect().then(
            (result) => end(describeResult(result), () => resolve(result)),
            (error: unknown) => end(nameOf(error), () => reject(asError(error))),
          );
        };
        if (call.delayMs === 0) begin();
        else world.clock.after(call.delayMs, begin);
      }),
  };
  return container;
}

/** The aim that this call is, if a container is to die at it. */
function struckAim({ aims, faults }: ContainerWorld, target: string): string | undefined {
  // To look at the stack is dear: only where the port's call fits already.
  if (![...aims.keys()].some((site) => site.endsWith(` ${target}`))) return undefined;
  const site = withoutLine(callSiteOf(target));
  return (aims.get(site) ?? 0) > 0 && faults.strikes('crash_aimed') ? site : undefined;
}

function ownClock(clock: Clock, skewMs: number, isAlive: () => boolean): Clock {
  return {
    nowMs: () => clock.nowMs() + skewMs,
    after: (ms, run) =>
      clock.after(ms, () => {
        if (isAlive()) run();
      }),
    sleep: async (ms) => {
      await clock.sleep(ms);
      if (!isAlive()) await new Promise<never>(() => undefined);
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
