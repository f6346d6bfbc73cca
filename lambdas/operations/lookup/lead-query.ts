import { HoldfastError } from '../../core/errors.ts';
import { normalizeEmail } from '../../core/normalize-email.ts';
import { normalizePhone } from '../../core/normalize-phone.ts';

/** What a lead can be looked for by. */
export const LEAD_QUERY_KINDS = ['email', 'phone', 'key', 'provider-id', 'crm-id', 'name'] as const;

/** One of `LEAD_QUERY_KINDS`. */
export type LeadQueryKind = (typeof LEAD_QUERY_KINDS)[number];

/**
 * One reading of what was typed.
 *
 * - `email`: an address, as it is stored
 * - `phone`: how the number may be stored, the likeliest first, and its digits as typed
 * - `key`: an idempotency key
 * - `provider-id`: the sender's id of a submission, of its delivery or of the person
 * - `crm-id`: the id of a Zoho record
 * - `name`: a name of an identity, as it stands in `Holdfast_Key` and in logs
 */
export type LeadQuery =
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'phone'; readonly phones: readonly string[]; readonly digits: string }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'provider-id'; readonly id: string }
  | { readonly kind: 'crm-id'; readonly recordId: string }
  | { readonly kind: 'name'; readonly name: string };

/** What was typed is nothing that a lead could be looked for by. */
export class LeadQueryError extends HoldfastError {
  constructor(message: string) {
    super('lead_query_invalid', message);
  }
}

/** `hf_` and 40 hex digits: see `identityNamesOf`. */
const NAME = /^hf_[0-9a-f]{40}$/i;

/** Ids of Zoho records are long numbers. */
const CRM_ID = /^\d{15,20}$/;

/** Those in Zoho's samples have 18 or 19 digits (Zoho CRM v8, Insert records, read 2026-11-22). */
const CRM_ID_DIGITS_USUAL = 18;

/** A record's page, or its address in the API: the module, then the id. */
const CRM_URL = /\/(?:tab|v\d+(?:\.\d+)?)\/[A-Za-z0-9_]+\/(\d{10,20})(?:[/?#]|$)/;

/** Fewer digits are no number that somebody could be called at. */
const PHONE_DIGITS_MIN = 7;
const PHONE_DIGITS_MAX = 18;

/** Digits, what people put between them, and an extension. */
const PHONE = /^(?:tel:)?[\s+()\d./-]+(?:(?:ext\.?|x|#|;ext=)\s*\d{1,7})?$/i;

/**
 * Reads what somebody typed to find a lead: an e-mail address, a phone number in any notation, an idempotency
 * key, a name of an identity, a Zoho record's id or address, or else an id that the sender gave.
 *
 * @param by takes it for this, whatever it looks like
 * @param countries where a number without `+` may be dialled, by alpha-2 codes
 * @returns one reading or several, the likeliest first: digits alone may be a number, or an id
 * @throws {LeadQueryError} it is empty, or not what `by` says
 */
export async function parseLeadQuery(
  typed: string,
  countries: readonly string[],
  by?: LeadQueryKind,
): Promise<readonly LeadQuery[]> {
  const text = typed.trim();
  if (text === '') throw new LeadQueryError('Nothing to look for was given.');
  if (by !== undefined) return [await readAs(text, by, countries)];
  if (NAME.test(text)) return [nameQuery(text)];
  if (text.includes('|')) return [{ kind: 'key', key: text }];
  const recordId = CRM_URL.exec(text)?.[1];
  if (recordId !== undefined) return [{ kind: 'crm-id', recordId }];
  const asId: LeadQuery = { kind: 'provider-id', id: text };
  if (isUrl(text)) return [asId];

  const email = text.includes('@') ? normalizeEmail(text) : undefined;
  if (email !== undefined) return [{ kind: 'email', email }];
  if (CRM_ID.test(text)) {
    const asRecord: LeadQuery = { kind: 'crm-id', recordId: text };
    return text.length < CRM_ID_DIGITS_USUAL ? [asId, asRecord] : [asRecord, asId];
  }
  const phone = await phoneQuery(text, countries);
  return phone === undefined ? [asId] : [phone, asId];
}

async function readAs(
  text: string,
  by: LeadQueryKind,
  countries: readonly string[],
): Promise<LeadQuery> {
  switch (by) {
    case 'email': {
      const email = normalizeEmail(text);
      if (email === undefined) throw new LeadQueryError('That is no e-mail address.');
      return { kind: 'email', email };
    }
    case 'phone': {
      const phone = await phoneQuery(text, countries);
      if (phone === undefined) {
        throw new LeadQueryError(
          `That is no phone number: it takes ${PHONE_DIGITS_MIN} digits or more.`,
        );
      }
      return phone;
    }
    case 'crm-id': {
      const recordId = CRM_URL.exec(text)?.[1] ?? (/^\d{1,20}$/.test(text) ? text : undefined);
      if (recordId === undefined) {
        throw new LeadQueryError("That is no Zoho record: give its id, or its page's address.");
      }
      return { kind: 'crm-id', recordId };
    }
    case 'name':
      if (!NAME.test(text)) throw new LeadQueryError('That is no name: hf_ and 40 hex digits.');
      return nameQuery(text);
    case 'key':
      return { kind: 'key', key: text };
    case 'provider-id':
      return { kind: 'provider-id', id: text };
  }
}

function nameQuery(text: string): LeadQuery {
  return { kind: 'name', name: text.toLowerCase() };
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

async function phoneQuery(
  text: string,
  countries: readonly string[],
): Promise<LeadQuery | undefined> {
  if (!PHONE.test(text)) return undefined;
  const international: string[] = [];
  for (const country of [undefined, ...countries]) {
    const phone = await normalizePhone(text, country);
    if (phone?.kind === 'e164') international.push(phone.value);
  }
  // Numbers that could not be brought to E.164 stand for their person by their digits.
  const digits = text.replace(/(?:ext\.?|x|#|;ext=)\s*\d{1,7}$/i, '').replaceAll(/\D/g, '');
  if (digits.length < PHONE_DIGITS_MIN || digits.length > PHONE_DIGITS_MAX) return undefined;
  return { kind: 'phone', phones: [...new Set([...international, digits])], digits };
}
