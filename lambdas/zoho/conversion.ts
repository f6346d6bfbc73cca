import type { CrmRowOutcome } from '../core/ports/crm.ts';
import { type Failure, failure } from '../core/failure.ts';
import type { ZohoStatus } from './zoho-status.ts';

/** What the refusal of a row to Leads says of a conversion into a contact. */
export interface ConversionHint {
  /** Otherwise, it is so only if the lead named turns out to be converted. */
  readonly isCertain: boolean;
  readonly contactId?: string;
  readonly leadId?: string;
}

const CONVERTED_CODES: ReadonlySet<string> = new Set(['CONVERTED_RECORD', 'ID_ALREADY_CONVERTED']);

const RECORD_ID = /^\d{1,30}$/;

/**
 * Finds out whether a lead was refused because it, or the holder of its unique value, became a contact.
 *
 * ```
 * CONVERTED_RECORD                             yes; the lead knows its contact
 * DUPLICATE_DATA, held by a record of Contacts yes; that is the contact
 * DUPLICATE_DATA, held by another lead         if that lead was converted: with the organisation's
 *                                              duplicate check preference, such leads count, too
 * several errors                               if each is one of these: else the others need mending
 * ```
 *
 * @see Zoho CRM v8, Update records; Duplicate check preference: read 2026-11-22
 */
export function readConversion(status: ZohoStatus): ConversionHint | undefined {
  const { errors = [] } = status.details;
  const hints = (errors.length > 0 ? errors : [status]).map((each) => hintOf(each));
  const said = hints.filter((hint) => hint !== undefined);
  if (said.length < hints.length) return undefined;
  const contactId = said.find((hint) => hint.contactId !== undefined)?.contactId;
  const leadId = said.find((hint) => hint.leadId !== undefined)?.leadId;
  return {
    isCertain: said.some((hint) => hint.isCertain),
    ...(contactId === undefined ? {} : { contactId }),
    ...(leadId === undefined ? {} : { leadId }),
  };
}

/** The outcome of a row whose lead is a contact by now. */
export function convertedOutcome(found: Failure, contactId: string | undefined): CrmRowOutcome {
  const detail = contactId === undefined ? undefined : `contact ${contactId}`;
  return {
    kind: 'converted',
    failure: failure('crm_converted', detail, {
      ...(found.crmCode === undefined ? {} : { code: found.crmCode }),
      ...(found.crmField === undefined ? {} : { field: found.crmField }),
    }),
    ...(contactId === undefined ? {} : { contactId }),
  };
}

function hintOf({ code, details }: ZohoStatus): ConversionHint | undefined {
  if (CONVERTED_CODES.has(code)) {
    const leadId = recordIdOf(details.id);
    return { isCertain: true, ...(leadId === undefined ? {} : { leadId }) };
  }
  if (code !== 'DUPLICATE_DATA') return undefined;
  const holderId = recordIdOf(details.duplicate_record?.id ?? details.id);
  const module = details.duplicate_record?.module?.api_name;
  if (module === 'Contacts') {
    return { isCertain: true, ...(holderId === undefined ? {} : { contactId: holderId }) };
  }
  if (holderId === undefined || (module !== undefined && module !== 'Leads')) return undefined;
  return { isCertain: false, leadId: holderId };
}

function recordIdOf(id: string | undefined): string | undefined {
  return id !== undefined && RECORD_ID.test(id) ? id : undefined;
}
