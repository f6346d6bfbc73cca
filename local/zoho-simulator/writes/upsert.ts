import type { RowFault } from '../faults/fault-script.ts';
import type { Refusal, ZohoError } from '../http/errors.ts';
import { isRefusal } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { checkOrder } from '../matching/duplicate-check.ts';
import type { Match } from '../matching/match.ts';
import { findMatch } from '../matching/match.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import type { StoredRecord } from '../records/record.ts';
import { successDetails } from '../records/record-view.ts';
import { checkRow } from '../validation/row.ts';
import type { WriteBody } from '../validation/write-body.ts';
import { parseWriteBody } from '../validation/write-body.ts';
import type { World } from '../world.ts';
import { commitInsert, commitUpdate } from './commit.ts';
import { forcedError } from './forced-error.ts';
import { failedPrecondition } from './precondition.ts';
import type { RowResult } from './row-result.ts';
import { failed, rowsReply } from './row-result.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is to be done with a row, as far as the check went. */
type Plan =
  | { readonly kind: 'insert'; readonly fields: Fields }
  | { readonly kind: 'update'; readonly fields: Fields; readonly match: Match }
  | { readonly kind: 'refused'; readonly error: ZohoError };

interface Upsert {
  readonly world: World;
  readonly module: ModuleDefinition;
  readonly body: WriteBody;
  /** Fields compared, in order. */
  readonly order: readonly string[];
  readonly rowFaults: readonly RowFault[];
}

/**
 * Answers `POST /crm/v8/{module}/upsert`.
 *
 * ```
 * row ── validate ── match ──┬─ found ── update ──┐
 *                            └─ none ─── insert ──┴─ unless another record owns a unique value
 *                      ▲
 *          race mode waits here, for all rows, with no lock
 * ```
 *
 * Without race mode a row's match and write are one step, and a row sees the rows before it. In race
 * mode two calls with one e-mail address both find nothing, and both insert; a unique field still lets
 * only one of them.
 *
 * @see Zoho CRM v8, Upsert Records, read 2026-11-22
 */
export async function answerUpsert(
  request: SimRequest,
  module: ModuleDefinition,
  world: World,
  rowFaults: readonly RowFault[],
): Promise<SimReply | Refusal> {
  const body = parseWriteBody(request.body, module);
  if (isRefusal(body)) return body;
  const order = checkOrder(body.duplicateCheckFields, module);
  const upsert: Upsert = { world, module, body, order, rowFaults };
  const { race, timeZoneOffset, upsertStatus, allRowsFailedStatus } = world.knobs.current();

  const planAll = () => body.rows.map((row, index) => plan(row, index, upsert));
  const precondition = failedPrecondition(
    request,
    () => recordsOf(planAll(), upsert),
    timeZoneOffset,
  );
  if (precondition !== undefined) return precondition;
  const results =
    race === null
      ? body.rows.map((row, index) => commit(plan(row, index, upsert), index, upsert))
      : await commitLate(planAll(), race.delayMs, upsert);
  return rowsReply(results, upsertStatus, allRowsFailedStatus);
}

async function commitLate(
  plans: readonly Plan[],
  delayMs: number,
  upsert: Upsert,
): Promise<readonly RowResult[]> {
  await upsert.world.sleep(delayMs);
  return plans.map((one, index) => commit(one, index, upsert));
}

function recordsOf(plans: readonly Plan[], { world, module }: Upsert): readonly StoredRecord[] {
  return plans.flatMap((one) =>
    one.kind === 'update' ? (world.store.get(module.name, one.match.recordId) ?? []) : [],
  );
}

function plan(row: Fields, index: number, upsert: Upsert): Plan {
  const { world, module, order, rowFaults } = upsert;
  const forced = forcedError(row, index, rowFaults);
  if (forced !== undefined) return { kind: 'refused', error: forced };
  const knobs = world.knobs.current();
  const checked = checkRow(row, index, 'upsert', module, knobs);
  if (checked.kind === 'invalid') return { kind: 'refused', error: checked.error };
  const { fields } = checked;
  const match =
    typeof row['id'] === 'string'
      ? { recordId: row['id'], field: 'id' }
      : findMatch(fields, order, module, world.store, knobs, world.random);
  return match === undefined ? { kind: 'insert', fields } : { kind: 'update', fields, match };
}

function commit(plan: Plan, index: number, upsert: Upsert): RowResult {
  const { world, module, body, order } = upsert;
  if (plan.kind === 'refused') return failed(plan.error);
  const context = { world, module, index, workflows: body.workflows };
  const committed =
    plan.kind === 'insert'
      ? commitInsert(plan.fields, context)
      : commitUpdate(plan.match.recordId, plan.fields, context);
  if (committed.kind === 'refused') return failed(committed.error);

  const knobs = world.knobs.current();
  const onInsert = knobs.duplicateFieldOnInsert === 'null' ? null : (order[0] ?? null);
  return {
    kind: 'done',
    body: {
      code: 'SUCCESS',
      duplicate_field: plan.kind === 'update' ? plan.match.field : onInsert,
      action: plan.kind,
      details: successDetails(committed.record, knobs.timeZoneOffset),
      message: plan.kind === 'update' ? 'record updated' : 'record added',
      status: 'success',
    },
  };
}
