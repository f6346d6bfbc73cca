import type { Refusal } from '../http/errors.ts';
import { refuse } from '../http/errors.ts';
import type { SimReply } from '../http/message.ts';
import { jsonReply } from '../http/message.ts';
import type { StoredRecord } from '../records/record.ts';
import type { World } from '../world.ts';

/** Lead field → contact field, where the names differ. What a contact has no field for is dropped. */
const CONTACT_FIELD: Readonly<Record<string, string>> = {
  Designation: 'Title',
  Street: 'Mailing_Street',
  City: 'Mailing_City',
  State: 'Mailing_State',
  Zip_Code: 'Mailing_Zip',
  Country: 'Mailing_Country',
};

/** Custom fields do not travel unless an administrator maps them. */
const NOT_CARRIED_OVER = new Set(['Holdfast_Key', 'Holdfast_Version']);

/**
 * Answers `POST /crm/v8/Leads/{id}/actions/convert`: the lead becomes a contact and is hidden.
 *
 * Accounts and deals are not modelled.
 *
 * @see Zoho CRM v8, Convert Lead, read 2026-11-22
 */
export function answerConvert(id: string, world: World): SimReply | Refusal {
  const lead = world.store.get('Leads', id);
  if (lead === undefined) {
    return refuse(400, 'INVALID_DATA', 'the id given seems to be invalid', { api_name: 'id' });
  }
  if (lead.converted !== undefined) {
    return refuse(400, 'ID_ALREADY_CONVERTED', 'id already converted', { id });
  }
  const contact = convertLead(lead, world);
  return jsonReply(200, {
    data: [
      {
        code: 'SUCCESS',
        details: {
          Contacts: { name: contact.fields['Last_Name'], id: contact.id },
          Accounts: null,
          Deals: null,
        },
        message: 'The given lead has been converted successfully.',
        status: 'success',
      },
    ],
  });
}

/** Converts a lead. @returns the contact */
export function convertLead(lead: StoredRecord, world: World): StoredRecord {
  const known = new Set(world.module('Contacts').fields.map((definition) => definition.apiName));
  const carried = Object.entries(lead.fields)
    .filter(([apiName]) => !NOT_CARRIED_OVER.has(apiName))
    .map(([apiName, value]): [string, unknown] => [CONTACT_FIELD[apiName] ?? apiName, value])
    .filter(([apiName]) => known.has(apiName));
  return world.store.convert(lead, Object.fromEntries(carried));
}
