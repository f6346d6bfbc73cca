import * as z from 'zod/mini';
import type { CrmRowOutcome } from '../core/ports/crm.ts';
import { convertedOutcome } from './conversion.ts';
import { readRecordPage } from './record-page.ts';
import type { RowVerdict } from './row-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

const reference = z.union([z.string(), z.object({ id: z.string() })]);
const optionalReference = z.catch(z.nullish(reference), null);

const leadSchema = z.object({
  id: z.string().check(z.minLength(1)),
  Converted_Contact: optionalReference,
  $converted_detail: z.catch(z.nullish(z.object({ contact: optionalReference })), null),
});

type ConvertedLead = z.infer<typeof leadSchema>;

/**
 * Makes verdicts final: asks once which of the leads in question were converted, and into whom.
 *
 * It is a help, not a duty: without time or a right for the call, an outcome stays as it is.
 *
 * @returns one outcome a verdict, in order
 */
export async function settleConversions(
  session: ZohoSession,
  verdicts: readonly RowVerdict[],
): Promise<readonly CrmRowOutcome[]> {
  const leadIds = [...new Set(verdicts.flatMap(({ leadId }) => leadId ?? []))];
  const contacts = leadIds.length === 0 ? undefined : await readContacts(session, leadIds);
  return verdicts.map(({ outcome, leadId }) => {
    if (leadId === undefined || outcome.kind === 'written') return outcome;
    if (contacts?.has(leadId) !== true) return outcome;
    return convertedOutcome(outcome.failure, contacts.get(leadId));
  });
}

/**
 * Reads the converted ones among leads: lead id → contact id, where Zoho tells it.
 *
 * Not confirmed in a real organisation: that a list by `ids` honours `converted`, and which of the two
 * fields names the contact (`Converted_Contact` is shown by Zoho CRM v8, Get records, and
 * `$converted_detail` by older pages, read 2026-11-22).
 */
async function readContacts(
  session: ZohoSession,
  leadIds: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const query = new URLSearchParams({
    ids: leadIds.join(','),
    converted: 'true',
    fields: 'id,Converted_Contact',
  });
  const reading = await session.send(
    {
      method: 'GET',
      path: `Leads?${query.toString()}`,
      effect: 'read',
      rows: leadIds.length,
    },
    (answer) => readRecordPage(answer, (each) => leadSchema.safeParse(each).data),
  );
  if (reading.kind === 'refused') return new Map();
  return new Map(reading.value.records.map((lead) => [lead.id, contactOf(lead)]));
}

function contactOf(lead: ConvertedLead): string | undefined {
  const contact = lead.Converted_Contact ?? lead.$converted_detail?.contact ?? undefined;
  return typeof contact === 'object' ? contact.id : contact;
}
