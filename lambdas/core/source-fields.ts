import {
  FIELDS_MAX,
  type FieldNote,
  type FieldNotes,
  type TypeNote,
  TYPES_MAX,
} from './field-notes.ts';

/** What is known of the fields that a source sends. Names and types only. */
export interface SourceFields {
  /** Counts writes, from 1. */
  readonly revision: number;
  /** When its first submission was noted, epoch milliseconds. */
  readonly sinceMs: number;
  readonly updatedAtMs: number;
  /** Submissions that were noted. Those that a process had not written down when it ended are missing. */
  readonly submissions: number;
  readonly withPersonalNames: number;
  readonly fields: ReadonlyMap<string, FieldNote>;
}

/** What is known with something added, and how much of that is news. */
export interface AddedNotes {
  readonly known: SourceFields;
  /** A field, or a type of a field, was not known. */
  readonly hasNews: boolean;
  /** Fields that a source, which is known well enough, has not sent before. */
  readonly newFields: number;
  /** Fields, known well enough, whose values are of another type. */
  readonly changedTypes: number;
}

/**
 * A source, and a field, is known well enough after so many submissions: what comes for the first time later
 * is news. A form's rare fields come one after the other.
 */
export const KNOWN_AFTER = 10;

/** When there is no room, a field that has not come for this long gives its place to a new one. */
const FORGOTTEN_AFTER_MS = 30 * 24 * 60 * 60 * 1_000;

/**
 * Adds what a process has noted to what is known. Each process adds its own notes to what is stored then, so
 * none loses another's.
 *
 * @param known `undefined` for a source that nothing is known of
 */
export function addNotes(
  known: SourceFields | undefined,
  notes: FieldNotes,
  nowMs: number,
): AddedNotes {
  const submissions = known?.submissions ?? 0;
  const fields = new Map<string, FieldNote>();
  for (const [name, field] of known?.fields ?? []) {
    if (!notes.fields.has(name)) {
      fields.set(name, { ...field, missed: field.missed + notes.submissions });
    } else {
      fields.set(name, field);
    }
  }
  let newFields = 0;
  let changedTypes = 0;
  let hasNews = known === undefined;
  for (const [name, note] of notes.fields) {
    const field = fields.get(name);
    if (field === undefined) {
      if (!makeRoom(fields, nowMs)) continue;
      const firstAfter = submissions + note.firstAfter;
      fields.set(name, { ...note, firstAfter });
      hasNews = true;
      if (firstAfter >= KNOWN_AFTER) newFields += 1;
      continue;
    }
    const added = addNote(field, note);
    fields.set(name, added);
    const newTypes = [...added.types.keys()].filter((type) => !field.types.has(type));
    if (newTypes.length > 0) hasNews = true;
    if (newTypes.some((type) => isTypeChange(added.types, type))) changedTypes += 1;
  }
  return {
    known: {
      revision: (known?.revision ?? 0) + 1,
      sinceMs: Math.min(known?.sinceMs ?? notes.firstMs, notes.firstMs),
      updatedAtMs: nowMs,
      submissions: submissions + notes.submissions,
      withPersonalNames: (known?.withPersonalNames ?? 0) + notes.withPersonalNames,
      fields,
    },
    hasNews,
    newFields,
    changedTypes,
  };
}

/**
 * Whether a type of a field is a change of what its values were: it first came when the field was known, and
 * says something else. A number in a text field says nothing, a text in a number field does.
 */
export function isTypeChange(types: ReadonlyMap<string, TypeNote>, type: string): boolean {
  const note = types.get(type);
  if (note === undefined || note.after < KNOWN_AFTER) return false;
  const earlier = [...types].filter(([, other]) => other.after < note.after).map(([name]) => name);
  if (earlier.length === 0) return false;
  const isNarrow = type === 'number' || type === 'boolean';
  return !(isNarrow && earlier.includes('text'));
}

function addNote(field: FieldNote, note: FieldNote): FieldNote {
  const types = new Map(field.types);
  for (const [type, { firstSeenMs, after }] of note.types) {
    const other = types.get(type);
    if (other === undefined && types.size >= TYPES_MAX) continue;
    types.set(type, other ?? { firstSeenMs, after: field.times + after });
  }
  const isUnbroken = field.missed === 0 && note.firstAfter === 0 && note.inRow === note.times;
  const goesInto = note.goesInto ?? field.goesInto;
  return {
    firstSeenMs: Math.min(field.firstSeenMs, note.firstSeenMs),
    lastSeenMs: Math.max(field.lastSeenMs, note.lastSeenMs),
    times: field.times + note.times,
    firstAfter: field.firstAfter,
    inRow: isUnbroken ? field.inRow + note.inRow : note.inRow,
    missed: note.missed,
    types,
    ...(goesInto === undefined ? {} : { goesInto }),
  };
}

function makeRoom(fields: Map<string, FieldNote>, nowMs: number): boolean {
  if (fields.size < FIELDS_MAX) return true;
  for (const [name, field] of fields) {
    if (nowMs - field.lastSeenMs <= FORGOTTEN_AFTER_MS) continue;
    fields.delete(name);
    return true;
  }
  return false;
}
