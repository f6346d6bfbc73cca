import { createHmac } from 'node:crypto';
import type { NormalizedEvent } from './lead-event.ts';

/** What can stand for a person. */
export type IdentifierKind = 'email' | 'external_id' | 'phone';

const RAW_PHONE_DIGITS_MIN = 7;
const RAW_PHONE_DISTINCT_DIGITS_MIN = 3;

/**
 * The identifiers that an event carries.
 *
 * A phone number that could not be brought to E.164 still stands for its person by its digits: a
 * lead that can be called must not be turned away for its notation. What people type to get past a
 * mandatory field (`0000000`, `1212121`, `1234567`) stands for nobody: it would merge strangers.
 */
export function identifiersOf(
  event: Pick<NormalizedEvent, 'identity' | 'attributes'>,
): Readonly<Partial<Record<IdentifierKind, string>>> {
  const { email, contact_external_id: externalId, phone_e164: phoneE164 } = event.identity;
  const rawDigits = (event.attributes['phone_raw'] ?? '').replaceAll(/\D/g, '');
  const phone = phoneE164 ?? (isTelling(rawDigits) ? rawDigits : undefined);

  return {
    ...(email === undefined ? {} : { email }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    ...(phone === undefined ? {} : { phone }),
  };
}

/**
 * The names under which an event's person may be known, the strongest first: the first identifier that
 * the event has in the configured order, then the others.
 *
 * A phone number is a name only where it comes first: people share telephones, and a number beside an
 * e-mail address must not make two of them one.
 *
 * A name is a keyed hash, so it can stand in keys, logs and the CRM's own key field without telling who
 * it is.
 *
 * @param pepper the installation's secret; another pepper means other names
 * @returns `hf_` and 40 hex digits each; empty when the event names nobody
 */
export function identityNamesOf(
  event: Pick<NormalizedEvent, 'identity' | 'attributes'>,
  order: readonly IdentifierKind[],
  pepper: string,
): readonly string[] {
  const identifiers = identifiersOf(event);
  return order
    .filter((kind) => identifiers[kind] !== undefined)
    .filter((kind, position) => kind !== 'phone' || position === 0)
    .map((kind) => keyedName(pepper, kind, identifiers[kind] ?? ''));
}

/**
 * The name of one identifier.
 *
 * @param value the identifier as it is stored
 * @returns `hf_` and 40 hex digits
 */
export function keyedName(pepper: string, kind: IdentifierKind, value: string): string {
  return `hf_${keyedHash(pepper, kind, value).slice(0, 40)}`;
}

/**
 * A keyed hash of a personal datum, for keys that must not tell it.
 *
 * @returns 64 hex digits (HMAC-SHA256)
 */
export function keyedHash(pepper: string, kind: IdentifierKind, value: string): string {
  return createHmac('sha256', pepper).update(`${kind}\0${value}`).digest('hex');
}

function isTelling(digits: string): boolean {
  return (
    digits.length >= RAW_PHONE_DIGITS_MIN &&
    new Set(digits).size >= RAW_PHONE_DISTINCT_DIGITS_MIN &&
    !'01234567890123456789'.includes(digits) &&
    !'98765432109876543210'.includes(digits)
  );
}
