import type { AttributeName, CanonicalField } from '../../core/lead-event.ts';

/**
 * How sure it is that a value belongs to a field, most sure first: the configuration says so, the
 * sender does, its name does, it came from outside the form's questions.
 */
export const RANK = {
  configuredId: 0,
  configuredType: 1,
  configuredLabel: 2,
  type: 3,
  name: 4,
  nested: 5,
  hidden: 6,
} as const;

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
