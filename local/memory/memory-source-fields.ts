import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { SourceFields } from '../../lambdas/core/source-fields.ts';

/** The part of the event store in memory that knows the fields of sources. */
export function createMemorySourceFields(): Pick<
  EventStore,
  'readSourceFields' | 'saveSourceFields'
> {
  const bySource = new Map<string, SourceFields>();
  return {
    readSourceFields: async (source) => bySource.get(source),
    saveSourceFields: async (source, known) => {
      const current = bySource.get(source);
      if ((current?.revision ?? 0) !== known.revision - 1) return { kind: 'changed', current };
      bySource.set(source, known);
      return { kind: 'saved' };
    },
  };
}
