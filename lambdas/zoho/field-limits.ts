import type { SavedMetadata } from '../core/saved-metadata.ts';

/** What Zoho checks of a field. Lengths in characters. `no_text`: it takes numbers, dates or ids, say. */
export interface FieldLimit {
  readonly kind: 'line' | 'text' | 'email' | 'phone' | 'website' | 'no_text';
  readonly lengthMax: number;
}

/**
 * The limit of a field.
 *
 * @param apiName the field in Zoho
 * @param canonical what fills it
 */
export type FieldLimits = (apiName: string, canonical: string) => FieldLimit;

/** Length of an e-mail address (Zoho CRM v7, Create custom fields, read 2026-11-22). */
const EMAIL_LENGTH_MAX = 100;

/** Length of a phone number (as above). */
const PHONE_LENGTH_MAX = 30;

/** Length of a description (Zoho CRM v8, Fields metadata: textarea, read 2026-11-22). */
const TEXT_LENGTH_MAX = 32_000;

const EMAIL: FieldLimit = { kind: 'email', lengthMax: EMAIL_LENGTH_MAX };
const PHONE: FieldLimit = { kind: 'phone', lengthMax: PHONE_LENGTH_MAX };
const TEXT: FieldLimit = { kind: 'text', lengthMax: TEXT_LENGTH_MAX };

/**
 * Standard fields of Leads and Contacts. What is too long is refused, not cut: Zoho then refuses the
 * whole record.
 *
 * Names, title, company, website: Zoho CRM online help, Standard modules & fields, read 2026-11-22
 * (the metadata of some organisations allow 200 for a company; the smaller figure holds in all).
 * Street: the same page's Accounts. City, state, code, country: no published figure was found; these
 * lie below the 255 of any one-line field.
 */
const LIMITS: Readonly<Record<string, FieldLimit>> = {
  First_Name: line(40),
  Last_Name: line(80),
  Company: line(100),
  Designation: line(100),
  Title: line(100),
  Website: { kind: 'website', lengthMax: 120 },
  Email: EMAIL,
  Secondary_Email: EMAIL,
  Phone: PHONE,
  Mobile: PHONE,
  Street: line(250),
  City: line(100),
  State: line(100),
  Zip_Code: line(30),
  Country: line(100),
  Mailing_Street: line(250),
  Mailing_City: line(100),
  Mailing_State: line(100),
  Mailing_Zip: line(30),
  Mailing_Country: line(100),
  Lead_Source: line(100),
  Description: TEXT,
};

/**
 * Builds the limits: of the saved metadata where it knows the field, else the built-in ones.
 *
 * Without metadata, an organisation's own fields are of kinds that nobody has told: they are held to what
 * their canonical field is, and to the longest text that Zoho takes.
 */
export function createFieldLimits(metadata?: SavedMetadata): FieldLimits {
  const saved = new Map(metadata?.fields.map((field) => [field.apiName, field]));
  return (apiName, canonical) => {
    const field = saved.get(apiName);
    if (field === undefined) return builtInLimit(apiName, canonical);
    const kind = KINDS.get(field.dataType) ?? 'no_text';
    return { kind, lengthMax: field.length ?? LENGTHS[kind] };
  };
}

/** The limit of a field of which there is no metadata. */
const builtInLimit: FieldLimits = (apiName, canonical) => {
  const standard = Object.hasOwn(LIMITS, apiName) ? LIMITS[apiName] : undefined;
  if (standard !== undefined) return standard;
  if (canonical === 'email') return EMAIL;
  return canonical === 'phone' ? PHONE : TEXT;
};

/** Zoho's data types that take text (Zoho CRM v8, Fields metadata, read 2026-11-22). */
const KINDS: ReadonlyMap<string, FieldLimit['kind']> = new Map([
  ['text', 'line'],
  ['picklist', 'line'],
  ['textarea', 'text'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['website', 'website'],
]);

/** Where the metadata name no length: what any field of the kind takes (Zoho CRM v7, as above). */
const LENGTHS: Readonly<Record<FieldLimit['kind'], number>> = {
  line: 255,
  text: 2_000,
  email: EMAIL_LENGTH_MAX,
  phone: PHONE_LENGTH_MAX,
  website: 450,
  no_text: 0,
};

function line(lengthMax: number): FieldLimit {
  return { kind: 'line', lengthMax };
}
