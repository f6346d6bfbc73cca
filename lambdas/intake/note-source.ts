import type { EventStore } from '../core/ports/events.ts';
import { createNoteEachMinute, type NoteOfSource } from './note-each-minute.ts';

/**
 * Notes that a source has sent something, at `atMs`. Never rejects: what a source is owed is its answer,
 * and a missing note makes it look silent for a minute longer.
 */
export type NoteSource = NoteOfSource;

/** Builds what notes when a source last sent something, to the minute. */
export function createNoteSource(events: Pick<EventStore, 'noteSourceSeen'>): NoteSource {
  return createNoteEachMinute(
    async (source, atMs) => await events.noteSourceSeen(source, atMs),
    'It could not be noted that a source has sent something',
  );
}
