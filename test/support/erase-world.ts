import { readPepper } from '../../lambdas/core/pepper.ts';
import type { BodyShelf } from '../../lambdas/core/ports/erasure.ts';
import { eraseOnRecord } from '../../lambdas/operations/person/erase-on-record.ts';
import { findPerson, type FoundPerson } from '../../lambdas/operations/person/find-person.ts';
import { parsePersonName, type PersonName } from '../../lambdas/operations/person/person.ts';
import { createMemoryStoreScanner } from '../../local/memory/memory-store-scanner.ts';
import type { HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { aReplayWorld, PEPPER } from './replay-world.ts';

/** A bucket in memory, by pointers. */
function someBodies(): BodyShelf & {
  readonly stored: Map<string, Uint8Array>;
  /** When each was stored; long ago where it does not say. */
  readonly storedAtMs: Map<string, number>;
} {
  const stored = new Map<string, Uint8Array>();
  const storedAtMs = new Map<string, number>();
  return {
    stored,
    storedAtMs,
    list: async () => ({
      bodies: [...stored.keys()].map((pointer) => ({
        pointer,
        storedAtMs: storedAtMs.get(pointer) ?? 0,
      })),
    }),
    read: async (pointer) => stored.get(pointer),
    remove: async (pointer) => {
      stored.delete(pointer);
    },
  };
}

/** Stores, queues and the real consumer in memory, and what an operator erases with. */
export function anEraseWorld(options: { sources?: HoldfastConfigInput['sources'] } = {}) {
  const world = aReplayWorld(options);
  const { config, events } = world;
  const { identities } = world.ports;
  const bodies = someBodies();
  const items = createMemoryStoreScanner([events, identities]);
  const ports = {
    ...world.ports,
    items,
    bodies,
    eraser: { ...events, ...identities },
    meter: { usedUnits: () => 0 },
  };
  const searchFor = async (...typed: readonly string[]) => ({
    names: (
      await Promise.all(typed.map(async (text) => await parsePersonName(text, config)))
    ).flat(),
    config,
    pepper: await readPepper(ports.secrets, 'pepper'),
  });
  const find = async (...typed: readonly string[]): Promise<FoundPerson> =>
    await findPerson(await searchFor(...typed), ports);

  return {
    ...world,
    ports,
    bodies,
    identities,
    find,
    findNamed: async (...names: readonly PersonName[]) =>
      await findPerson({ names, config, pepper: PEPPER }, ports),
    /** Finds somebody and erases what was found. */
    erase: async (...typed: readonly string[]) => {
      const search = await searchFor(...typed);
      const found = await findPerson(search, ports);
      const order = { by: 'local', reason: 'asked for' };
      const report = { erasing: () => undefined, checking: () => undefined };
      return { found, ...(await eraseOnRecord(found, order, search, ports, report)) };
    },
    /** Everything that is stored, as text: what was erased must not be in it. */
    everything: async () => {
      const { items: all } = await items.scanStore({ itemsMax: 100_000 });
      return JSON.stringify(all, (_, value: unknown) =>
        value instanceof Uint8Array ? new TextDecoder().decode(value) : value,
      );
    },
    pepper: PEPPER,
  };
}
