import * as z from 'zod/mini';
import { COUNTRY_CODES } from './countries.ts';
import { CANONICAL_FIELDS, type CanonicalField, isCanonicalField } from './lead-event.ts';
import { didYouMean } from './nearest-name.ts';

/** A canonical field that a sender's own field can be mapped to; `custom_<name>` is one of the user's own. */
export const canonicalField = z.custom<CanonicalField>(
  (name) => typeof name === 'string' && isCanonicalField(name),
  {
    error: ({ input }) =>
      `must be a canonical field${didYouMean(input, CANONICAL_FIELDS)}: "email", "phone", "first_name", "company" or another one that docs/mapping.md lists, or custom_ and a name of lower-case letters, digits and _, at most 40`,
  },
);

/** A country by its ISO 3166-1 alpha-2 code. */
export const countryCode = z
  .string()
  .check(
    z.refine(
      (code) => COUNTRY_CODES.has(code),
      'must be an ISO 3166 code of two capital letters, for example "DE"',
    ),
  );

/** Fields that name a person: a constant would make one person of all. */
const IDENTIFYING: ReadonlySet<string> = new Set([
  'email',
  'email_raw',
  'phone',
  'phone_raw',
  'phone_ext',
  'external_id',
]);

const DEFAULTABLE = CANONICAL_FIELDS.filter((name) => !IDENTIFYING.has(name));

/** Canonical field → what it is where a submission says nothing of it. */
export const defaultValues = z.record(
  z.string().check(
    z.refine((name) => isCanonicalField(name) && !IDENTIFYING.has(name), {
      error: ({ input }) =>
        `must be a canonical field that does not identify a person${didYouMean(input, DEFAULTABLE)}, for example "country" or "custom_region"`,
    }),
  ),
  z.string().check(z.minLength(1), z.maxLength(1_000)),
);
