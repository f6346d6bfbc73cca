import type { EventStore } from '../core/ports/events.ts';
import type { Log } from '../core/ports/telemetry.ts';

/**
 * Notes that a source has sent something, at `atMs`. Never rejects: what a source is owed is its answer,
 * and a missing note makes it look silent for a minute longer.
 */
export type NoteSource = (source: string, atMs: number, log: Log) => Promise<void>;

/** The sweeper measures silence once a minute, so that more notes than that would tell nobody anything. */
const NOTE_INTERVAL_MS = 60_000;

/**
 * Builds what notes when a source last sent something: no more than one write a minute for each source in
 * this process, whatever the load, so that it costs nothing a lead. A write that failed counts: a table
 * that is throttled already is not asked again for every request.
 *
 * Await it before answering: Lambda freezes the process after that.
 */
export function createNoteSource(events: Pick<EventStore, 'noteSourceSeen'>): NoteSource {
  const notedAtMs = new Map<string, number>();
  return async (source, atMs, log) => {
    const lastMs = notedAtMs.get(source);
    if (lastMs !== undefined && atMs - lastMs < NOTE_INTERVAL_MS) return;
    notedAtMs.set(source, atMs);
    try {
      await events.noteSourceSeen(source, atMs);
    } catch (error) {
      log.error('It could not be noted that a source has sent something', {}, error);
    }
  };
}
