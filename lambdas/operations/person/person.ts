import type { HoldfastConfig } from '../../core/config.ts';
import { HoldfastError } from '../../core/errors.ts';
import { identifiersOf, identityNamesOf } from '../../core/identity.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import { parseLeadQuery } from '../lookup/lead-query.ts';

/**
 * By what a person is named.
 *
 * - `email`, `phone`: as they are stored (an address in lower case; E.164, or the digits alone)
 * - `external_id`: `<source>:person:<id>`
 * - `lead`: the idempotency key of one of their leads
 * - `crm_record`: the id of their record in the CRM
 * - `identity`: `hf_` and 40 hex digits, as logs and the CRM have it
 */
export interface PersonName {
  readonly kind: 'email' | 'phone' | 'external_id' | 'lead' | 'crm_record' | 'identity';
  readonly value: string;
}

/** What was typed names nobody; the message says what does. */
export class PersonNameError extends HoldfastError {
  constructor(text: string) {
    super(
      'person_name',
      `"${text}" names nobody. Name a person by e-mail address, phone number (with + and country), ` +
        'a lead’s key, the id or address of a Zoho record, an hf_… identity, or <source>:<their id at that source>.',
    );
  }
}

/**
 * Reads what an operator typed for a person.
 *
 * @returns several names where it may be stored in several notations, as a phone number may
 * @throws {PersonNameError} it is none of what can name somebody
 * @throws {LeadQueryError} it is empty
 */
export async function parsePersonName(
  text: string,
  { sources }: Pick<HoldfastConfig, 'sources'>,
): Promise<readonly PersonName[]> {
  const countries = Object.values(sources).flatMap(({ defaultCountry = [] }) => defaultCountry);
  const [query] = await parseLeadQuery(text, [...new Set(countries)]);
  switch (query?.kind) {
    case 'email':
      return [{ kind: 'email', value: query.email }];
    case 'phone':
      return query.phones.map((value) => ({ kind: 'phone', value }));
    case 'key':
      return [{ kind: 'lead', value: query.key }];
    case 'crm-id':
      return [{ kind: 'crm_record', value: query.recordId }];
    case 'name':
      return [{ kind: 'identity', value: query.name }];
    case 'provider-id':
      return [{ kind: 'external_id', value: externalIdOf(query.id, sources) }];
    case undefined:
      throw new PersonNameError(text);
  }
}

/** `<source>:<id>`, or as it is stored, `<source>:person:<id>`: the same id at another source is somebody else. */
function externalIdOf(text: string, sources: HoldfastConfig['sources']): string {
  const [source = '', ...parts] = text.split(':');
  const id = (parts[0] === 'person' && parts.length > 1 ? parts.slice(1) : parts).join(':');
  if (id === '' || !Object.hasOwn(sources, source)) throw new PersonNameError(text);
  return `${source}:person:${id}`;
}

/** A person by everything that stands for them. */
export interface Identifiers {
  readonly emails: ReadonlySet<string>;
  readonly phones: ReadonlySet<string>;
  readonly externalIds: ReadonlySet<string>;
}

/** The identifiers among names. */
export function identifiersNamed(names: readonly PersonName[]): Identifiers {
  const valuesOf = (kind: PersonName['kind']): ReadonlySet<string> =>
    new Set(names.filter((name) => name.kind === kind).map(({ value }) => value));
  return {
    emails: valuesOf('email'),
    phones: valuesOf('phone'),
    externalIds: valuesOf('external_id'),
  };
}

/** By which of the identifiers an event speaks of the person; `undefined`: by none. */
export type Match = 'email' | 'external_id' | 'phone';

/**
 * Whether an event speaks of a person.
 *
 * People share telephones: a number counts for an event that has nothing stronger. With another e-mail address
 * beside it, it is `shared`: most likely somebody else's.
 */
export function matchOf(
  event: Pick<NormalizedEvent, 'identity' | 'attributes'>,
  { emails, phones, externalIds }: Identifiers,
): Match | 'shared' | undefined {
  const { email, external_id: externalId, phone } = identifiersOf(event);
  if (email !== undefined && emails.has(email)) return 'email';
  if (externalId !== undefined && externalIds.has(externalId)) return 'external_id';
  if (phone === undefined || !phones.has(phone)) return undefined;
  return email === undefined && externalId === undefined ? 'phone' : 'shared';
}

const IDENTITY_FIELDS = {
  email: 'email',
  phone: 'phone_e164',
  external_id: 'contact_external_id',
} as const;

/** The identity names of identifiers that were typed, and those that were typed themselves. */
export function namesOfPerson(
  names: readonly PersonName[],
  { identity }: Pick<HoldfastConfig, 'identity'>,
  pepper: string,
): readonly string[] {
  return names.flatMap(({ kind, value }) => {
    switch (kind) {
      case 'identity':
        return [value];
      case 'email':
      case 'phone':
      case 'external_id': {
        // Alone, it stands in the first place, where a phone number counts as a name, too.
        const order = identity.order.filter((each) => each === kind);
        const event = { identity: { [IDENTITY_FIELDS[kind]]: value }, attributes: {} };
        return identityNamesOf(event, order, pepper);
      }
      case 'lead':
      case 'crm_record':
        return [];
    }
  });
}
