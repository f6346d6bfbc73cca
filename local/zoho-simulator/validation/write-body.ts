import type { Refusal } from '../http/errors.ts';
import { invalidBody, refuse } from '../http/errors.ts';
import { isObject, parseJson } from '../http/message.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';

/** Rows that one call takes at most (Zoho CRM v8, Upsert Records, read 2026-11-22). */
export const ROWS_MAX = 100;

const TRIGGERS = new Set(['workflow', 'approval', 'blueprint', 'pathfinder', 'orchestration']);

/** The body of a write, parsed. */
export interface WriteBody {
  readonly kind: 'write_body';
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Whether workflows run: they do unless `trigger` says otherwise. */
  readonly workflows: boolean;
  /** As sent; `undefined` when absent. */
  readonly duplicateCheckFields: readonly string[] | undefined;
}

/**
 * Parses the body of upsert, create and update.
 *
 * `apply_feature_execution`, `skip_feature_execution` and `lar_id` are taken and have no effect.
 */
export function parseWriteBody(body: Buffer, module: ModuleDefinition): WriteBody | Refusal {
  const json = parseJson(body);
  if (!isObject(json)) return invalidBody('jsonobject');
  const rows = parseRows(json['data']);
  if ('kind' in rows) return rows;
  const workflows = parseTrigger(json['trigger']);
  if (typeof workflows !== 'boolean') return workflows;
  const checkFields = parseCheckFields(json['duplicate_check_fields'], module);
  if (checkFields !== undefined && 'kind' in checkFields) return checkFields;
  return { kind: 'write_body', rows, workflows, duplicateCheckFields: checkFields };
}

/**
 * Counts the rows of a write's body without judging them.
 *
 * @returns 0 when there are none
 */
export function countRows(body: Buffer): number {
  return peekRows(body).length;
}

/** The rows of a write's body as far as they are objects, whatever else is wrong with it. */
export function peekRows(body: Buffer): readonly Readonly<Record<string, unknown>>[] {
  const json = parseJson(body);
  const data = isObject(json) ? json['data'] : undefined;
  return Array.isArray(data) ? data.filter(isObject) : [];
}

function parseRows(data: unknown): readonly Readonly<Record<string, unknown>>[] | Refusal {
  if (data === undefined) {
    return refuse(400, 'MANDATORY_NOT_FOUND', 'required field not found', {
      api_name: 'data',
      json_path: '$.data',
    });
  }
  if (!Array.isArray(data) || data.length === 0) return invalidBody('jsonarray', 'data');
  if (data.length > ROWS_MAX) {
    return refuse(400, 'LIMIT_EXCEEDED', 'count of records in your request exceeds the limit', {
      maximum_length: ROWS_MAX,
      api_name: 'data',
      json_path: '$.data',
    });
  }
  const rows = data.filter(isObject);
  return rows.length === data.length ? rows : invalidBody('jsonobject', 'data');
}

function parseTrigger(trigger: unknown): boolean | Refusal {
  if (trigger === undefined) return true;
  if (!Array.isArray(trigger)) return invalidBody('jsonarray', 'trigger');
  if (!trigger.every((name) => typeof name === 'string' && TRIGGERS.has(name))) {
    return refuse(400, 'INVALID_DATA', 'invalid data', {
      api_name: 'trigger',
      json_path: '$.trigger',
      supported_values: [...TRIGGERS],
    });
  }
  return trigger.includes('workflow');
}

/** Only the system field and unique fields may be checked. */
function parseCheckFields(
  fields: unknown,
  module: ModuleDefinition,
): readonly string[] | undefined | Refusal {
  if (fields === undefined) return undefined;
  if (!Array.isArray(fields)) return invalidBody('jsonarray', 'duplicate_check_fields');
  const allowed = new Set<unknown>([module.systemCheckField, ...module.uniqueFields]);
  const wrong = fields.findIndex((name) => !allowed.has(name));
  return wrong === -1
    ? fields.map(String)
    : refuse(400, 'INVALID_DATA', 'invalid data', {
        api_name: 'duplicate_check_fields',
        json_path: `$.duplicate_check_fields[${wrong}]`,
      });
}
