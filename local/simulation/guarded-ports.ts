import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import type { Container } from './container.ts';
import type { FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a guarded port needs besides its process. */
export interface PortWorld {
  readonly random: SeededRandom;
  readonly faults: Faults;
}

/** How the calls of one port fail. */
export interface PortKind {
  readonly port: string;
  /** The fault that refuses a call of this method. */
  readonly refusedBy?: (method: string) => FaultName | undefined;
  /** The error of a refused call; otherwise the store is unavailable. */
  readonly refuseWith?: () => Error;
  readonly lostBy?: FaultName;
  readonly slowBy?: FaultName;
  /** Runs after a call took effect, before anybody knows. */
  readonly afterEffect?: (
    method: string,
    args: readonly unknown[],
    result: unknown,
  ) => Promise<void>;
  /** The calls take their own time. */
  readonly takesOwnTime?: boolean;
}

const DELAY_MS_MAX = 12;

/**
 * Puts a process's calls of a port under the simulation: each takes time, may fail, and is a point at which
 * the process may die.
 */
export function guardPort<Port extends object>(
  port: Port,
  kind: PortKind,
  container: Container,
  { random, faults }: PortWorld,
): Port {
  const guarded = Object.entries(port).map(([method, run]: [string, unknown]) => {
    if (typeof run !== 'function') return [method, run];
    const refusedBy = kind.refusedBy?.(method);
    const call = async (...args: readonly unknown[]): Promise<unknown> =>
      await container.call({
        port: kind.port,
        method,
        subject: subjectOf(args),
        delayMs: kind.takesOwnTime === true ? 0 : delayOf(kind, random, faults),
        effect: async () => {
          const result: unknown = await Reflect.apply(run, port, args);
          await kind.afterEffect?.(method, args, result);
          return result;
        },
        ...(refusedBy === undefined
          ? {}
          : { refusal: () => (faults.strikes(refusedBy) ? refusalOf(kind) : undefined) }),
        ...(kind.lostBy === undefined ? {} : { loss: lossOf(kind, kind.lostBy, faults) }),
      });
    return [method, call];
  });
  // Same methods, same results: only the time between differs.
  return Object.fromEntries(guarded) as Port;
}

function lossOf(kind: PortKind, fault: FaultName, faults: Faults): () => Error | undefined {
  return () => (faults.strikes(fault) ? unavailable(kind, 'timed out') : undefined);
}

function delayOf(kind: PortKind, random: SeededRandom, faults: Faults): number {
  if (kind.slowBy !== undefined && faults.strikes(kind.slowBy))
    return random.between(2_000, 40_000);
  return random.between(1, DELAY_MS_MAX);
}

function refusalOf(kind: PortKind): Error {
  return kind.refuseWith?.() ?? unavailable(kind, 'refused');
}

function unavailable(kind: PortKind, why: string): Error {
  return new StoreUnavailableError(`The simulated ${kind.port} port`, new Error(why));
}

/** What a call is about, as far as it may be told. */
function subjectOf(args: readonly unknown[]): string {
  const [first, second] = args;
  if (typeof first === 'string') {
    return typeof second === 'string' && first === 'Leads'
      ? second.slice(0, 11)
      : first.slice(0, 60);
  }
  if (Array.isArray(first)) return `${first.length} rows`;
  if (typeof first !== 'object' || first === null) return '';
  if ('key' in first) return String(first.key);
  if ('idempotency_key' in first) return String(first.idempotency_key);
  if ('identity' in first && 'version' in first)
    return `${String(first.identity).slice(0, 11)} v${String(first.version)}`;
  if ('kind' in first) return String(first.kind);
  return '';
}
