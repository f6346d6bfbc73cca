import type { Consent, NormalizedEvent } from '../core/lead-event.ts';
import { normalizeEmail } from '../core/normalize-email.ts';
import { normalizeName } from '../core/normalize-name.ts';
import { normalizePhone } from '../core/normalize-phone.ts';
import { cleanLine, cleanText, cutText } from '../core/normalize-text.ts';
import { attributionOf, stripUrl } from '../core/normalize-url.ts';
import type { Submission } from '../providers/provider.ts';

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

const LONG_TEXT_NAMES = new Set(['message', 'street']);
const URL_NAMES = new Set(['page_url', 'referrer']);

/**
 * Brings what a sender said into canonical form: identifiers, names, attribution, consent.
 *
 * An e-mail address that no CRM would take stays as the attribute `email_raw`, a phone number that is not
 * international as `phone_raw`. An external id belongs to its source: the same id at another source is
 * somebody else.
 */
export function cleanSubmission(submission: Submission, sourceName: string): CleanSubmission {
  const email = normalizeEmail(submission.email ?? '');
  const phone = normalizePhone(submission.phone ?? '');
  const externalId = cleanLine(submission.externalId ?? '');

  return {
    identity: {
      ...(externalId === undefined || externalId.length > EXTERNAL_ID_LENGTH_MAX
        ? {}
        : { contact_external_id: `${sourceName}:person:${externalId}` }),
      ...(email === undefined ? {} : { email }),
      ...(phone?.kind === 'e164' ? { phone_e164: phone.value } : {}),
    },
    attributes: {
      ...cleanAttributes(submission.attributes),
      ...optional('email_raw', email === undefined ? line(submission.email) : undefined),
      ...optional('phone_raw', phone?.kind === 'raw' ? line(phone.value) : undefined),
    },
    consent: submission.consent.map(cleanConsent),
  };
}

function cleanAttributes(raw: Submission['attributes']): Attributes {
  const cleaned: Attributes = {};
  for (const [name, value] of Object.entries(raw)) {
    Object.assign(cleaned, optional(name, cleanAttribute(name, value)));
  }
  for (const [name, value] of Object.entries(normalizeName(raw))) {
    if (typeof value === 'string') cleaned[name] = cutText(value, LINE_LENGTH_MAX);
  }
  // What the form says itself counts most, then the page it is on, then the page before.
  return { ...pageAttribution(raw.referrer), ...pageAttribution(raw.page_url), ...cleaned };
}

function cleanAttribute(name: string, value: string): string | undefined {
  if (LONG_TEXT_NAMES.has(name)) {
    const text = cleanText(value);
    return text === undefined ? undefined : cutText(text, LONG_TEXT_LENGTH_MAX);
  }
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
