import { isVolatile } from '../../core/idempotency-key.ts';
import { isArray, isObject, type Json } from './json.ts';

/**
 * A body without what changes from one delivery of a submission to the next: what is left tells whether
 * two deliveries say the same.
 */
export function withoutVolatile(value: Json): Json {
  if (isArray(value)) return value.map(withoutVolatile);
  if (!isObject(value)) return value;
  // Entries that are made members again by definition, not assignment: `__proto__` stays a plain key.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !isVolatile(key))
      .map(([key, inner]) => [key, withoutVolatile(inner)]),
  );
}
