import type { EventStore, KeptMapping } from '../../lambdas/core/ports/events.ts';

/** The part of the event store in memory that keeps mapping versions. */
export function createMemoryMappings(): Pick<
  EventStore,
  'keepMapping' | 'readMapping' | 'listMappings'
> {
  const bySource = new Map<string, Map<string, KeptMapping>>();
  const ofSource = (source: string): Map<string, KeptMapping> => {
    const known = bySource.get(source) ?? new Map<string, KeptMapping>();
    bySource.set(source, known);
    return known;
  };
  return {
    keepMapping: async (source, version, settings, atMs) => {
      const kept = ofSource(source);
      if (!kept.has(version)) kept.set(version, { version, settings, firstUsedAtMs: atMs });
    },
    readMapping: async (source, version) => bySource.get(source)?.get(version),
    listMappings: async (source) =>
      [...(bySource.get(source)?.values() ?? [])].toSorted(
        (left, right) => left.firstUsedAtMs - right.firstUsedAtMs,
      ),
  };
}
