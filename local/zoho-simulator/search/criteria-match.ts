import type { ModuleDefinition } from '../modules/catalogue.ts';
import { isText } from '../modules/field-definition.ts';
import type { Criteria } from './criteria.ts';
import { containsAlike, searchForm } from './look-alike.ts';

/** Names of the fields that criteria ask for. */
export function fieldsOfCriteria(criteria: Criteria): readonly string[] {
  return criteria.kind === 'condition'
    ? [criteria.field]
    : [...fieldsOfCriteria(criteria.left), ...fieldsOfCriteria(criteria.right)];
}

/**
 * Whether a record's view meets criteria. `equals` means "contains" for texts, but not for picklists.
 *
 * @see Zoho CRM v8, Search Records, read 2026-11-22
 */
export function meetsCriteria(
  view: Readonly<Record<string, unknown>>,
  criteria: Criteria,
  module: ModuleDefinition,
): boolean {
  if (criteria.kind === 'pair') {
    const left = meetsCriteria(view, criteria.left, module);
    const right = meetsCriteria(view, criteria.right, module);
    return criteria.join === 'and' ? left && right : left || right;
  }
  const value = view[criteria.field];
  const definition = module.fields.find((candidate) => candidate.apiName === criteria.field);
  const loosely = definition !== undefined && isText(definition);
  const alike = (wanted: string): boolean =>
    loosely ? containsAlike(value, wanted) : sameText(value, wanted);
  switch (criteria.operator) {
    case 'equals':
    case 'in':
      return criteria.values.some(alike);
    case 'not_equal':
      return !criteria.values.some(alike);
    case 'starts_with':
      return (
        typeof value === 'string' &&
        criteria.values.some((wanted) => searchForm(value).startsWith(searchForm(wanted)))
      );
  }
}

function sameText(value: unknown, wanted: string): boolean {
  const text =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
  return text.toLowerCase() === wanted.toLowerCase();
}
