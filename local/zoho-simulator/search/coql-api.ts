import type { Refusal } from '../http/errors.ts';
import { isRefusal, refuse } from '../http/errors.ts';
import type { SimReply } from '../http/message.ts';
import { isObject, jsonReply, noContentReply, parseJson } from '../http/message.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import { parseModuleName } from '../modules/catalogue.ts';
import type { StoredRecord } from '../records/record.ts';
import { recordView } from '../records/record-view.ts';
import type { World } from '../world.ts';
import type { CoqlQuery } from './coql-parser.ts';
import { parseCoql } from './coql-parser.ts';

/** Records that one query gives at most, and values of one `in` (Zoho CRM v8, COQL limits, read 2026-11-22). */
const LIMIT_MAX = 2_000;
const IN_VALUES_MAX = 100;

/** A query that can be answered. */
export interface ReadyCoql {
  readonly kind: 'coql';
  readonly query: CoqlQuery;
  readonly module: ModuleDefinition;
  /** 1 up to 200 records, 2 up to 1,000, 3 up to 2,000. */
  readonly credits: number;
}

/** Parses the body of `POST /crm/v8/coql` and checks its names and limits. */
export function prepareCoql(body: Buffer, world: World): ReadyCoql | Refusal {
  const json = parseJson(body);
  const text = isObject(json) ? json['select_query'] : undefined;
  if (typeof text !== 'string') {
    return refuse(400, 'MANDATORY_NOT_FOUND', 'required field not found', {
      api_name: 'select_query',
    });
  }
  const query = parseCoql(text);
  if (query === undefined) return refuse(400, 'SYNTAX_ERROR', 'error while parsing query');
  const name = parseModuleName(query.module);
  if (name === undefined) return invalidQuery('from', query.module);
  const module = world.module(name);
  const known = new Set(['id', ...module.fields.map((definition) => definition.apiName)]);
  const wrong = [...query.fields, ...query.conditions.map(({ field }) => field)].find(
    (field) => !known.has(field),
  );
  if (wrong !== undefined) return invalidQuery('column', wrong);
  const longestIn = Math.max(...query.conditions.map(({ values }) => values.length));
  if (query.limit > LIMIT_MAX || longestIn > IN_VALUES_MAX) {
    return refuse(400, 'LIMIT_EXCEEDED', 'limit exceeded', { limit: LIMIT_MAX });
  }
  return { kind: 'coql', query, module, credits: coqlCredits(query.limit) };
}

/**
 * Answers a query from the records themselves: nothing lags. Converted leads are hidden unless the
 * query asks about `Converted__s` or `id`.
 */
export function answerCoql(ready: ReadyCoql | Refusal, world: World): SimReply | Refusal {
  if (isRefusal(ready)) return ready;
  const { query, module } = ready;
  const { timeZoneOffset } = world.knobs.current();
  const revealing = query.conditions.some(
    ({ field }) => field === 'Converted__s' || field === 'id',
  );
  const found = candidates(query, module, world)
    .filter((record) => revealing || record.converted === undefined)
    .map((record) => recordView(record, module, timeZoneOffset))
    .filter((view) => query.conditions.every((condition) => meets(view, condition)));
  const ordered = query.newestFirst ? found.toReversed() : found;
  const data = ordered.slice(query.offset, query.offset + query.limit).map((view) => ({
    ...Object.fromEntries(query.fields.map((field) => [field, view[field]])),
    id: view['id'],
  }));
  if (data.length === 0) return noContentReply();
  const moreRecords = ordered.length > query.offset + query.limit;
  return jsonReply(200, { data, info: { count: data.length, more_records: moreRecords } });
}

/** Narrows by the first condition on a text field, so that a large module is not read whole. */
function candidates(
  query: CoqlQuery,
  module: ModuleDefinition,
  world: World,
): readonly StoredRecord[] {
  const indexed = query.conditions.find(({ field }) =>
    module.fields.some(
      (definition) =>
        definition.apiName === field &&
        !definition.readOnly &&
        (definition.type === 'text' || definition.type === 'email' || definition.type === 'phone'),
    ),
  );
  if (indexed === undefined) return world.store.all(module.name);
  const found = indexed.values.flatMap((value) =>
    world.store.findByValue(module.name, indexed.field, value),
  );
  const byId = new Map(found.map((record) => [record.id, record]));
  return [...byId.values()].sort((a, b) => a.id.localeCompare(b.id));
}

function meets(
  view: Readonly<Record<string, unknown>>,
  condition: CoqlQuery['conditions'][number],
): boolean {
  const value = view[condition.field];
  const text =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value).toLowerCase()
      : undefined;
  return condition.values.some((wanted) => wanted.toLowerCase() === text);
}

function invalidQuery(clause: string, name: string): Refusal {
  return refuse(400, 'INVALID_QUERY', 'invalid query formed', { clause, column_name: name });
}

function coqlCredits(limit: number): number {
  if (limit <= 200) return 1;
  return limit <= 1_000 ? 2 : 3;
}
