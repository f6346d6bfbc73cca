import type { AttributeName, CanonicalField } from '../core/lead-event.ts';

/**
 * How sure it is that a value belongs to a field, most sure first: the configuration says so, the
 * sender's type does, its name does, it came from outside the form's questions.
 */
export const RANK = { configured: 0, type: 1, name: 2, nestedName: 3, hidden: 4 } as const;

/** A value that may fill a canonical field, and how sure that is. */
export interface FieldCandidate {
  readonly field: CanonicalField;
  readonly value: string;
  readonly rank: (typeof RANK)[keyof typeof RANK];
}

/** The fields of a submission, each from its best candidate. */
export interface CollectedFields {
  readonly email?: string;
  readonly phone?: string;
  readonly externalId?: string;
  readonly attributes: Readonly<Partial<Record<AttributeName, string>>>;
}

/** Chooses one value a field: the surest that is not blank; of equally sure ones, the first. */
export function collectFields(candidates: readonly FieldCandidate[]): CollectedFields {
  const chosen = new Map<CanonicalField, FieldCandidate>();
  for (const candidate of candidates) {
    if (candidate.value.trim() === '') continue;
    const other = chosen.get(candidate.field);
    if (other === undefined || candidate.rank < other.rank) chosen.set(candidate.field, candidate);
  }

  const email = chosen.get('email')?.value;
  const phone = chosen.get('phone')?.value;
  const externalId = chosen.get('external_id')?.value;
  const attributes: Partial<Record<AttributeName, string>> = {};
  for (const { field, value } of chosen.values()) {
    if (field !== 'email' && field !== 'phone' && field !== 'external_id')
      attributes[field] = value;
  }
  return {
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(externalId === undefined ? {} : { externalId }),
    attributes,
  };
}

/** The canonical field that the configuration gives to a sender's own name, if any. */
export function configuredField(
  fields: Readonly<Record<string, CanonicalField>>,
  name: string,
): CanonicalField | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** An answer's value as one text. */
export function valueText(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ');
}
