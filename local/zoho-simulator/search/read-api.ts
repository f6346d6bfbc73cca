import type { Refusal } from '../http/errors.ts';
import { isRefusal, refuse } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { jsonReply, noContentReply } from '../http/message.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import { recordView } from '../records/record-view.ts';
import type { World } from '../world.ts';
import { narrow, pageReply, parsePage } from './page.ts';

/**
 * Answers `GET /crm/v8/{module}/{id}`, 204 when there is none. A converted lead is still read by its
 * id.
 *
 * @see Zoho CRM v8, Get Records, read 2026-11-22
 */
export function answerGet(
  request: SimRequest,
  module: ModuleDefinition,
  id: string,
  world: World,
): SimReply {
  const record = world.store.get(module.name, id);
  if (record === undefined) return noContentReply();
  const view = recordView(record, module, world.knobs.current().timeZoneOffset);
  return jsonReply(200, { data: [narrow(view, request.query.get('fields'))] });
}

/**
 * Answers `GET /crm/v8/{module}`, which needs `fields`; `ids` narrows it.
 *
 * @see Zoho CRM v8, Get Records, read 2026-11-22
 */
export function answerList(
  request: SimRequest,
  module: ModuleDefinition,
  world: World,
): SimReply | Refusal {
  const fields = request.query.get('fields');
  if (fields === null) return fieldsMissing();
  const page = parsePage(request.query);
  if (isRefusal(page)) return page;
  const ids = request.query.get('ids')?.split(',');
  const converted = request.query.get('converted') ?? 'false';
  const { timeZoneOffset } = world.knobs.current();
  const found = world.store
    .all(module.name)
    .filter((record) => ids === undefined || ids.includes(record.id))
    .filter(
      (record) =>
        converted === 'both' || (record.converted !== undefined) === (converted === 'true'),
    )
    .map((record) => narrow(recordView(record, module, timeZoneOffset), fields));
  return pageReply(found, page);
}

/** A list without `fields`. */
export function fieldsMissing(): Refusal {
  return refuse(400, 'REQUIRED_PARAM_MISSING', 'One of the expected parameter is missing', {
    param_name: 'fields',
  });
}
