import type { FoundPerson } from '../../../lambdas/operations/person/find-person.ts';

/** What was found of a person, for a program: keys and counts, and none of what they said. */
export function foundDocument(found: FoundPerson): object {
  const { events, heads, ...rest } = found;
  return {
    ...rest,
    events: events.map(({ key, record, requests, details, readings, history }) => ({
      key,
      state: record?.state ?? 'not_accepted',
      ...(record === undefined ? {} : { source: record.source, received_at: record.receivedAt }),
      requests: requests.length,
      details: details.length,
      readings: readings.length,
      history: history.length,
    })),
    heads: heads.map(({ module, identity, fields, appended = {}, crmRecordId }) => ({
      module,
      identity,
      fields: [...Object.keys(fields), ...Object.keys(appended)],
      ...(crmRecordId === undefined ? {} : { crm_record_id: crmRecordId }),
    })),
  };
}
