import type { EventStore } from '../core/ports/events.ts';
import { getItem, putIf, type Table, updateIf } from './table.ts';
import { NOT_THERE } from './table-expression.ts';
import { sourceKey, submitterKey } from './table-keys.ts';

/** What is noted of sources: when each last sent something, and with its previous secret. */
export function createSourceNotes(
  table: Table,
): Pick<
  EventStore,
  'noteSourceSeen' | 'readSourceSeenMs' | 'notePreviousSecret' | 'readPreviousSecretMs'
> {
  return {
    noteSourceSeen: async (source, atMs) => await putSourceNote(table, source, 'seen_at', atMs),
    readSourceSeenMs: async (source) => await getSourceNoteMs(table, source, 'seen_at'),
    notePreviousSecret: async (source, atMs) =>
      await putSourceNote(table, source, 'previous_secret_at', atMs),
    readPreviousSecretMs: async (source) =>
      await getSourceNoteMs(table, source, 'previous_secret_at'),
  };
}

type SourceNote = 'seen_at' | 'previous_secret_at';

/** Notes when that last happened; time never goes back. */
async function putSourceNote(
  table: Table,
  source: string,
  note: SourceNote,
  atMs: number,
): Promise<void> {
  // Refused means that a later time is noted already.
  await updateIf(
    table,
    sourceKey(source),
    { set: { [note]: atMs } },
    { text: `attribute_not_exists(${note}) OR ${note} < :at`, values: { ':at': atMs } },
  );
}

/** When that last happened; may lag behind by a moment. Milliseconds since the epoch. */
async function getSourceNoteMs(
  table: Table,
  source: string,
  note: SourceNote,
): Promise<number | undefined> {
  const item = await getItem(table, sourceKey(source), { consistent: false });
  const at = item?.[note];
  return typeof at === 'number' ? at : undefined;
}

/** A person's submission at a source. */
export interface Submission {
  readonly source: string;
  /** Keyed hash of the e-mail address. */
  readonly personHash: string;
  /** The event's key. */
  readonly key: string;
  readonly expiresAtMs: number;
}

/**
 * Remembers the first submission of a person at a source.
 *
 * @returns the key of the first event
 */
export async function putSubmitter(table: Table, submission: Submission): Promise<string> {
  const result = await putIf(
    table,
    {
      ...submitterKey(submission.source, submission.personHash),
      first_event: submission.key,
      ttl: Math.floor(submission.expiresAtMs / 1_000),
    },
    NOT_THERE,
  );
  const first = result.kind === 'refused' ? result.existing?.['first_event'] : undefined;
  return typeof first === 'string' ? first : submission.key;
}
