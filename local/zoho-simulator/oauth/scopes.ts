/** Something that a scope allows. `area` is lower case, for example `modules.leads`. */
export interface Permission {
  readonly service: 'ZohoCRM' | 'ZohoSearch';
  readonly area: string;
  readonly operation: 'CREATE' | 'READ' | 'UPDATE' | 'DELETE';
}

/**
 * Tells whether scopes allow an operation: by its own name, by `WRITE` (create, update, delete), or
 * by `ALL` of the area or of what the area is part of.
 *
 * @see Zoho CRM v8, Scopes, and Upsert Records, read 2026-11-22
 */
export function allows(scopes: readonly string[], permission: Permission): boolean {
  const granted = new Set(scopes.map((scope) => scope.toLowerCase()));
  return alternatives(permission).some((scope) => granted.has(scope.toLowerCase()));
}

function alternatives({ service, area, operation }: Permission): string[] {
  const [family = area] = area.split('.');
  const operations = operation === 'READ' ? ['READ', 'ALL'] : [operation, 'WRITE', 'ALL'];
  return [area, family].flatMap((name) => operations.map((verb) => `${service}.${name}.${verb}`));
}
