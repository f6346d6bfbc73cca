import * as z from 'zod/mini';
import { readRecordPage } from './record-page.ts';
import type { Refusal } from './request-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/**
 * What a search by e-mail address came to. A record that is not found may still exist: Zoho's search
 * index lags behind.
 */
export type EmailSearch =
  | { readonly kind: 'found'; readonly recordId: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly refusal: Refusal };

const RESULTS_MAX = 200;

const recordSchema = z.object({
  id: z.string().check(z.minLength(1)),
  Email: z.catch(z.nullish(z.string()), null),
  Created_Time: z.catch(z.nullish(z.string()), null),
});

type FoundRecord = z.infer<typeof recordSchema>;

/**
 * Finds the record with exactly this e-mail address.
 *
 * Zoho's search takes parts of addresses, other e-mail fields and look-alike characters for a match
 * (Zoho CRM v8, Search records, read 2026-11-22): the address is compared again here, without regard
 * to case. Of several records the oldest is taken, so that everybody takes the same.
 */
export async function searchByEmail(
  session: ZohoSession,
  module: string,
  email: string,
): Promise<EmailSearch> {
  const query = new URLSearchParams({ email, per_page: String(RESULTS_MAX) });
  const reading = await session.send(
    { method: 'GET', path: `${module}/search?${query.toString()}`, effect: 'read', rows: 1 },
    (answer) => readRecordPage(answer, (each) => recordSchema.safeParse(each).data),
  );
  if (reading.kind === 'refused') return { kind: 'failed', refusal: reading.refusal };
  const exact = reading.value.records.filter((record) => sameAddress(record.Email, email));
  const [oldest] = exact.toSorted(byAge);
  return oldest === undefined ? { kind: 'none' } : { kind: 'found', recordId: oldest.id };
}

function sameAddress(found: string | null | undefined, wanted: string): boolean {
  return found?.trim().toLowerCase() === wanted.toLowerCase();
}

function byAge(a: FoundRecord, b: FoundRecord): number {
  // Without a time, or with the same, the smaller id: ids grow, and are too long for a number.
  return createdMs(a) - createdMs(b) || a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
}

function createdMs(record: FoundRecord): number {
  const parsed = Date.parse(record.Created_Time ?? '');
  return Number.isNaN(parsed) ? Number.MAX_SAFE_INTEGER : parsed;
}
