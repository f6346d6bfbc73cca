import type { RowFault } from '../faults/fault-script.ts';
import type { Refusal, ZohoError } from '../http/errors.ts';
import { invalidData, isRefusal } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { isObject } from '../http/message.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import { parseModuleName } from '../modules/catalogue.ts';
import { successDetails } from '../records/record-view.ts';
import { checkRow } from '../validation/row.ts';
import { parseWriteBody } from '../validation/write-body.ts';
import type { World } from '../world.ts';
import type { RowContext } from './commit.ts';
import { commitInsert } from './commit.ts';
import { forcedError } from './forced-error.ts';
import type { RowResult } from './row-result.ts';
import { failed, rowsReply } from './row-result.ts';

/**
 * Answers `POST /crm/v8/{module}`: a new record for each row, whatever is there already, as long as
 * its unique values are free.
 *
 * @see Zoho CRM v8, Insert Records; Create Notes; read 2026-11-22
 */
export function answerCreate(
  request: SimRequest,
  module: ModuleDefinition,
  world: World,
  rowFaults: readonly RowFault[],
): SimReply | Refusal {
  const body = parseWriteBody(request.body, module);
  if (isRefusal(body)) return body;
  const results = body.rows.map((row, index) => {
    const forced = forcedError(row, index, rowFaults);
    return forced === undefined
      ? createRow(row, { world, module, index, workflows: body.workflows })
      : failed(forced);
  });
  return rowsReply(results, 201, world.knobs.current().allRowsFailedStatus);
}

function createRow(row: Readonly<Record<string, unknown>>, context: RowContext): RowResult {
  const { world, module, index } = context;
  const knobs = world.knobs.current();
  const checked = checkRow(row, index, 'create', module, knobs);
  if (checked.kind === 'invalid') return failed(checked.error);
  const orphan = module.name === 'Notes' ? wrongParent(checked.fields, index, world) : undefined;
  if (orphan !== undefined) return failed(orphan);
  const committed = commitInsert(checked.fields, context);
  if (committed.kind === 'refused') return failed(committed.error);
  return {
    kind: 'done',
    body: {
      code: 'SUCCESS',
      details: successDetails(committed.record, knobs.timeZoneOffset),
      message: 'record added',
      status: 'success',
    },
  };
}

/** A note's `Parent_Id` names its module and a record of it. */
function wrongParent(
  fields: Readonly<Record<string, unknown>>,
  index: number,
  world: World,
): ZohoError | undefined {
  const parent = fields['Parent_Id'];
  const module = isObject(parent) && isObject(parent['module']) ? parent['module'] : {};
  const name = parseModuleName(String(module['api_name']));
  const id = isObject(parent) ? String(parent['id']) : '';
  return name !== undefined && world.store.get(name, id) !== undefined
    ? undefined
    : invalidData(
        'Parent_Id',
        `$.data[${index}].Parent_Id`,
        {},
        'the id given seems to be invalid',
      );
}
