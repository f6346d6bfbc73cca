import { FIELDS_MAX, type FieldNote } from '../../core/field-notes.ts';
import type { CanonicalField } from '../../core/lead-event.ts';
import { isTypeChange, KNOWN_AFTER, type SourceFields } from '../../core/source-fields.ts';
import type { SourceBase } from '../../core/source-settings.ts';

/**
 * What a person should look at.
 *
 * - `new`: it first came in the last 7 days, when its source was known
 * - `missing`: it came in every submission, ten or more of them, and not in the last three; or the
 *   configuration names it, and it never came, or not in the last twenty
 * - `type changed`: in the last 7 days its values were of another type for the first time
 */
export type DriftFlag = 'new' | 'missing' | 'type changed';

/** One field of a source. Times are ISO 8601. */
export interface FieldDrift {
  readonly name: string;
  /** Absent for one that the configuration names and that never came. */
  readonly knownSince?: string;
  readonly lastSeen?: string;
  /** Of the submissions since it is known that had it, 0 to 1. */
  readonly share: number;
  /** In the order in which they first came. */
  readonly types: readonly string[];
  /** What the configuration maps it to, else where its value last went. */
  readonly goesInto?: CanonicalField;
  readonly flags: readonly DriftFlag[];
}

/** What a source sends, as far as it was noted. */
export interface SourceDrift {
  readonly source: string;
  readonly submissions: number;
  /** Absent as long as nothing is known. */
  readonly knownSince?: string;
  /** When it was last written down: once an hour, when nothing is new. */
  readonly updatedAt?: string;
  /** Submissions with names that look like a person; they are not kept. */
  readonly withPersonalNames: number;
  /** There is no room for more fields. */
  readonly isFull: boolean;
  /** What is flagged first, then the most frequent. */
  readonly fields: readonly FieldDrift[];
}

const SHOWN_AS_NEW_MS = 7 * 24 * 60 * 60 * 1_000;
const EXPECTED_MISSED_MIN = 3;
const CONFIGURED_MISSED_MIN = 20;

/** Says how what a source sends differs from what it is known to send, and from what is configured. */
export function driftOf(
  sourceName: string,
  source: Pick<SourceBase, 'fields'>,
  known: SourceFields | undefined,
  nowMs: number,
): SourceDrift {
  if (known === undefined) {
    const nothing = { submissions: 0, withPersonalNames: 0, isFull: false };
    return { source: sourceName, ...nothing, fields: neverSent(source, known) };
  }
  const fields = [...known.fields].map(([name, note]) =>
    fieldDrift(name, note, source, known, nowMs),
  );
  return {
    source: sourceName,
    submissions: known.submissions,
    knownSince: new Date(known.sinceMs).toISOString(),
    updatedAt: new Date(known.updatedAtMs).toISOString(),
    withPersonalNames: known.withPersonalNames,
    isFull: known.fields.size >= FIELDS_MAX,
    fields: [...neverSent(source, known), ...fields].toSorted(
      (left, right) =>
        Number(right.flags.length > 0) - Number(left.flags.length > 0) || right.share - left.share,
    ),
  };
}

function fieldDrift(
  name: string,
  note: FieldNote,
  source: Pick<SourceBase, 'fields'>,
  known: SourceFields,
  nowMs: number,
): FieldDrift {
  const configured = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
  const goesInto = configured ?? note.goesInto;
  const isRecent = (atMs: number): boolean => nowMs - atMs < SHOWN_AS_NEW_MS;
  const isNew = isRecent(note.firstSeenMs) && note.firstAfter >= KNOWN_AFTER;
  const isMissing =
    (note.inRow >= KNOWN_AFTER && note.missed >= EXPECTED_MISSED_MIN) ||
    (configured !== undefined && note.missed >= CONFIGURED_MISSED_MIN);
  const hasOtherType = [...note.types].some(
    ([type, { firstSeenMs }]) => isRecent(firstSeenMs) && isTypeChange(note.types, type),
  );
  return {
    name,
    knownSince: new Date(note.firstSeenMs).toISOString(),
    lastSeen: new Date(note.lastSeenMs).toISOString(),
    share: note.times / Math.max(note.times, known.submissions - note.firstAfter),
    types: [...note.types]
      .toSorted(([, left], [, right]) => left.after - right.after)
      .map(([type]) => type),
    ...(goesInto === undefined ? {} : { goesInto }),
    flags: [
      ...(isNew ? (['new'] as const) : []),
      ...(isMissing ? (['missing'] as const) : []),
      ...(hasOtherType ? (['type changed'] as const) : []),
    ],
  };
}

/**
 * Fields that the configuration names and that never came. A field has several names (ids, `type:…`,
 * `label:…`): one whose value arrives where it should has come under another of them.
 */
function neverSent(
  source: Pick<SourceBase, 'fields'>,
  known: SourceFields | undefined,
): readonly FieldDrift[] {
  const arrived = new Set([...(known?.fields.values() ?? [])].map(({ goesInto }) => goesInto));
  const isKnown = (known?.submissions ?? 0) >= KNOWN_AFTER;
  return Object.entries(source.fields)
    .filter(([name, field]) => known?.fields.has(name) !== true && !arrived.has(field))
    .map(([name, goesInto]) => ({
      name,
      share: 0,
      types: [],
      goesInto,
      flags: isKnown ? ['missing'] : [],
    }));
}
