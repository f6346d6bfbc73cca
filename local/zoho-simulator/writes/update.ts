import type { RowFault } from '../faults/fault-script.ts';
import type { Refusal } from '../http/errors.ts';
import { isRefusal, zohoError } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import { successDetails } from '../records/record-view.ts';
import { checkRow } from '../validation/row.ts';
import { parseWriteBody } from '../validation/write-body.ts';
import type { World } from '../world.ts';
import type { RowContext } from './commit.ts';
import { commitUpdate } from './commit.ts';
import { forcedError } from './forced-error.ts';
import { failedPrecondition } from './precondition.ts';
import type { RowResult } from './row-result.ts';
import { failed, rowsReply } from './row-result.ts';

/**
 * Answers `PUT /crm/v8/{module}` (each row names its record by `id`) and
 * `PUT /crm/v8/{module}/{id}`.
 *
 * @param pathId the id of the path; it wins over the row's
 * @see Zoho CRM v8, Update Records, read 2026-11-22
 */
export function answerUpdate(
  request: SimRequest,
  module: ModuleDefinition,
  pathId: string | undefined,
  world: World,
  rowFaults: readonly RowFault[],
): SimReply | Refusal {
  const body = parseWriteBody(request.body, module);
  if (isRefusal(body)) return body;
  const knobs = world.knobs.current();
  const ids = body.rows.map((row) => pathId ?? (typeof row['id'] === 'string' ? row['id'] : ''));
  const touched = () => ids.flatMap((id) => world.store.get(module.name, id) ?? []);
  const precondition = failedPrecondition(request, touched, knobs.timeZoneOffset);
  if (precondition !== undefined) return precondition;

  const results = body.rows.map((row, index) => {
    const forced = forcedError(row, index, rowFaults);
    return forced === undefined
      ? updateRow(row, ids[index] ?? '', { world, module, index, workflows: body.workflows })
      : failed(forced);
  });
  return rowsReply(results, 200, knobs.allRowsFailedStatus);
}

function updateRow(
  row: Readonly<Record<string, unknown>>,
  id: string,
  context: RowContext,
): RowResult {
  const { world, module, index } = context;
  const knobs = world.knobs.current();
  if (id === '') {
    return failed(
      zohoError('MANDATORY_NOT_FOUND', 'required field not found', {
        api_name: 'id',
        json_path: `$.data[${index}].id`,
      }),
    );
  }
  const checked = checkRow(row, index, 'update', module, knobs);
  if (checked.kind === 'invalid') return failed(checked.error);
  const committed = commitUpdate(id, checked.fields, context);
  if (committed.kind === 'refused') return failed(committed.error);
  return {
    kind: 'done',
    body: {
      code: 'SUCCESS',
      details: successDetails(committed.record, knobs.timeZoneOffset),
      message: 'record updated',
      status: 'success',
    },
  };
}
