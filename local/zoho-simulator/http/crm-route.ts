import type { ModuleName } from '../modules/module-names.ts';
import { parseModuleName } from '../modules/catalogue.ts';
import type { Permission } from '../oauth/scopes.ts';
import type { Refusal } from './errors.ts';
import { refuse } from './errors.ts';
import type { SimRequest } from './message.ts';

/** What a CRM request asks for. */
export type CrmRoute =
  | { readonly kind: 'upsert' | 'create' | 'list' | 'search'; readonly module: ModuleName }
  | { readonly kind: 'update'; readonly module: ModuleName; readonly id: string | undefined }
  | { readonly kind: 'get' | 'remove'; readonly module: ModuleName; readonly id: string }
  | { readonly kind: 'convert'; readonly id: string }
  /** The notes of one record. */
  | { readonly kind: 'notes'; readonly module: ModuleName; readonly id: string }
  | { readonly kind: 'coql' }
  | { readonly kind: 'metadata'; readonly of: 'fields' | 'layouts' | 'modules' }
  | { readonly kind: 'create_fields' };

const PREFIX = '/crm/v8/';

/**
 * Finds out what a request asks for.
 *
 * An address that Zoho does not have is 404 INVALID_URL_PATTERN, a module that it does not have 400
 * INVALID_MODULE, a method that the address does not take 400 INVALID_REQUEST_METHOD.
 *
 * @see Zoho CRM v8, Status codes and errors, read 2026-11-22
 */
export function parseCrmRoute(request: Pick<SimRequest, 'method' | 'path'>): CrmRoute | Refusal {
  if (!request.path.startsWith(PREFIX)) return unknownAddress();
  const segments = request.path.slice(PREFIX.length).split('/').map(decodeSegment);
  const [first = '', second, third, fourth, ...more] = segments;
  if (more.length > 0) return unknownAddress();
  if (first === 'coql' && second === undefined) {
    return request.method === 'POST' ? { kind: 'coql' } : wrongMethod();
  }
  if (first === 'settings') return metadataRoute(request.method, second, third);
  const module = parseModuleName(first);
  if (module === undefined) {
    return refuse(400, 'INVALID_MODULE', 'the module name given seems to be invalid');
  }
  if (second === undefined) return moduleRoute(request.method, module);
  if (third !== undefined) return belowRecordRoute(request.method, module, second, third, fourth);
  if (second === 'upsert') {
    if (module === 'Notes') return refuse(400, 'NOT_SUPPORTED', 'the module is not supported');
    return request.method === 'POST' ? { kind: 'upsert', module } : wrongMethod();
  }
  if (second === 'search') {
    return request.method === 'GET' ? { kind: 'search', module } : wrongMethod();
  }
  return recordRoute(request.method, module, second);
}

/** What a token needs for a route. */
export function permissionsOf(route: CrmRoute): readonly Permission[] {
  const crm = (area: string, operation: Permission['operation']): Permission => ({
    service: 'ZohoCRM',
    area,
    operation,
  });
  switch (route.kind) {
    case 'upsert':
    case 'create':
      return [crm(`modules.${route.module.toLowerCase()}`, 'CREATE')];
    case 'update':
      return [crm(`modules.${route.module.toLowerCase()}`, 'UPDATE')];
    case 'remove':
      return [crm(`modules.${route.module.toLowerCase()}`, 'DELETE')];
    case 'get':
    case 'list':
      return [crm(`modules.${route.module.toLowerCase()}`, 'READ')];
    case 'search':
      return [
        crm(`modules.${route.module.toLowerCase()}`, 'READ'),
        { service: 'ZohoSearch', area: 'securesearch', operation: 'READ' },
      ];
    case 'notes':
      return [crm(`modules.${route.module.toLowerCase()}`, 'READ'), crm('modules.notes', 'READ')];
    case 'convert':
      return [crm('modules.leads', 'CREATE')];
    case 'coql':
      // And to read the module that the query names, which is known only once it is parsed.
      return [crm('coql', 'READ')];
    case 'metadata':
      return [crm(`settings.${route.of}`, 'READ')];
    case 'create_fields':
      return [crm('settings.fields', 'CREATE')];
  }
}

function metadataRoute(
  method: string,
  kind: string | undefined,
  more: string | undefined,
): CrmRoute | Refusal {
  if (more !== undefined) return unknownAddress();
  if (kind !== 'fields' && kind !== 'layouts' && kind !== 'modules') return unknownAddress();
  if (method === 'POST' && kind === 'fields') return { kind: 'create_fields' };
  return method === 'GET' ? { kind: 'metadata', of: kind } : wrongMethod();
}

function moduleRoute(method: string, module: ModuleName): CrmRoute | Refusal {
  switch (method) {
    case 'GET':
      return { kind: 'list', module };
    case 'POST':
      return { kind: 'create', module };
    case 'PUT':
      return { kind: 'update', module, id: undefined };
    default:
      return wrongMethod();
  }
}

function recordRoute(method: string, module: ModuleName, id: string): CrmRoute | Refusal {
  switch (method) {
    case 'GET':
      return { kind: 'get', module, id };
    case 'PUT':
      return { kind: 'update', module, id };
    case 'DELETE':
      return { kind: 'remove', module, id };
    default:
      return wrongMethod();
  }
}

/** `{module}/{id}/{third}/{fourth}`: an action, or a related list. */
function belowRecordRoute(
  method: string,
  module: ModuleName,
  id: string,
  third: string,
  fourth: string | undefined,
): CrmRoute | Refusal {
  if (module === 'Leads' && third === 'actions' && fourth === 'convert') {
    return method === 'POST' ? { kind: 'convert', id } : wrongMethod();
  }
  if (module !== 'Notes' && third === 'Notes' && fourth === undefined) {
    return method === 'GET' ? { kind: 'notes', module, id } : wrongMethod();
  }
  return unknownAddress();
}

function unknownAddress(): Refusal {
  return refuse(
    404,
    'INVALID_URL_PATTERN',
    'Please check if the URL trying to access is a correct one',
  );
}

function wrongMethod(): Refusal {
  return refuse(400, 'INVALID_REQUEST_METHOD', 'The http request method type is not a valid one');
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
