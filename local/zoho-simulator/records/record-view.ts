import { zohoTimestamp } from '../http/timestamps.ts';
import type { ModuleDefinition } from '../modules/catalogue.ts';
import type { StoredRecord } from './record.ts';

const USER = { name: 'Simulated User', id: '4150868000000225013' } as const;

/** The user whom records belong to, as an error names it. */
export function ownerReference(): object {
  return { ...USER, zuid: '4150868' };
}

/** `details` of a row that succeeded. */
export function successDetails(record: StoredRecord, timeZoneOffset: string): object {
  return {
    Modified_Time: zohoTimestamp(record.modifiedAtMs, timeZoneOffset),
    Modified_By: USER,
    Created_Time: zohoTimestamp(record.createdAtMs, timeZoneOffset),
    id: record.id,
    Created_By: USER,
    $approval_state: 'approved',
  };
}

/**
 * A record as a read shows it: each field of the module, `null` when empty.
 *
 * @param fields what is shown of it; a lagging index shows an older state
 */
export function recordView(
  record: StoredRecord,
  module: ModuleDefinition,
  timeZoneOffset: string,
  fields: Readonly<Record<string, unknown>> = record.fields,
): Readonly<Record<string, unknown>> {
  const known = module.fields.map(({ apiName }): [string, unknown] => [
    apiName,
    fields[apiName] ?? null,
  ]);
  return {
    ...Object.fromEntries(known),
    id: record.id,
    Owner: USER,
    Created_By: USER,
    Modified_By: USER,
    Created_Time: zohoTimestamp(record.createdAtMs, timeZoneOffset),
    Modified_Time: zohoTimestamp(record.modifiedAtMs, timeZoneOffset),
    $approval_state: 'approved',
    ...(module.name === 'Notes' ? {} : { Full_Name: fullName(fields) }),
    ...(module.name === 'Leads' ? convertedView(record, timeZoneOffset) : {}),
  };
}

function fullName(fields: Readonly<Record<string, unknown>>): string {
  return [fields['First_Name'], fields['Last_Name']]
    .filter((part) => typeof part === 'string')
    .join(' ');
}

function convertedView(record: StoredRecord, timeZoneOffset: string): object {
  const { converted } = record;
  return converted === undefined
    ? { Converted__s: false, Converted_Date_Time: null, Converted_Contact: null }
    : {
        Converted__s: true,
        Converted_Date_Time: zohoTimestamp(converted.atMs, timeZoneOffset),
        Converted_Contact: { id: converted.contactId },
      };
}
