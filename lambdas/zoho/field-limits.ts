/** What Zoho checks of a standard field. Lengths in characters. */
export interface FieldLimit {
  readonly kind: 'line' | 'text' | 'email' | 'phone' | 'website';
  readonly lengthMax: number;
}

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
 * The limit of a field.
 *
 * An organisation's own fields are of kinds that only its metadata tell: they are held to what their
 * canonical field is, and to the longest text that Zoho takes.
 *
 * @param apiName the field in Zoho
 * @param canonical what fills it
 */
export function fieldLimit(apiName: string, canonical: string): FieldLimit {
  const standard = Object.hasOwn(LIMITS, apiName) ? LIMITS[apiName] : undefined;
  if (standard !== undefined) return standard;
  if (canonical === 'email') return EMAIL;
  return canonical === 'phone' ? PHONE : TEXT;
}

function line(lengthMax: number): FieldLimit {
  return { kind: 'line', lengthMax };
}
