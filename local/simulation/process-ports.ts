import type { Breaker } from '../../lambdas/core/breaker.ts';
import type { CrmWriter } from '../../lambdas/core/ports/crm.ts';
import { SecretUnavailableError } from '../../lambdas/core/errors.ts';
import type { BreakerStore, TokenStore } from '../../lambdas/core/ports/crm-access.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IdentityLinks, IdentityStore } from '../../lambdas/core/ports/identities.ts';
import type { StoreScanner } from '../../lambdas/core/ports/store-scan.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../../lambdas/core/ports/queues.ts';
import type { Log, Metrics } from '../../lambdas/core/ports/telemetry.ts';
import type { Ids, SecretAge, SecretReader } from '../../lambdas/core/ports/world.ts';
import type { Container } from './container.ts';
import { changesEvent } from './event-store-methods.ts';
import type { FaultName } from './fault-table.ts';
import { guardPort } from './guarded-ports.ts';
import { createSeededIds } from './seeded-ids.ts';
import { recordDeadLetter } from './service-metrics.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import { createSimulatedLog, createSimulatedMetrics } from './simulated-log.ts';

/** What every process gets of the world: guarded, and its own log, clock, ids and random numbers. */
export interface ProcessPorts {
  readonly events: EventStore;
  readonly identities: IdentityStore & IdentityLinks;
  readonly eraser: StoreEraser;
  readonly items: StoreScanner;
  readonly breakers: BreakerStore;
  readonly tokens: TokenStore;
  readonly queue: DeliveryQueue;
  readonly deadLetters: DeadLetterQueue;
  readonly secrets: SecretReader;
  readonly clock: Container['clock'];
  readonly random: SimulatedWorld['random'];
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics & { flush(): void };
}

const TABLE = { lostBy: 'table_timed_out', slowBy: 'table_slow' } as const;
const refusedByTable = (): FaultName => 'table_throttled';

/** How long a process keeps a secret that it has read, as the reader on AWS does. */
const SECRET_KEPT_MS = 300_000;

/** Builds a process's ports. */
export function createProcessPorts(container: Container, world: SimulatedWorld): ProcessPorts {
  const { stores, monitor } = world;
  const guard = <Port extends object>(
    port: Port,
    kind: Parameters<typeof guardPort<Port>>[1],
  ): Port => guardPort(port, kind, container, world);
  const table = { ...TABLE, refusedBy: refusedByTable };

  return {
    events: guard(stores.events, {
      ...table,
      port: 'events',
      afterEffect: async (method, args, result) =>
        await noteEvent(container, world, method, args, result),
    }),
    identities: guard(stores.identities, {
      ...table,
      port: 'identities',
      afterEffect: async (method, args) => {
        if (method !== 'link') return;
        const event = world.facts.events.get(String(args[3]));
        if (event !== undefined) event.identity = String(args[1]);
        await Promise.resolve();
      },
    }),
    eraser: guard(stores.eraser, {
      ...table,
      port: 'eraser',
      afterEffect: async (method, [key]) => {
        if (method === 'eraseEvent') await monitor.lookUp(String(key));
      },
    }),
    items: guard(stores.items, { ...table, port: 'items' }),
    breakers: watched(guard(stores.breakers, { ...table, port: 'breakers' }), (breaker) => {
      monitor.breakerSeen(container, breaker);
    }),
    tokens: guard(stores.tokens, { ...table, port: 'tokens' }),
    queue: guard(world.queue.delivery, {
      port: 'queue',
      refusedBy: (method) => (method === 'enqueue' ? 'enqueue_refused' : 'defer_refused'),
      afterEffect: async (method, args) => {
        if (method === 'enqueue') {
          monitor.enqueued(container);
          await noteMessage(world, args[0]);
        }
        world.eventSource.look();
        await Promise.resolve();
      },
    }),
    deadLetters: guard(world.queue.deadLetter, {
      port: 'deadLetters',
      refusedBy: (method) => (method === 'send' ? 'letter_refused' : undefined),
      afterEffect: async (method, args) => {
        if (method === 'send') {
          noteLetter(world, args[0]);
          recordDeadLetter(world.clock, world.recorder);
        }
        await Promise.resolve();
      },
    }),
    secrets: createSecretReader(container, world),
    clock: guardClock(container, world),
    random: world.random,
    ids: createSeededIds(container.name),
    log: createSimulatedLog(container, monitor, world.trace),
    metrics: createSimulatedMetrics(container, monitor, world),
  };
}

/** A sleep is a point at which a process may die, too. */
function guardClock(container: Container, world: SimulatedWorld): Container['clock'] {
  const guarded = guardPort(
    { sleep: async (ms: number) => await container.clock.sleep(ms) },
    { port: 'clock', takesOwnTime: true },
    container,
    world,
  );
  return { ...container.clock, sleep: async (ms) => await guarded.sleep(ms) };
}

