import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord, RawPayload } from '../../core/event-record.ts';
import type { Head } from '../../core/head.ts';
import type { BodyShelf } from '../../core/ports/erasure.ts';
import type { CrmRecordRef, FoundPerson } from './find-person.ts';
import type { GatheredEvent } from './gather-events.ts';

/** What an export is made with. */
export interface ExportContext {
  readonly config: Pick<HoldfastConfig, 'retention' | 'sources'>;
  /** For example `the stage prod in eu-central-1`. */
  readonly target: string;
  readonly nowMs: number;
  readonly linkOf: (crm: CrmRecordRef) => string | undefined;
  readonly bodies: Pick<BodyShelf, 'read'>;
}

const DAY_MS = 86_400_000;

/** What a person who is handed the file should know to read it. */
const EXPLAINED = {
  leads:
    'Each submission of a form: what arrived (requests), what was understood of it (readings), what the form provider answered when it was asked for more (details), and what people did with it (history).',
  merged:
    'What all submissions together say of the person, with the submission that each value came from. This is what is written to the CRM.',
  crm_records: 'The records in the CRM that were written. What else they hold is kept by the CRM.',
  kept_until: 'When the stored data is deleted by itself. Merged data has no such date.',
  not_included:
    'Logs and queues hold keys of submissions and keyed hashes, and nothing that a person has said. The CRM and the form providers keep data of their own.',
} as const;

/**
 * Builds the document of all that is kept of a person: plain JSON, with words to read it by.
 *
 * Bodies are text where they are UTF-8, and base64 where they are not.
 *
 * @throws {StoreUnavailableError} a body in the bucket cannot be read
 */
export async function exportDocument(found: FoundPerson, context: ExportContext): Promise<object> {
  const { nowMs, target, linkOf, bodies } = context;
  const leads = [];
  for (const event of found.events) leads.push(await leadOf(event, context));
  const loose = [];
  for (const pointer of found.looseBodies) {
    loose.push({ pointer, ...bodyOf(await bodies.read(pointer)) });
  }
  return {
    about: `Everything that Holdfast keeps of a person on ${target}, as of ${new Date(nowMs).toISOString()}.`,
    explained: EXPLAINED,
    named: found.names,
    other_names: found.otherNames,
    leads,
    merged: found.heads.map(mergedOf),
    identities: found.identities,
    crm_records: found.crmRecords.map((crm) => {
      const link = linkOf(crm);
      return { ...crm, ...(link === undefined ? {} : { link }) };
    }),
    submitted_before: found.submitters,
    repeated_bodies: loose,
    not_looked_into: found.damaged,
  };
}

async function leadOf(event: GatheredEvent, context: ExportContext): Promise<object> {
  const { key, record, requests, details, readings, history } = event;
  const { config, bodies } = context;
  const bytesOf = async (bytes: Uint8Array | undefined, archivedAt: string | undefined) =>
    archivedAt === undefined ? bytes : await bodies.read(archivedAt);
  return {
    key,
    ...(record === undefined
      ? {}
      : {
          source: config.sources[record.source]?.label ?? record.source,
          received_at: record.receivedAt,
          state: record.state,
          record,
          kept_until: keptUntil(record, config.retention),
        }),
    readings: readings.map(({ normalized }) => normalized),
    requests: await Promise.all(
      requests.map(async ({ raw, archivedAt }) => ({
        ...headersOf(raw),
        ...bodyOf(await bytesOf(raw?.body, archivedAt)),
      })),
    ),
    details: await Promise.all(
      details.map(async ({ answers, archivedAt }) => bodyOf(await bytesOf(answers, archivedAt))),
    ),
    history,
  };
}

function headersOf(raw: RawPayload | undefined): object {
  return raw === undefined ? {} : { content_type: raw.contentType, headers: raw.headers };
}

function keptUntil(
  { state, receivedAt }: EventRecord,
  { rawDays, eventDays, suppressedDays }: HoldfastConfig['retention'],
): object {
  const after = (days: number) => new Date(Date.parse(receivedAt) + days * DAY_MS).toISOString();
  return state === 'suppressed'
    ? { requests: after(suppressedDays), everything_else: after(suppressedDays) }
    : { requests: after(rawDays), everything_else: after(eventDays) };
}

function mergedOf({ module, identity, fields, appended = {}, crmRecordId }: Head): object {
  return {
    identity,
    module,
    ...(crmRecordId === undefined ? {} : { crm_record_id: crmRecordId }),
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, { value, occurredAt, event, replaced = [] }]) => [
        name,
        {
          value,
          said_at: occurredAt,
          lead: event,
          ...(replaced.length === 0
            ? {}
            : { not_yet_replaced_in_the_crm: replaced.map((each) => each.value) }),
        },
      ]),
    ),
    kept_in_full: Object.fromEntries(
      Object.entries(appended).map(([name, values]) => [
        name,
        values.map(({ value, occurredAt, event }) => ({
          value,
          said_at: occurredAt,
          lead: event,
        })),
      ]),
    ),
  };
}

function bodyOf(bytes: Uint8Array | undefined): object {
  if (bytes === undefined) return { body: null };
  try {
    return { body: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { body_base64: Buffer.from(bytes).toString('base64') };
  }
}
