import type { EventStore } from '../core/ports/events.ts';
import { createNoteEachMinute, type NoteOfSource } from './note-each-minute.ts';

/** Notes that a request was verified by the previous secret of its source, at `atMs`. Never rejects. */
export type NotePreviousSecret = NoteOfSource;

/** Builds what notes when a previous secret was last in use, to the minute: whoever retires it wants to know. */
export function createNotePreviousSecret(
  events: Pick<EventStore, 'notePreviousSecret'>,
): NotePreviousSecret {
  return createNoteEachMinute(
    async (source, atMs) => await events.notePreviousSecret(source, atMs),
    'It could not be noted that the previous secret of a source is in use',
  );
}
