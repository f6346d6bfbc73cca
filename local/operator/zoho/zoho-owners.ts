import * as z from 'zod/mini';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { normalizeEmail } from '../../../lambdas/core/normalize-email.ts';
import type { CrmOwner, CrmOwners } from '../../../lambdas/operations/lookup/crm-owner.ts';
import { isQuotable, queryRecords } from '../../../lambdas/zoho/coql.ts';
import { type OpenZoho, zohoRefused } from './open-zoho.ts';

/**
 * Asks the target's Zoho whose a record is: by its key field, which names the identity, and its e-mail address.
 *
 * A query does not see converted leads (Zoho CRM v8, COQL overview, read 2026-11-22).
 */
export function createZohoOwners(
  zoho: Pick<OpenZoho, 'work'>,
  { module, match, keyField }: HoldfastConfig['zoho'],
): CrmOwners {
  const hasKey = match === 'unique_field';
  const fields = [...(hasKey ? [keyField] : []), 'Email'];
  const parse = (value: unknown): FoundRecord | undefined => {
    const raw = anyRecord.safeParse(value).data;
    return foundRecord.safeParse({
      id: raw?.['id'],
      key: hasKey ? raw?.[keyField] : undefined,
      email: raw?.['Email'],
    }).data;
  };
  return {
    ownerOf: async (recordId): Promise<CrmOwner> => {
      if (!isQuotable(recordId)) return { kind: 'no_record' };
      const query = { module, fields, where: 'id', values: [recordId] };
      const reading = await zoho.work(async (session) => await queryRecords(session, query, parse));
      if (reading.kind === 'refused') {
        const { message } = zohoRefused(reading.refusal, 'ZohoCRM.coql.READ');
        return { kind: 'unreachable', why: message };
      }
      const [record] = reading.value.records;
      if (record === undefined) return { kind: 'no_record' };
      const key = record.key ?? '';
      const email = normalizeEmail(record.email ?? '');
      return {
        kind: 'owner',
        // Zoho's unique fields ignore case; names here do not.
        ...(key === '' ? {} : { identity: key.toLowerCase() }),
        ...(email === undefined ? {} : { email }),
      };
    },
  };
}

const anyRecord = z.record(z.string(), z.unknown());

const foundRecord = z.object({
  id: z.string(),
  key: z.nullish(z.string()),
  email: z.nullish(z.string()),
});

type FoundRecord = z.output<typeof foundRecord>;
