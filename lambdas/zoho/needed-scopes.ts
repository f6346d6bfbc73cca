import type { HoldfastConfig } from '../core/config.ts';

/**
 * The OAuth scopes that a refresh token must have been made with.
 *
 * @see docs/deploy.md, "A self client and its refresh token", which says what each is for
 */
export function neededScopes({ zoho }: Pick<HoldfastConfig, 'zoho'>): readonly string[] {
  const module = `ZohoCRM.modules.${zoho.module.toLowerCase()}`;
  const notes = [
    'ZohoCRM.modules.contacts.READ',
    'ZohoCRM.modules.notes.READ',
    'ZohoCRM.modules.notes.CREATE',
  ];
  return [
    ...['CREATE', 'READ', 'UPDATE'].map((operation) => `${module}.${operation}`),
    'ZohoCRM.settings.fields.READ',
    'ZohoCRM.coql.READ',
    'ZohoSearch.securesearch.READ',
    ...(zoho.onConverted === 'note' ? notes : []),
  ];
}

/**
 * Which of these scopes are not among those that were granted: by its own name, by `WRITE` (create, update, delete),
 * or by `ALL`, of the area or of what the area is part of.
 *
 * @see Zoho CRM v8, Scopes, read 2026-11-22
 */
export function missingScopes(
  needed: readonly string[],
  granted: readonly string[],
): readonly string[] {
  const has = new Set(granted.map((scope) => scope.toLowerCase()));
  return needed.filter((scope) => !waysTo(scope.toLowerCase()).some((way) => has.has(way)));
}

function waysTo(scope: string): readonly string[] {
  const [service = '', ...rest] = scope.split('.');
  const operation = rest.pop() ?? '';
  const operations = operation === 'read' ? ['read', 'all'] : [operation, 'write', 'all'];
  const areas = [rest.join('.'), rest[0] ?? ''];
  return areas.flatMap((area) => operations.map((each) => `${service}.${area}.${each}`));
}
