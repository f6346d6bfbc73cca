import type { Refusal } from '../http/errors.ts';
import { isRefusal, refuse } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { isObject } from '../http/message.ts';
import type { ModuleName } from '../modules/module-names.ts';
import { recordView } from '../records/record-view.ts';
import type { World } from '../world.ts';
import { narrow, pageReply, parsePage } from './page.ts';
import { fieldsMissing } from './read-api.ts';

/**
 * Answers `GET /crm/v8/{module}/{id}/Notes`, which needs `fields`: the notes of one record, the newest
 * first; 204 when it has none. A note is listed at once.
 *
 * What Zoho says of a record that is not there is not documented: here it is INVALID_DATA.
 *
 * @see Zoho CRM v8, Get Related Records, read 2026-11-22
 */
export function answerNotes(
  request: SimRequest,
  { module, id }: { readonly module: ModuleName; readonly id: string },
  world: World,
): SimReply | Refusal {
  const fields = request.query.get('fields');
  if (fields === null) return fieldsMissing();
  const page = parsePage(request.query);
  if (isRefusal(page)) return page;
  if (world.store.get(module, id) === undefined) {
    return refuse(400, 'INVALID_DATA', 'the id given seems to be invalid', { api_name: 'id' });
  }
  const { timeZoneOffset } = world.knobs.current();
  const notes = world.store
    .all('Notes')
    .filter((note) => isParent(note.fields['Parent_Id'], module, id))
    .toReversed()
    .map((note) => narrow(recordView(note, world.module('Notes'), timeZoneOffset), fields));
  return pageReply(notes, page);
}

function isParent(parent: unknown, module: ModuleName, id: string): boolean {
  if (!isObject(parent) || parent['id'] !== id) return false;
  return isObject(parent['module']) && parent['module']['api_name'] === module;
}
