import type { Failure } from '../core/failure.ts';
import { readRecordPage } from './record-page.ts';
import type { ZohoSession } from './zoho-api.ts';

/** What a look at a module told. */
export type ModuleProbe =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly retryAfterMs?: number };

/**
 * Looks at a module as a delivery would, and reads the id of one record at most: the token, the right to read the
 * module, and the module itself are all needed for it.
 *
 * @see Zoho CRM v8, Get Records, read 2026-11-22: `fields` is required, 204 where there is no record.
 *   That it costs one API credit is what Zoho's pages say of calls in general; it is not confirmed for this one
 */
export async function probeModule(session: ZohoSession, module: string): Promise<ModuleProbe> {
  const reading = await session.send(
    { method: 'GET', path: `${module}?fields=id&per_page=1`, effect: 'read', rows: 1 },
    (answer) => readRecordPage(answer, (value) => value),
  );
  if (reading.kind === 'read') return { kind: 'answered' };
  const { failure, retryAfterMs } = reading.refusal;
  return { kind: 'failed', failure, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
