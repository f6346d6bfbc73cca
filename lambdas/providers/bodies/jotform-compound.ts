import type { CanonicalField } from '../../core/lead-event.ts';
import { isObject, type Json, type JsonObject, member, scalarText } from '../reading/json.ts';

/** An answer that Jotform takes apart (a name, an address, a number), as one text and as what it means. */
export interface CompoundAnswer {
  readonly kind: 'name' | 'address' | 'phone';
  /** As a person would write it. */
  readonly text: string;
  /** Its parts by what they mean; of a phone number the whole. */
  readonly facts: Readonly<Partial<Record<CanonicalField, string | undefined>>>;
}

/**
 * Reads an answer of several parts by its members:
 *
 * - a name: `prefix`, `first`, `middle`, `last`, `suffix`
 * - a phone number: `full`, or `country`, `area` and `phone`
 * - an address: `addr_line1`, `addr_line2`, `city`, `state`, `postal`, `country`
 *
 * @returns `undefined` for an answer of any other shape
 */
export function readCompound(answer: Json): CompoundAnswer | undefined {
  if (!isObject(answer)) return undefined;
  const has = (...names: string[]): boolean => names.some((name) => Object.hasOwn(answer, name));
  if (has('first', 'last')) return readName(answer);
  if (has('full', 'area', 'phone')) return readPhone(answer);
  return has('addr_line1', 'addr_line2', 'postal') ? readAddress(answer) : undefined;
}

function readName(answer: JsonObject): CompoundAnswer {
  return {
    kind: 'name',
    text: joined(answer, ['prefix', 'first', 'middle', 'last', 'suffix'], ' '),
    facts: {
      first_name: joined(answer, ['first', 'middle'], ' '),
      last_name: joined(answer, ['last'], ' '),
    },
  };
}

function readPhone(answer: JsonObject): CompoundAnswer {
  const whole = partOf(answer, 'full');
  const country = partOf(answer, 'country').replace(/^\+?(\d{1,4})$/, '+$1');
  const area = partOf(answer, 'area');
  const text =
    whole === ''
      ? [country, country === '' && area !== '' ? `(${area})` : area, partOf(answer, 'phone')]
          .filter((part) => part !== '')
          .join(' ')
      : whole;
  return { kind: 'phone', text, facts: { phone: text } };
}

function readAddress(answer: JsonObject): CompoundAnswer {
  const lines = ['addr_line1', 'addr_line2'];
  return {
    kind: 'address',
    text: joined(answer, [...lines, 'city', 'state', 'postal', 'country'], ', '),
    facts: {
      street: joined(answer, lines, ', '),
      city: partOf(answer, 'city'),
      region: partOf(answer, 'state'),
      postal_code: partOf(answer, 'postal'),
      country: partOf(answer, 'country'),
    },
  };
}

function joined(answer: JsonObject, names: readonly string[], separator: string): string {
  return names
    .map((name) => partOf(answer, name))
    .filter((part) => part !== '')
    .join(separator);
}

function partOf(answer: JsonObject, name: string): string {
  return (scalarText(member(answer, name)) ?? '').trim();
}
