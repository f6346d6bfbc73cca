import type { ModuleDefinition } from '../modules/catalogue.ts';

/**
 * Says which fields an upsert compares, in which order.
 *
 * ```
 * duplicate_check_fields    compared (Email = system, u1 and u2 = unique)
 * absent                    Email, u1, u2
 * ["Email"]                 Email, u1, u2
 * ["u1"]                    u1, u2            the system field is dropped
 * ["u2"]                    u2, u1
 * ["u1","u2"]               u1, u2
 * ```
 *
 * A unique field that is not listed is appended; a system field that is not listed is dropped.
 *
 * @param listed `duplicate_check_fields`, `undefined` when absent; an empty list reads as absent
 * @see Zoho CRM, Upsert Records, table of duplicate check fields, read 2026-11-22
 */
export function checkOrder(
  listed: readonly string[] | undefined,
  module: ModuleDefinition,
): readonly string[] {
  const system = module.systemCheckField === undefined ? [] : [module.systemCheckField];
  const first = listed === undefined || listed.length === 0 ? system : listed;
  return [...new Set([...first, ...module.uniqueFields])];
}

/** The text that two values of one field are compared by: uniqueness ignores case. */
export function comparable(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value.toLowerCase();
  return typeof value === 'number' ? String(value) : undefined;
}
