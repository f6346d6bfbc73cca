import type { Touched } from '../../core/journal.ts';

/**
 * How the journal names leads.
 *
 * @param keys idempotency keys
 */
export function touchedLeads(keys: readonly string[]): readonly Touched[] {
  return keys.map((id) => ({ kind: 'lead', id }));
}