/** Puts the writer to the CRM under the simulation; its calls take the time of what they do. */
export function guardCrm(crm: CrmWriter, container: Container, world: SimulatedWorld): CrmWriter {
  const { monitor } = world;
  const counted: CrmWriter = {
    ...crm,
    write: async (rows) => {
      monitor.writing(container, rows);
      const result = await crm.write(rows);
      monitor.written(container, rows, result.outcomes);
      return result;
    },
  };
  return guardPort(counted, { port: 'crm', takesOwnTime: true }, container, world);
}

/** Puts a process's own connection to Zoho, or to the providers, under the simulation. */
export function guardFetch(
  fetch: typeof globalThis.fetch,
  port: 'zoho' | 'details',
  container: Container,
  world: SimulatedWorld,
): typeof globalThis.fetch {
  const connection = {
    fetch: async (url: string, init: RequestInit) => await fetch(url, init),
  };
  const guarded = guardPort(connection, { port, takesOwnTime: true }, container, world);
  return async (input, init) => await guarded.fetch(addressOf(input), init ?? {});
}

function addressOf(input: string | URL | Request): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

async function noteEvent(
  container: Container,
  { facts, monitor }: SimulatedWorld,
  method: string,
  [first, second]: readonly unknown[],
  result: unknown,
): Promise<void> {
  const key = keyOf(first);
  if (method === 'readNormalized' && result !== undefined) {
    if (facts.events.get(key)?.submission.isDeadly === true) container.kill('poison');
    return;
  }
  if (method === 'claim' && isOfKind(result, 'claimed')) container.notes.claimed.add(key);
  if (method === 'storeDetails' && result === 'written') {
    facts.completed.add(key);
    monitor.completed(key, String(second));
  }
  if (method === 'accept' && isOfKind(result, 'accepted')) monitor.accepted(key);
  if (changesEvent(method)) await monitor.lookUp(key, bodyOf(first));
}

function keyOf(argument: unknown): string {
  if (typeof argument === 'string') return argument;
  return typeof argument === 'object' && argument !== null && 'key' in argument
    ? String(argument.key)
    : '';
}

function isOfKind(result: unknown, kind: string): boolean {
  return typeof result === 'object' && result !== null && 'kind' in result && result.kind === kind;
}

function bodyOf(argument: unknown): Uint8Array | undefined {
  if (typeof argument !== 'object' || argument === null || !('raw' in argument)) return undefined;
  const { raw } = argument;
  return typeof raw === 'object' && raw !== null && 'body' in raw && raw.body instanceof Uint8Array
    ? raw.body
    : undefined;
}

async function noteMessage({ monitor }: SimulatedWorld, message: unknown): Promise<void> {
  monitor.told(JSON.stringify(message), 'A message of the queue');
  if (typeof message !== 'object' || message === null) return;
  if ('quarantine_id' in message && 'idempotency_key' in message) {
    await monitor.replayed(String(message.idempotency_key), String(message.quarantine_id));
  }
}

function noteLetter({ monitor }: SimulatedWorld, letter: unknown): void {
  monitor.told(JSON.stringify(letter), 'A dead letter');
  if (typeof letter !== 'object' || letter === null) return;
  if ('idempotency_key' in letter && 'quarantine_id' in letter) {
    monitor.letterSent(String(letter.idempotency_key), String(letter.quarantine_id));
  }
}

function createSecretReader(container: Container, world: SimulatedWorld): SecretReader {
  const kept = new Map<string, { readonly value: string; readonly untilMs: number }>();
  const store = {
    read: async (id: string, _age?: SecretAge): Promise<string> => {
      await Promise.resolve();
      const value = world.secrets.get(id);
      if (value === undefined) throw new SecretUnavailableError('There is no such secret');
      kept.set(id, { value, untilMs: world.clock.nowMs() + SECRET_KEPT_MS });
      return value;
    },
  };
  const guarded = guardPort(
    store,
    {
      port: 'secrets',
      refusedBy: () => 'secret_unavailable',
      refuseWith: () => new SecretUnavailableError('The simulated secret store did not answer'),
    },
    container,
    world,
  );
  return {
    read: async (id, options) => {
      const known = kept.get(id);
      const isKnown = known !== undefined && known.untilMs > world.clock.nowMs();
      return isKnown && options?.fresh !== true && options?.sinceMs === undefined
        ? known.value
        : await guarded.read(id, options);
    },
  };
}

/** Tells what a process knows of the breaker: what it found out itself, and what an answer told it. */
function watched(
  breakers: BreakerStore,
  seen: (breaker: Breaker | undefined) => void,
): BreakerStore {
  return {
    read: async () => {
      const breaker = await breakers.read();
      seen(breaker);
      return breaker;
    },
    save: async (breaker) => {
      // Whoever gets no answer goes by what it wanted to store: it has seen the CRM answer, or not.
      seen(breaker);
      const saved = await breakers.save(breaker);
      if (saved.kind === 'changed') seen(saved.current);
      return saved;
    },
  };
}
