import { countryOf } from '../../core/countries.ts';
import { type Consent, isCustomField, type NormalizedEvent } from '../../core/lead-event.ts';
import { normalizeEmail } from '../../core/normalize-email.ts';
import { nameBasisOf, normalizeName } from '../../core/normalize-name.ts';
import { normalizePhone, type Phone } from '../../core/normalize-phone.ts';
import { cleanLine, cleanText, cutText } from '../../core/normalize-text.ts';
import { attributionOf, stripUrl } from '../../core/normalize-url.ts';
import type { SourceConfig } from '../../providers/catalogue.ts';
import type { Submission } from '../../providers/provider.ts';

type Attributes = Record<string, string>;

/** A submission's person and attributes, cleaned and in canonical form. */
export interface CleanSubmission {
  readonly identity: NormalizedEvent['identity'];
  readonly attributes: Attributes;
  readonly consent: Consent[];
}

/** Zoho CRM's large text fields take 32,000 characters (custom fields, read 2026-11-22). */
const LONG_TEXT_LENGTH_MAX = 32_000;
const LINE_LENGTH_MAX = 1_000;
const EXTERNAL_ID_LENGTH_MAX = 255;

/** In a field of its own: `23`, `x23`, `ext. 23`. */
const EXTENSION = /^\D{0,12}(\d{1,10})$/;

const LONG_TEXT_NAMES = new Set(['message', 'street']);
const URL_NAMES = new Set(['page_url', 'referrer']);

/** What is configured of the source that a submission came to. */
export interface CleaningContext {
  readonly sourceName: string;
  readonly source: Pick<SourceConfig, 'defaults' | 'defaultCountry'>;
}

/**
 * Brings what a sender said into canonical form: identifiers, names, attribution, consent. Never throws,
 * whatever was sent.
 *
 * An e-mail address that no CRM would take stays as the attribute `email_raw`; a phone number as `phone_raw` where it could
 * not be made international, or a country had to be assumed for that. An external id belongs to its source: the same
 * id at another source is somebody else.
 */
export async function cleanSubmission(
  submission: Submission,
  { sourceName, source }: CleaningContext,
): Promise<CleanSubmission> {
  const email = normalizeEmail(submission.email ?? '');
  const externalId = cleanLine(submission.externalId ?? '');
  const attributes = withDefaults(cleanAttributes(submission.attributes), source.defaults);
  const phone = await normalizePhone(
    submission.phone ?? '',
    phoneCountry(submission.attributes, source),
  );

  return {
    identity: {
      ...(externalId === undefined || externalId.length > EXTERNAL_ID_LENGTH_MAX
        ? {}
        : { contact_external_id: `${sourceName}:person:${externalId}` }),
      ...(email === undefined ? {} : { email }),
      ...(phone?.kind === 'e164' ? { phone_e164: phone.value } : {}),
    },
    attributes: {
      ...attributes,
      ...optional('email_raw', email === undefined ? line(submission.email) : undefined),
      ...phoneAttributes(phone, attributes['phone_ext']),
    },
    consent: submission.consent.map(cleanConsent),
  };
}

/** Where a number without `+` is dialled: what the person says counts most. */
function phoneCountry(
  { country = '' }: Submission['attributes'],
  { defaultCountry, defaults }: CleaningContext['source'],
): string | undefined {
  return countryOf(country) ?? defaultCountry ?? countryOf(defaults['country'] ?? '');
}

function phoneAttributes(phone: Phone | undefined, ownField: string | undefined): Attributes {
  switch (phone?.kind) {
    case undefined:
      return {};
    case 'raw':
      return { phone_status: 'invalid', ...optional('phone_raw', line(phone.value)) };
    case 'e164':
      return {
        phone_status: phone.status,
        phone_basis: phone.basis,
        ...optional('phone_ext', phone.extension ?? ownField),
        ...optional('phone_raw', phone.raw),
      };
  }
}

function cleanAttributes(raw: Submission['attributes']): Attributes {
  const cleaned: Attributes = {};
  for (const [name, value] of Object.entries(raw)) {
    Object.assign(cleaned, optional(name, cleanAttribute(name, value ?? '')));
  }
  const name = normalizeName(raw);
  for (const [part, value] of Object.entries(name)) {
    if (typeof value === 'string') cleaned[part] = cutText(value, LINE_LENGTH_MAX);
  }
  Object.assign(cleaned, optional('name_basis', nameBasisOf(raw, name)));
  // What the form says itself counts most, then the page it is on, then the page before.
  return { ...pageAttribution(raw.referrer), ...pageAttribution(raw.page_url), ...cleaned };
}

function withDefaults(said: Attributes, defaults: Readonly<Attributes>): Attributes {
  const constants: Attributes = {};
  for (const [name, value] of Object.entries(defaults)) {
    Object.assign(constants, optional(name, cleanAttribute(name, value)));
  }
  return { ...constants, ...said };
}

function cleanAttribute(name: string, value: string): string | undefined {
  if (LONG_TEXT_NAMES.has(name)) {
    const text = cleanText(value);
    return text === undefined ? undefined : cutText(text, LONG_TEXT_LENGTH_MAX);
  }
  if (name === 'phone_ext') return EXTENSION.exec(line(value) ?? '')?.[1];
  // The answer to a question of any kind: its line breaks may mean something.
  if (isCustomField(name)) return cutText(cleanText(value) ?? '', LINE_LENGTH_MAX) || undefined;
  return line(URL_NAMES.has(name) ? stripUrl(value) : value);
}

function pageAttribution(url: string | undefined): Attributes {
  const found = attributionOf(url ?? '');
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, cutText(value, LINE_LENGTH_MAX)]),
  );
}

function cleanConsent(consent: Consent): Consent {
  const text = cleanText(consent.text ?? '');
  return {
    key: line(consent.key) ?? 'consent',
    granted: consent.granted,
    ...(text === undefined ? {} : { text: cutText(text, LINE_LENGTH_MAX) }),
  };
}

function line(value: string | undefined): string | undefined {
  const text = cleanLine(value ?? '');
  return text === undefined ? undefined : cutText(text, LINE_LENGTH_MAX);
}

function optional(name: string, value: string | undefined): Attributes {
  return value === undefined ? {} : { [name]: value };
}
