/**
 * What the submissions of one process say about the fields of a source, until it is added to what is known.
 * Names and kinds of values only, never a value.
 */
import type { Answer, CanonicalField } from './lead-event.ts';

/** One field of a submission. */
export interface FieldShape {
  readonly name: string;
  /** The sender's own type of the answer, or the kind of its value; none for a blank one. */
  readonly type?: string;
  /** The canonical field that its value went into. */
  readonly goesInto?: CanonicalField;
}

/** The fields of one submission. */
export interface SubmissionShape {
  readonly fields: readonly FieldShape[];
  /** It has names that look like a person's address or number; they are left out. */
  readonly hasPersonalNames: boolean;
}

/** When a field first had a type. */
export interface TypeNote {
  readonly firstSeenMs: number;
  /** How often the field had come before. */
  readonly after: number;
}

/** What was noted of one field. */
export interface FieldNote {
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Submissions that had it. */
  readonly times: number;
  /** Submissions that were noted before the first one that had it. */
  readonly firstAfter: number;
  /** Submissions in a row, up to the last one that had it, that all had it. */
  readonly inRow: number;
  /** Submissions since the last one that had it. */
  readonly missed: number;
  /** By type. */
  readonly types: ReadonlyMap<string, TypeNote>;
  readonly goesInto?: CanonicalField;
}

/** What was noted of some submissions of a source. */
export interface FieldNotes {
  readonly submissions: number;
  /** Submissions with names that were left out because they look like a person. */
  readonly withPersonalNames: number;
  readonly firstMs: number;
  readonly fields: ReadonlyMap<string, FieldNote>;
}

/** Of one source: room for any form, and an end for a sender that makes names up. */
export const FIELDS_MAX = 500;

/** Of one field. */
export const TYPES_MAX = 8;

const NAME_LENGTH_MAX = 200;
const TYPE_LENGTH_MAX = 40;

/**
 * Says which fields a submission has.
 *
 * @param filled what it says by canonical field: the answer whose value that is, if it is just one, is where
 *   it came from
 */
export function shapeOf(
  answers: readonly Answer[],
  filled: Readonly<Partial<Record<CanonicalField, string>>>,
): SubmissionShape {
  const values = answers.map(({ value }) => (typeof value === 'string' ? value : value.join(', ')));
  const origins = new Map<number, CanonicalField>();
  for (const [field, value] of Object.entries(filled)) {
    if (value === undefined) continue;
    const index = values.indexOf(value);
    const isOne = index >= 0 && index === values.lastIndexOf(value);
    // The keys of a record of canonical fields are canonical fields.
    if (isOne) origins.set(index, field as CanonicalField);
  }
  const fields = answers.flatMap(({ key, type, value }, index): FieldShape[] => {
    if (looksPersonal(key)) return [];
    const kind = kindOf(value);
    const shown = kind === undefined || type === undefined ? kind : typeName(type, kind);
    const goesInto = origins.get(index);
    return [
      {
        name: key.slice(0, NAME_LENGTH_MAX),
        ...(shown === undefined ? {} : { type: shown }),
        ...(goesInto === undefined ? {} : { goesInto }),
      },
    ];
  });
  return { fields, hasPersonalNames: fields.length < answers.length };
}

/** Adds a submission to what was noted; a field that finds no more room is left out. */
export function noteSubmission(
  notes: FieldNotes | undefined,
  shape: SubmissionShape,
  atMs: number,
): FieldNotes {
  const before: FieldNotes = notes ?? {
    submissions: 0,
    withPersonalNames: 0,
    firstMs: atMs,
    fields: new Map(),
  };
  const fields = new Map<string, FieldNote>();
  for (const [name, note] of before.fields) fields.set(name, { ...note, missed: note.missed + 1 });
  const present = new Set<string>();
  for (const field of shape.fields) {
    const known = fields.get(field.name);
    if (known === undefined && fields.size >= FIELDS_MAX) continue;
    const isRepeated = present.has(field.name);
    present.add(field.name);
    fields.set(
      field.name,
      known === undefined
        ? newNote(field, before.submissions, atMs)
        : seenAgain(known, field, atMs, isRepeated),
    );
  }
  return {
    submissions: before.submissions + 1,
    withPersonalNames: before.withPersonalNames + (shape.hasPersonalNames ? 1 : 0),
    firstMs: before.firstMs,
    fields,
  };
}

function newNote({ type, goesInto }: FieldShape, firstAfter: number, atMs: number): FieldNote {
  return {
    firstSeenMs: atMs,
    lastSeenMs: atMs,
    times: 1,
    firstAfter,
    inRow: 1,
    missed: 0,
    types: type === undefined ? new Map() : new Map([[type, { firstSeenMs: atMs, after: 0 }]]),
    ...(goesInto === undefined ? {} : { goesInto }),
  };
}

/** @param isRepeated the submission has the name twice: it counts once */
function seenAgain(
  known: FieldNote,
  { type, goesInto }: FieldShape,
  atMs: number,
  isRepeated: boolean,
): FieldNote {
  const isNewType = type !== undefined && !known.types.has(type) && known.types.size < TYPES_MAX;
  const types = isNewType
    ? new Map([...known.types, [type, { firstSeenMs: atMs, after: known.times }]])
    : known.types;
  const into = goesInto === undefined ? {} : { goesInto };
  if (isRepeated) return { ...known, types, ...into };
  return {
    ...known,
    lastSeenMs: atMs,
    times: known.times + 1,
    inRow: known.missed > 1 ? 1 : known.inRow + 1,
    missed: 0,
    types,
    ...into,
  };
}

/** The kind of a value; a blank one has none. A number or a yes-or-no may also be a text that looks like one. */
function kindOf(value: Answer['value']): string | undefined {
  if (typeof value !== 'string') return 'list';
  if (value.trim() === '') return undefined;
  if (value === 'true' || value === 'false') return 'boolean';
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? 'number' : 'text';
}

/** A sender names its types itself: one that is no plain word is not told. */
function typeName(type: string, kind: string): string {
  const name = type.length <= TYPE_LENGTH_MAX && /^[a-z][a-z0-9_-]*$/i.test(type) ? type : 'other';
  return kind === 'list' ? `${name} list` : name;
}

/**
 * Whether a name holds an e-mail address or is a telephone number. Forms with free names make such ones, and
 * what is known of a source must hold no person.
 */
function looksPersonal(name: string): boolean {
  if (/[^\s@]@[^\s@.]+\.[^\s@]/.test(name) || /\+\d[\d\s().-]{5,}/.test(name)) return true;
  return [name, ...name.split('.')].some(
    (part) => /^[\d\s().-]+$/.test(part) && part.replaceAll(/\D/g, '').length >= 7,
  );
}
