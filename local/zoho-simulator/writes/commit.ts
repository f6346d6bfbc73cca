import type { ZohoError } from '../http/errors.ts';
import { invalidData, zohoError } from '../http/errors.ts';
import { uniqueConflict } from '../matching/match.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import type { StoredRecord } from '../records/record.ts';
import type { World } from '../world.ts';

/** A row's place in its request. */
export interface RowContext {
  readonly world: World;
  readonly module: ModuleDefinition;
  readonly index: number;
  readonly workflows: boolean;
}

/** What a commit left. */
export type Committed =
  | { readonly kind: 'committed'; readonly record: StoredRecord }
  | { readonly kind: 'refused'; readonly error: ZohoError };

/** Inserts a record, unless another one owns a unique value of it. One step. */
export function commitInsert(
  fields: Readonly<Record<string, unknown>>,
  context: RowContext,
): Committed {
  const { world, module, index, workflows } = context;
  const conflict = uniqueConflict(
    fields,
    undefined,
    index,
    module,
    world.store,
    world.knobs.current(),
  );
  if (conflict !== undefined) return { kind: 'refused', error: conflict };
  return { kind: 'committed', record: world.store.insert(module.name, fields, workflows) };
}

/** Updates a record, unless it is gone, converted, locked, or another one owns a unique value. One step. */
export function commitUpdate(
  recordId: string,
  fields: Readonly<Record<string, unknown>>,
  context: RowContext,
): Committed {
  const { world, module, index, workflows } = context;
  const knobs = world.knobs.current();
  const jsonPath = `$.data[${index}].id`;
  const refused = (error: ZohoError): Committed => ({ kind: 'refused', error });
  const record = world.store.get(module.name, recordId);
  if (record === undefined) {
    return refused(invalidData('id', jsonPath, {}, 'the id given seems to be invalid'));
  }
  if (record.converted !== undefined) {
    return refused(
      zohoError('CONVERTED_RECORD', "can't update the converted record", {
        id: record.id,
        json_path: jsonPath,
      }),
    );
  }
  if (world.store.isLocked(record)) {
    return refused(
      zohoError('RECORD_LOCKED', 'record is locked', { id: record.id, json_path: jsonPath }),
    );
  }
  const conflict = uniqueConflict(fields, record.id, index, module, world.store, knobs);
  if (conflict !== undefined) return refused(conflict);
  const fires = workflows && (knobs.workflowOnUnchanged || changes(record, fields));
  return { kind: 'committed', record: world.store.update(record, fields, fires) };
}

function changes(record: StoredRecord, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).some(
    ([name, value]) => JSON.stringify(record.fields[name] ?? null) !== JSON.stringify(value),
  );
}
