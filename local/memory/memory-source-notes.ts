import type { EventStore } from '../../lambdas/core/ports/events.ts';

/** What the event store notes of sources: when they last sent something, and with their previous secret. */
export function createMemorySourceNotes(): Pick<
  EventStore,
  'noteSourceSeen' | 'readSourceSeenMs' | 'notePreviousSecret' | 'readPreviousSecretMs'
> {
  const seenMs = new Map<string, number>();
  const previousMs = new Map<string, number>();
  const note = (times: Map<string, number>, source: string, atMs: number): void => {
    times.set(source, Math.max(times.get(source) ?? 0, atMs));
  };
  return {
    noteSourceSeen: async (source, atMs) => note(seenMs, source, atMs),
    readSourceSeenMs: async (source) => seenMs.get(source),
    notePreviousSecret: async (source, atMs) => note(previousMs, source, atMs),
    readPreviousSecretMs: async (source) => previousMs.get(source),
  };
}
