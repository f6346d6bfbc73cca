import { isUtf8 } from 'node:buffer';
import type { RawPayload } from '../../lambdas/core/event-record.ts';
import type { Head } from '../../lambdas/core/head.ts';
import { readPepper } from '../../lambdas/core/pepper.ts';
import { createPeopleGatherer } from '../../lambdas/operations/gather-people.ts';
import type { StoredLead } from '../../lambdas/operations/stored-lead.ts';
import { textColumns, tableLines } from '../table-lines.ts';
import { crmLink } from './crm-link.ts';
import { describeLead } from './lead-text.ts';
import { oneLine } from './one-line.ts';
import { type OpenTargetOptions, openTarget } from './open-target.ts';
import { shortTime } from './short-time.ts';

/** Which submission to show. */
export interface RunLeadShowOptions extends OpenTargetOptions {
  readonly key: string;
  /** The body of the request as it came, too. */
  readonly raw: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Everything that is stored of one submission. */
export interface ShownLead extends StoredLead {
  /** The request as it came; absent once its retention has ended. */
  readonly raw?: RawPayload;
  /** The answers of its sender's API, where the webhook only named the submission. */
  readonly details?: Uint8Array;
  /** What the CRM record of its person is given. */
  readonly head?: Head;
}

/**
 * Shows everything that is stored of one submission. Reads, and changes nothing.
 *
 * @returns the exit code: 0, or 1 when there is no such submission
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, by which people are named, cannot be read
 */
export async function runLeadShow(options: RunLeadShowOptions): Promise<number> {
  const { key, json, print, printError, config } = options;
  const target = await openTarget(options);
  try {
    const { ports } = target;
    const pepper = await readPepper(ports.secrets, target.pepperSecretId);
    const gatherer = createPeopleGatherer(ports, { config, pepper });
    const lead = await gatherer.leadOf(key);
    if (lead === undefined) {
      printError(`There is no lead with the key ${key} on ${target.name}. Quote it: it holds |.`);
      return 1;
    }
    await gatherer.addEvent(key);
    const people = await gatherer.people();
    const head = people.find((person) => person.head !== undefined)?.head;
    const { payloadHash } = lead.record;
    const [raw, details] = await Promise.all([
      ports.events.readRaw(key, payloadHash),
      ports.events.readDetails(key, payloadHash),
    ]);
    const shown = {
      ...lead,
      ...(raw === undefined ? {} : { raw }),
      ...(details === undefined ? {} : { details }),
      ...(head === undefined ? {} : { head }),
    };
    if (json) print(JSON.stringify(documentOf(shown, options.raw), undefined, 2));
    else {
      const link = linkOf(shown, target.zoho);
      for (const line of describeShown(shown, options, link)) print(line);
    }
    return 0;
  } finally {
    target.close();
  }
}

function linkOf({ record }: ShownLead, zoho: Parameters<typeof crmLink>[0]): string | undefined {
  return record.crm === undefined ? undefined : crmLink(zoho, record.crm);
}

/** One submission, in sections: what happened, what it says, the request, what its person's record is given. */
export function describeShown(
  lead: ShownLead,
  { config, raw: withBody }: Pick<RunLeadShowOptions, 'config' | 'raw'>,
  link: string | undefined,
): readonly string[] {
  const { record } = lead;
  const labelOf = (source: string) => config.sources[source]?.label ?? source;
  return [
    ...describeLead(lead, 1, { labelOf }).map((line) => line.replace(/^#1 {2}/, '')),
    ...(link === undefined ? [] : [`    Zoho: ${link}`]),
    ...section('Its record', recordRows(record)),
    ...section('What it says', sayingRows(lead)),
    ...section('The request as it came', requestRows(lead)),
    ...bodyLines(lead, withBody),
    ...section('What the Zoho record of its person is given', headRows(lead.head)),
  ];
}

type Rows = readonly (readonly [string, string])[];

function section(title: string, rows: Rows): readonly string[] {
  if (rows.length === 0) return [];
  const columns = textColumns(process.stdout.columns);
  return [
    '',
    `${title}:`,
    ...tableLines(
      rows.map(([name, value]) => [`  ${name}`, value]),
      columns,
    ),
  ];
}

function recordRows(record: StoredLead['record']): Rows {
  const { leaseUntilMs, nextDueAtMs, requeuedAtMs, failure, crm, ...rest } = record;
  const time = (ms: number | undefined) =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  const flat: Readonly<Record<string, string | number | undefined>> = {
    ...rest,
    failure: failure === undefined ? undefined : `${failure.code} (${failure.class})`,
    crmCode: failure?.crmCode,
    crmField: failure?.crmField,
    crm: crm === undefined ? undefined : `${crm.module} ${crm.recordId} (${crm.action})`,
    leaseUntil: time(leaseUntilMs),
    nextDueAt: time(nextDueAtMs),
    requeuedAt: time(requeuedAtMs),
  };
  return Object.entries(flat).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
}

function sayingRows({ event }: StoredLead): Rows {
  if (event === undefined) return [];
  const { identity, attributes, answers, consent, details } = event;
  return [
    ...Object.entries(identity).map(([name, value]) => [name, shown(value)] as const),
    ...Object.entries(attributes).map(([name, value]) => [name, shown(value)] as const),
    ...answers.map(
      ({ key, label, value }) =>
        [`answer ${shown(label ?? key)}`, shown([value].flat().join(', '))] as const,
    ),
    ...consent.map(
      ({ key, granted }) => [`consent ${shown(key)}`, granted ? 'granted' : 'not granted'] as const,
    ),
    ...(details === undefined ? [] : [['details', details.state] as const]),
  ];
}

function requestRows({ raw, details }: ShownLead): Rows {
  if (raw === undefined) return [['kept', 'no longer']];
  return [
    ['content-type', raw.contentType],
    ...Object.entries(raw.headers)
      .filter(([name]) => name !== 'content-type')
      .map(([name, value]) => [name, shown(value)] as const),
    ['proven by', raw.signature === 'none' ? 'nothing' : `the ${raw.signature} secret`],
    ['body', `${raw.body.byteLength} bytes (--raw prints it)`],
    ...(details === undefined
      ? []
      : [['details', `${details.byteLength} bytes, read from the sender's API`] as const]),
  ];
}

function bodyLines({ raw, details }: ShownLead, withBody: boolean): readonly string[] {
  if (!withBody || raw === undefined) return [];
  return [
    '',
    bodyText(raw.body),
    ...(details === undefined ? [] : ['', 'Its details:', bodyText(details)]),
  ];
}

function headRows(head: Head | undefined): Rows {
  if (head === undefined) return [];
  const values = [
    ...Object.entries(head.fields),
    ...Object.entries(head.appended ?? {}).flatMap(([name, all]) =>
      all.map((value) => [name, value] as const),
    ),
  ];
  return [
    ['identity', head.identity],
    ['version', `${head.version}, of which Zoho holds ${head.confirmedVersion}`],
    ...values.map(
      ([name, { value, occurredAt, event }]) =>
        [name, `${shown(value)}  (${shortTime(occurredAt)}, ${event})`] as const,
    ),
  ];
}

/** A body for a person to read; what is no text as Base64. */
function bodyText(body: Uint8Array): string {
  return isUtf8(body) ? Buffer.from(body).toString('utf8') : Buffer.from(body).toString('base64');
}

const VALUE_SHOWN_MAX = 2_000;

function shown(value: string | undefined): string {
  return oneLine(value ?? '', VALUE_SHOWN_MAX);
}

function documentOf({ raw, details, ...lead }: ShownLead, withBody: boolean): object {
  return {
    ...lead,
    ...(raw === undefined
      ? {}
      : {
          raw: {
            ...raw,
            body: withBody ? bodyText(raw.body) : undefined,
            bytes: raw.body.byteLength,
          },
        }),
    ...(details === undefined || !withBody ? {} : { details: bodyText(details) }),
  };
}
