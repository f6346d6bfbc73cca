import {
  type FieldNotes,
  noteSubmission,
  shapeOf,
  type SubmissionShape,
} from '../../core/field-notes.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { Log, Metrics } from '../../core/ports/telemetry.ts';
import { addNotes, type AddedNotes, type SourceFields } from '../../core/source-fields.ts';
import type { Submission } from '../../providers/provider.ts';

/** What noting fields needs of the world. */
export interface FieldPorts {
  readonly events: Pick<EventStore, 'readSourceFields' | 'saveSourceFields'>;
  readonly metrics: Metrics;
}

/**
 * Notes which fields a source's submissions have. Never rejects: what a source is owed is its answer, and what
 * is not noted now is noted with the next submission.
 */
export type NoteFields = (
  source: string,
  shapes: readonly SubmissionShape[],
  atMs: number,
  log: Log,
) => Promise<void>;

/** What this process knows of one source. */
interface Watch {
  isLoaded: boolean;
  known: SourceFields | undefined;
  /** What has come since the last write. */
  notes: FieldNotes | undefined;
  notBeforeMs: number;
  isBusy: boolean;
}

/** However much is new: a source that makes names up costs no more than one write a minute. */
const WRITE_INTERVAL_MS = 60_000;

/** When nothing is new, counts and times are written once an hour. */
const REFRESH_INTERVAL_MS = 60 * 60 * 1_000;

/** Processes write the same item seldom; one that loses this often in a row comes back a minute later. */
const TRIES_MAX = 5;

/**
 * Builds what notes the fields of submissions. Each source costs this process a read when it starts, a write
 * when a field or a type is new (one a minute at most), and a write an hour: nothing a lead.
 *
 * Await it before the function ends: Lambda freezes the process after that.
 */
export function createNoteFields(ports: FieldPorts): NoteFields {
  const watches = new Map<string, Watch>();
  return async (source, shapes, atMs, log) => {
    const watch = watches.get(source) ?? newWatch();
    watches.set(source, watch);
    for (const shape of shapes) watch.notes = noteSubmission(watch.notes, shape, atMs);
    // One at a time; what comes meanwhile goes with the next one.
    if (watch.isBusy || atMs < watch.notBeforeMs) return;
    watch.isBusy = true;
    try {
      await writeIfDue(ports, source, watch, atMs, log);
    } catch (error) {
      watch.notBeforeMs = atMs + WRITE_INTERVAL_MS;
      log.error('The fields that a source sends could not be noted', {}, error);
    } finally {
      watch.isBusy = false;
    }
  };
}

function newWatch(): Watch {
  return { isLoaded: false, known: undefined, notes: undefined, notBeforeMs: 0, isBusy: false };
}

/** The fields of what a request says: nothing of what a bot made up, or of a submission that is only named. */
export function shapesOf(submissions: readonly Submission[]): readonly SubmissionShape[] {
  return submissions
    .filter(({ suppression, details }) => suppression !== 'spam_trap' && details === undefined)
    .map(({ answers, attributes, email, phone, externalId }) =>
      shapeOf(answers, {
        ...attributes,
        ...(email === undefined ? {} : { email }),
        ...(phone === undefined ? {} : { phone }),
        ...(externalId === undefined ? {} : { external_id: externalId }),
      }),
    );
}

/** The fields of a submission whose details were read. */
export function shapeOfEvent({ answers, attributes, identity }: NormalizedEvent): SubmissionShape {
  const { email, phone_e164: phone } = identity;
  return shapeOf(answers, {
    ...attributes,
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
  });
}

async function writeIfDue(
  { events, metrics }: FieldPorts,
  source: string,
  watch: Watch,
  atMs: number,
  log: Log,
): Promise<void> {
  if (!watch.isLoaded) {
    watch.known = await events.readSourceFields(source);
    watch.isLoaded = true;
  }
  const { notes } = watch;
  if (notes === undefined) return;
  let added = addNotes(watch.known, notes, atMs);
  const isOld = watch.known === undefined || atMs - watch.known.updatedAtMs >= REFRESH_INTERVAL_MS;
  if (!added.hasNews && !isOld) return;

  // Taken, whatever becomes of it: a write without an answer may have counted them.
  watch.notes = undefined;
  watch.notBeforeMs = atMs + WRITE_INTERVAL_MS;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const saved = await events.saveSourceFields(source, added.known);
    if (saved.kind === 'saved') {
      watch.known = added.known;
      tell(added, source, metrics, log);
      return;
    }
    watch.known = saved.current;
    added = addNotes(saved.current, notes, atMs);
  }
  log.warn('The fields that a source sends could not be noted: others wrote each time');
}

/** By whoever stored the news, so that it counts once over all processes. */
function tell(
  { newFields, changedTypes }: AddedNotes,
  source: string,
  metrics: Metrics,
  log: Log,
): void {
  const count = newFields + changedTypes;
  if (count === 0) return;
  for (let n = 0; n < count; n += 1) metrics.count('SchemaDrift', { source });
  log.warn('A source sends fields, or types of values, that it has not sent before', { count });
}
