import type { Answer, CanonicalField } from '../../core/lead-event.ts';
import { labelPattern } from '../../core/source-settings.ts';
import { type FieldCandidate, RANK } from './collect-fields.ts';
import { recognizeField } from './recognize-field.ts';

/** One field of a form with its answer, as far as its sender tells. */
export interface FormField {
  /** What names the field and stays the same when its label is edited, the most stable first; one or more. */
  readonly ids: readonly [string, ...string[]];
  /** The question, as people read it. */
  readonly label?: string;
  /** The sender's own name of the field's type. */
  readonly type?: string;
  readonly value: string | readonly string[];
  /** The canonical field, where the sender's type or id says so by itself (a column id, an e-mail field). */
  readonly means?: CanonicalField;
  /** The names by which it may be recognised: ids and label by default, none if empty. */
  readonly names?: readonly string[];
  /** Where it stands. Of equally good candidates, a question wins over a nested name, that over a hidden field. */
  readonly place?: 'nested' | 'hidden';
}

/**
 * The canonical field that a sender's own word (a type, a column, a property) stands for by itself.
 *
 * @param meanings canonical fields by the sender's words
 */
export function meaningOf(
  meanings: Readonly<Record<string, CanonicalField>>,
  word: string | undefined,
): Pick<FormField, 'means'> {
  const means = word !== undefined && Object.hasOwn(meanings, word) ? meanings[word] : undefined;
  return means === undefined ? {} : { means };
}

/** The answers of fields, in their order. */
export function answersOf(fields: readonly FormField[]): Answer[] {
  return fields.map(({ ids, label, type, value }) => ({
    key: ids[0],
    ...(label === undefined ? {} : { label }),
    ...(type === undefined ? {} : { type }),
    value: typeof value === 'string' ? value : [...value],
  }));
}

/** Finds out which canonical field a form's field fills. */
export type FieldMatcher = (field: FormField) => FieldCandidate | undefined;

/**
 * Builds the matcher of a source: what is configured for the field's id, then for its type, then for its
 * label; then what the sender says of it; then its usual names.
 *
 * @param configured the source's `fields`
 */
export function fieldMatcher(configured: Readonly<Record<string, CanonicalField>>): FieldMatcher {
  const byLabel = Object.entries(configured).flatMap(([key, field]) => {
    if (!key.startsWith('label:')) return [];
    const pattern = labelPattern(key);
    const text = sameCase(key.slice('label:'.length));
    return [
      {
        field,
        fits: (label: string) =>
          pattern === undefined ? sameCase(label) === text : pattern.test(label),
      },
    ];
  });
  const own = (key: string): CanonicalField | undefined =>
    Object.hasOwn(configured, key) ? configured[key] : undefined;

  return (field) => {
    const value = valueText(field.value);
    const byId = firstOf(field.ids, own);
    if (byId !== undefined) return { field: byId, value, rank: RANK.configuredId };
    const byType = field.type === undefined ? undefined : own(`type:${field.type}`);
    if (byType !== undefined) return { field: byType, value, rank: RANK.configuredType };
    const label = field.label?.slice(0, LABEL_LENGTH_MAX);
    const labelled = label === undefined ? undefined : byLabel.find(({ fits }) => fits(label));
    if (labelled !== undefined) return { field: labelled.field, value, rank: RANK.configuredLabel };
    if (field.means !== undefined) return { field: field.means, value, rank: RANK.type };

    const names = field.names ?? [...field.ids, ...(label === undefined ? [] : [label])];
    const recognized = firstOf(names, recognizeField);
    return recognized === undefined
      ? undefined
      : { field: recognized, value, rank: RANK[field.place ?? 'name'] };
  };
}

/** An answer's value as one text. */
export function valueText(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ');
}

/** Patterns run over no more than this: whoever fills in a form does not write its labels, but senders may. */
const LABEL_LENGTH_MAX = 300;

function sameCase(label: string): string {
  return label.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function firstOf(
  names: readonly string[],
  find: (name: string) => CanonicalField | undefined,
): CanonicalField | undefined {
  for (const name of names) {
    const field = find(name);
    if (field !== undefined) return field;
  }
  return undefined;
}
