import type { Log } from '../core/ports/telemetry.ts';

/** Notes something about a source, at `atMs`. Never rejects: what a sender is owed is its answer. */
export type NoteOfSource = (source: string, atMs: number, log: Log) => Promise<void>;

/** What is noted is read once a minute at most, so that more notes than that would tell nobody anything. */
const NOTE_INTERVAL_MS = 60_000;

/**
 * Builds what writes a note: no more than once a minute for each source in this process, whatever the load, so that it
 * costs nothing a lead. A write that failed counts: a table that is throttled already is not asked again for every
 * request.
 *
 * Await it before answering: Lambda freezes the process after that.
 *
 * @param failed the constant sentence of the log when it could not be written
 */
export function createNoteEachMinute(
  write: (source: string, atMs: number) => Promise<void>,
  failed: string,
): NoteOfSource {
  const notedAtMs = new Map<string, number>();
  return async (source, atMs, log) => {
    const lastMs = notedAtMs.get(source);
    if (lastMs !== undefined && atMs - lastMs < NOTE_INTERVAL_MS) return;
    notedAtMs.set(source, atMs);
    try {
      await write(source, atMs);
    } catch (error) {
      log.error(failed, {}, error);
    }
  };
}
