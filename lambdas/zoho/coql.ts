import assert from 'node:assert/strict';
import { type RecordPage, readRecordPage } from './record-page.ts';
import type { CallReading } from './request-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/** Records of a module that have one of these values in a field. */
export interface RecordQuery {
  readonly module: string;
  /** API names of what is wanted beside the id. */
  readonly fields: readonly string[];
  readonly where: string;
  /** 1–100 values (Zoho CRM v8, COQL limits, read 2026-11-22), each for which `isQuotable` holds. */
  readonly values: readonly string[];
}

/** Up to so many records, a query costs one credit (Zoho CRM v8, API limits, read 2026-11-22). */
const RECORDS_MAX = 200;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const QUOTABLE = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * Whether a value may stand between quotes as it is. Escaping is not documented on the reference page, so
 * that nothing is ever escaped here: identities and record ids need none.
 */
export function isQuotable(value: string): boolean {
  return QUOTABLE.test(value);
}

/**
 * Asks Zoho by query, which sees every committed record: the index of the search lags behind.
 *
 * @param parse one record; `undefined` when it is none
 * @see Zoho CRM v8, COQL overview; Search records (on the lag): read 2026-11-22
 */
export async function queryRecords<Found>(
  session: ZohoSession,
  query: RecordQuery,
  parse: (value: unknown) => Found | undefined,
): Promise<CallReading<RecordPage<Found>>> {
  return session.send(
    {
      method: 'POST',
      path: 'coql',
      body: { select_query: writeQuery(query) },
      effect: 'read',
      rows: query.values.length,
    },
    (answer) => readRecordPage(answer, parse),
  );
}

function writeQuery({ module, fields, where, values }: RecordQuery): string {
  const columns = [...new Set(['id', ...fields])];
  assert(
    [module, where, ...columns].every((name) => NAME.test(name)),
    'a query names API names',
  );
  assert(values.length > 0 && values.every(isQuotable), 'a query has values that need no escaping');
  const list = values.map((value) => `'${value}'`).join(', ');
  return `select ${columns.join(', ')} from ${module} where ${where} in (${list}) limit ${RECORDS_MAX}`;
}
