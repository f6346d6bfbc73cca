import type { Refusal } from '../http/errors.ts';
import { refuse } from '../http/errors.ts';
import type { SimReply } from '../http/message.ts';
import { jsonReply } from '../http/message.ts';
import type { ModuleName } from '../modules/module-names.ts';
import type { World } from '../world.ts';

/**
 * Answers `DELETE /crm/v8/{module}/{id}`. There is no recycle bin.
 *
 * @see Zoho CRM v8, Delete Records, read 2026-11-22
 */
export function answerRemove(module: ModuleName, id: string, world: World): SimReply | Refusal {
  const record = world.store.get(module, id);
  if (record === undefined) {
    return refuse(400, 'INVALID_DATA', 'the id given seems to be invalid', { id });
  }
  world.store.remove(record);
  return jsonReply(200, {
    data: [{ code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' }],
  });
}
