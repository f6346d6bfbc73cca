import type { Refusal } from '../http/errors.ts';
import { isRefusal, refuse } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import type { FieldType } from '../modules/field-definition.ts';
import { isText } from '../modules/field-definition.ts';
import { recordView } from '../records/record-view.ts';
import type { World } from '../world.ts';
import { parseCriteria } from './criteria.ts';
import { fieldsOfCriteria, meetsCriteria } from './criteria-match.ts';
import { containsAlike, containsDigits } from './look-alike.ts';
import { narrow, pageReply, parsePage } from './page.ts';

type View = Readonly<Record<string, unknown>>;
type Finder = (view: View) => boolean;

/**
 * Answers `GET /crm/v8/{module}/search` from an index that lags behind the records.
 *
 * Of `criteria`, `email`, `phone` and `word` the first one given counts, in this order. Matching is
 * by containing, with look-alike characters: a client has to compare what it gets.
 *
 * @see Zoho CRM v8, Search Records, read 2026-11-22
 */
export function answerSearch(
  request: SimRequest,
  module: ModuleDefinition,
  world: World,
): SimReply | Refusal {
  const finder = parseFinder(request.query, module);
  if (typeof finder !== 'function') return finder;
  const page = parsePage(request.query);
  if (isRefusal(page)) return page;
  const { searchLagMs, timeZoneOffset } = world.knobs.current();
  const converted = request.query.get('converted') ?? 'false';
  const found = world.store.all(module.name).flatMap((record) => {
    if (converted !== 'both' && (record.converted !== undefined) !== (converted === 'true')) {
      return [];
    }
    const fields = world.store.indexedFields(record, searchLagMs);
    if (fields === undefined) return [];
    const view = recordView(record, module, timeZoneOffset, fields);
    return finder(view) ? [narrow(view, request.query.get('fields'))] : [];
  });
  return pageReply(found, page);
}

function parseFinder(query: URLSearchParams, module: ModuleDefinition): Finder | Refusal {
  const criteriaText = query.get('criteria');
  if (criteriaText !== null) return criteriaFinder(criteriaText, module);
  const email = query.get('email');
  if (email !== null) return anyField(module, 'email', (value) => containsAlike(value, email));
  const phone = query.get('phone');
  if (phone !== null) return anyField(module, 'phone', (value) => containsDigits(value, phone));
  const word = query.get('word');
  if (word !== null) return anyField(module, 'any', (value) => containsAlike(value, word));
  return refuse(400, 'EXPECTED_PARAM_MISSING', 'one of the expected parameter is missing', {
    param_names: ['criteria', 'email', 'phone', 'word'],
  });
}

function criteriaFinder(text: string, module: ModuleDefinition): Finder | Refusal {
  const criteria = parseCriteria(text);
  const known = new Set(['id', ...module.fields.map((definition) => definition.apiName)]);
  if (criteria === undefined || !fieldsOfCriteria(criteria).every((name) => known.has(name))) {
    return refuse(400, 'INVALID_QUERY', 'Invalid query formed', { reason: 'criteria' });
  }
  return (view) => meetsCriteria(view, criteria, module);
}

function anyField(
  module: ModuleDefinition,
  type: FieldType | 'any',
  matches: (value: unknown) => boolean,
): Finder {
  const names = module.fields
    .filter((definition) => (type === 'any' ? isText(definition) : definition.type === type))
    .map((definition) => definition.apiName);
  return (view) => names.some((name) => matches(view[name]));
}
