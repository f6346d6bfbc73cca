import type { Refusal } from '../http/errors.ts';
import { refuse, zohoError } from '../http/errors.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { jsonReply } from '../http/message.ts';
import { parseMoment, toWholeSeconds, zohoTimestamp } from '../http/timestamps.ts';
import type { StoredRecord } from '../records/record.ts';

/**
 * Holds `If-Unmodified-Since` (ISO 8601, by the second) against the records about to be updated.
 *
 * One record that was modified later fails the whole request; what Zoho does with a batch is not
 * documented.
 *
 * @returns `undefined` when the request may go on
 * @see Zoho CRM v8, Upsert Records, Response for If-Unmodified-Since, read 2026-11-22
 */
export function failedPrecondition(
  request: SimRequest,
  recordsAboutToChange: () => readonly StoredRecord[],
  timeZoneOffset: string,
): SimReply | Refusal | undefined {
  const header = request.headers['if-unmodified-since'];
  if (header === undefined) return undefined;
  const sinceMs = parseMoment(header);
  if (sinceMs === undefined) {
    return refuse(400, 'INVALID_DATA', 'invalid data', { header_name: 'If-Unmodified-Since' });
  }
  const modified = recordsAboutToChange().find(
    (record) => toWholeSeconds(record.modifiedAtMs) > toWholeSeconds(sinceMs),
  );
  if (modified === undefined) return undefined;
  const error = zohoError(
    'ALREADY_MODIFIED',
    'record updated time has already passed if-unmodified-since time',
    { Modified_Time: zohoTimestamp(modified.modifiedAtMs, timeZoneOffset), id: modified.id },
  );
  return jsonReply(412, { data: [error] });
}
