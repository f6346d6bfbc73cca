import type { ZohoError } from '../http/errors.ts';
import type { SimReply } from '../http/message.ts';
import { jsonReply } from '../http/message.ts';

/** What became of one row: the body that tells of it. */
export type RowResult =
  | { readonly kind: 'done'; readonly body: object }
  | { readonly kind: 'failed'; readonly error: ZohoError };

/** A row that failed. */
export function failed(error: ZohoError): RowResult {
  return { kind: 'failed', error };
}

/**
 * Answers a write, a result a row in the order of the rows.
 *
 * ```
 * all done       `successStatus`
 * some failed    207
 * all failed     `allFailedStatus`
 * ```
 *
 * @see Zoho CRM v8, Upsert Records, read 2026-11-22
 */
export function rowsReply(
  results: readonly RowResult[],
  successStatus: number,
  allFailedStatus: number,
): SimReply {
  const failures = results.filter((result) => result.kind === 'failed').length;
  const data = results.map((result) => (result.kind === 'done' ? result.body : result.error));
  if (failures === 0) return jsonReply(successStatus, { data });
  return jsonReply(failures < results.length ? 207 : allFailedStatus, { data });
}
