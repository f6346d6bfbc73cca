import { getItem, putIf, type Table, updateIf } from './table.ts';
import { NOT_THERE } from './table-expression.ts';
import { sourceKey, submitterKey } from './table-keys.ts';

/** Notes when a source last sent an event; time never goes back. */
export async function putSourceSeen(table: Table, source: string, atMs: number): Promise<void> {
  // Refused means that a later time is noted already.
  await updateIf(
    table,
    sourceKey(source),
    { set: { seen_at: atMs } },
    { text: 'attribute_not_exists(seen_at) OR seen_at < :at', values: { ':at': atMs } },
  );
}

/** When a source last sent an event; may lag behind by a moment. Milliseconds since the epoch. */
export async function getSourceSeenMs(table: Table, source: string): Promise<number | undefined> {
  const item = await getItem(table, sourceKey(source), { consistent: false });
  const seenAt = item?.['seen_at'];
  return typeof seenAt === 'number' ? seenAt : undefined;
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
