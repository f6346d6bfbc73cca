import type { ZohoError } from '../http/errors.ts';
import { invalidData } from '../http/errors.ts';
import { isObject } from '../http/message.ts';
import type { FieldDefinition } from '../modules/field-definition.ts';
import { isDate, isDateTime, isEmail, isPhone, isWebsite } from './patterns.ts';

/**
 * Checks one value against its field: JSON type, length, form. Nothing is ever cut to fit.
 *
 * @returns what Zoho would object, or `undefined` when it takes the value
 * @see Zoho CRM v8, Insert Records, Sample attributes and Possible errors, read 2026-11-22
 */
export function checkValue(
  definition: FieldDefinition,
  value: unknown,
  jsonPath: string,
  dateTimeFormat: 'strict' | 'lenient',
): ZohoError | undefined {
  const wrongType = (expected: string): ZohoError =>
    invalidData(definition.apiName, jsonPath, { expected_data_type: expected });
  const text = (expected: string, isRight: (text: string) => boolean = () => true) =>
    typeof value !== 'string'
      ? wrongType(expected)
      : (tooLong(definition, value, jsonPath) ??
        (isRight(value) ? undefined : wrongType(expected)));

  switch (definition.type) {
    case 'text':
    case 'picklist':
      return text('text');
    case 'textarea':
      return text('textarea');
    case 'email':
      return text('email', isEmail);
    case 'phone':
      return text('phone', isPhone);
    case 'website':
      return text('website', isWebsite);
    case 'date':
      return text('date', isDate);
    case 'datetime':
      return text('datetime', (moment) => isDateTime(moment, dateTimeFormat));
    case 'integer':
      return Number.isInteger(value)
        ? tooLong(definition, digits(value), jsonPath)
        : wrongType('integer');
    case 'currency':
      return Number.isFinite(value) ? undefined : wrongType('double');
    case 'boolean':
      return typeof value === 'boolean' ? undefined : wrongType('boolean');
    case 'multiselectpicklist':
      return Array.isArray(value) ? undefined : wrongType('jsonarray');
    case 'lookup':
    case 'ownerlookup':
      return isObject(value) ? undefined : wrongType('jsonobject');
  }
}

function tooLong(
  definition: FieldDefinition,
  text: string,
  jsonPath: string,
): ZohoError | undefined {
  return characters(text) > definition.length
    ? invalidData(definition.apiName, jsonPath, { maximum_length: definition.length })
    : undefined;
}

/** A character outside the basic plane counts as one. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function digits(value: unknown): string {
  return String(Math.abs(Number(value)));
}
