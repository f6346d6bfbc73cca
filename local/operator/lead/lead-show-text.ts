import { isUtf8 } from 'node:buffer';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { RawPayload } from '../../../lambdas/core/event-record.ts';
import type { Head } from '../../../lambdas/core/head.ts';
import type { StoredLead } from '../../../lambdas/operations/lookup/stored-lead.ts';
import { tableLines } from '../../table-lines.ts';
import { describeLead } from './lead-text.ts';
import { oneLine } from '../text/one-line.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Everything that is stored of one submission. */
export interface ShownLead extends StoredLead {
  /** The request as it came; absent once its retention has ended. */
  readonly raw?: RawPayload;
  /** The answers of its sender's API, where the webhook only named the submission. */
  readonly details?: Uint8Array;
  /** What the CRM record of its person is given. */
  readonly head?: Head;
}

/** How a submission is shown. */
export interface ShowContext {
  readonly config: HoldfastConfig;
  /** With the body of the request as it came. */
  readonly raw: boolean;
  /** The address of its record's page. */
  readonly link?: string;
  /** How wide lines may be. */
  readonly columns: number;
}

/** One submission, in sections: what happened, what it says, the request, what its person's record is given. */
export function describeShown(lead: ShownLead, context: ShowContext): readonly string[] {
  const { raw: withBody, link, columns } = context;
  return [
    ...describeLead(lead, undefined, context),
    ...(link === undefined ? [] : [`    Zoho: ${link}`]),
    ...section('Its record', recordRows(lead.record), columns),
    ...section('What it says', sayingRows(lead), columns),
    ...section('The request as it came', requestRows(lead), columns),
    ...bodyLines(lead, withBody),
    ...section('What the Zoho record of its person is given', headRows(lead.head), columns),
  ];
}

/** Names and what they stand for. */
export type Rows = readonly (readonly [string, string])[];

/** Rows below a title; nothing where there are none. */
export function section(title: string, rows: Rows, columns: number): readonly string[] {
  if (rows.length === 0) return [];
  const indented = rows.map(([name, value]) => [`  ${name}`, value]);
  return ['', `${title}:`, ...tableLines(indented, columns)];
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

/** What a submission says, by canonical names, and every answer as it came. */
export function sayingRows({ event }: StoredLead): Rows {
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
export function bodyText(body: Uint8Array): string {
  return isUtf8(body) ? Buffer.from(body).toString('utf8') : Buffer.from(body).toString('base64');
}

const VALUE_SHOWN_MAX = 2_000;

function shown(value: string | undefined): string {
  return oneLine(value ?? '', VALUE_SHOWN_MAX);
}
