import type { Refusal } from '../http/errors.ts';
import { refuse } from '../http/errors.ts';
import type { SimReply } from '../http/message.ts';
import { jsonReply, noContentReply } from '../http/message.ts';

/** Records of one page, and of all pages together (Zoho CRM v8, Search Records, read 2026-11-22). */
const PER_PAGE_MAX = 200;
const RECORDS_MAX = 2_000;

/** Which part of a list is asked for. */
export interface Page {
  readonly kind: 'page';
  readonly page: number;
  readonly perPage: number;
}

/** Reads `page` and `per_page`. */
export function parsePage(query: URLSearchParams): Page | Refusal {
  const page = Number(query.get('page') ?? '1');
  const perPage = Number(query.get('per_page') ?? String(PER_PAGE_MAX));
  if (!Number.isInteger(page) || page < 1) return wrong('page');
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > PER_PAGE_MAX) return wrong('per_page');
  if (page * perPage > RECORDS_MAX) {
    return refuse(400, 'LIMIT_REACHED', 'You can get only the first 2000 records', {
      limit: RECORDS_MAX,
    });
  }
  return { kind: 'page', page, perPage };
}

/** Answers with one page of the records found; 204 when it is empty. */
export function pageReply(
  found: readonly Readonly<Record<string, unknown>>[],
  page: Page,
): SimReply {
  const start = (page.page - 1) * page.perPage;
  const data = found.slice(start, start + page.perPage);
  if (data.length === 0) return noContentReply();
  return jsonReply(200, {
    data,
    info: {
      per_page: page.perPage,
      count: data.length,
      page: page.page,
      more_records: found.length > start + page.perPage,
    },
  });
}

/** Narrows a record's view to the fields that `fields` names; all of them without it. */
export function narrow(
  view: Readonly<Record<string, unknown>>,
  fields: string | null,
): Readonly<Record<string, unknown>> {
  if (fields === null) return view;
  const names = fields.split(',').map((name) => name.trim());
  return Object.fromEntries([
    ...names.filter((name) => name in view).map((name): [string, unknown] => [name, view[name]]),
    ['id', view['id']],
  ]);
}

function wrong(parameter: string): Refusal {
  return refuse(400, 'INVALID_DATA', 'invalid data', { param_name: parameter });
}
