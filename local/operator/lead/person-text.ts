import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { contributionOf } from '../../../lambdas/core/contribution.ts';
import type { CrmResult } from '../../../lambdas/core/event-record.ts';
import {
  type Head,
  type HeadValue,
  unconfirmedFields,
  valuesOf,
} from '../../../lambdas/core/head.ts';
import type { BreakerStatus } from '../../../lambdas/operations/delivery/control-breaker.ts';
import type { Person } from '../../../lambdas/operations/person/gather-people.ts';
import type { StoredLead } from '../../../lambdas/operations/lookup/stored-lead.ts';
import { tableLines } from '../../table-lines.ts';
import { commandLine } from '../text/command-line.ts';
import { counted } from '../text/counted.ts';
import { deliverySentence } from '../delivery/delivery-sentence.ts';
import { recordText, stateWord } from './lead-state-text.ts';
import { describeLead, describeLeadShortly } from './lead-text.ts';
import { oneLine } from '../text/one-line.ts';
import { replayCommand } from '../quarantine/replay-command.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** What a story needs to know beside the person. */
export interface StoryContext {
  readonly config: HoldfastConfig;
  readonly breaker: BreakerStatus;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** The options that name the target again. */
  readonly options: readonly string[];
  /** How wide lines may be. */
  readonly columns: number;
  /** The address of a record's page. */
  readonly linkOf: (crm: Pick<CrmResult, 'module' | 'recordId'>) => string | undefined;
}

/** Submissions that are told in full: those that are not done with, and as many of the newest. */
const TOLD_IN_FULL = 2;

/** Submissions that are told in a line; the others are counted. */
const TOLD_SHORTLY = 8;

/** Fields that are shown; `lead show` has all. */
const FIELDS_SHOWN = 10;

const VALUE_SHOWN_MAX = 60;

/** The whole story of a person: who, where now, each submission, what Zoho was given, what to do next. */
export function describePerson(person: Person, context: StoryContext): readonly string[] {
  return [
    whoLine(person, context.config),
    ...alsoKnownLines(person),
    '',
    ...whereNowLines(person, context),
    '',
    ...submissionLines(person, context),
    ...fieldLines(person, context),
    ...nextLines(person, context),
  ];
}

/** Names of fields, in the order in which a person looks for them. */
const WHO = ['first_name', 'last_name', 'full_name'] as const;

function whoLine({ head, leads }: Person, config: HoldfastConfig): string {
  // A value that Zoho refused has left the merged state; it still says who it was.
  const values = {
    ...valuesOfNewest(leads, config),
    ...(head === undefined ? {} : valuesOf(head)),
  };
  const [first = '', last = '', full = ''] = WHO.map((name) => values[name] ?? '');
  const name = `${first} ${last}`.trim();
  const parts = [name === '' ? full : name, values['email'], values['phone'], values['company']];
  const shown = parts.filter((part) => part !== undefined && part !== '');
  if (isForgotten({ head, leads })) return 'Somebody of whom nothing is kept';
  return shown.length === 0
    ? 'Somebody who is not named'
    : shown.map((part) => oneLine(part ?? '', VALUE_SHOWN_MAX)).join('  ·  ');
}

function valuesOfNewest(
  leads: readonly StoredLead[],
  config: HoldfastConfig,
): Readonly<Record<string, string>> {
  const event = leads.findLast((lead) => lead.event !== undefined)?.event;
  return event === undefined ? {} : contributionOf(event, config).values;
}

/** Other addresses, numbers and ids of the same person, as the submissions say. */
function alsoKnownLines({ head, leads }: Person): readonly string[] {
  const newest = leads.findLast((lead) => lead.event !== undefined)?.event?.identity;
  const shown = new Set([
    ...Object.values(newest ?? {}),
    ...Object.values(head === undefined ? {} : valuesOf(head)),
  ]);
  const all = leads.flatMap(({ event }) => Object.values(event?.identity ?? {}));
  const others = [...new Set(all)].filter((value) => value !== undefined && !shown.has(value));
  const ids = others.map((value) => oneLine(value ?? '', VALUE_SHOWN_MAX));
  return ids.length === 0 ? [] : [`Also known as: ${ids.slice(0, 6).join(', ')}`];
}

/** A hashed name, an empty merged state and tombstones are all that an erasure, or the end of retention, leaves. */
function isForgotten({
  head,
  leads,
}: {
  readonly head: Person['head'] | undefined;
  readonly leads: Person['leads'];
}): boolean {
  const isEmpty =
    head === undefined || (Object.keys(head.fields).length === 0 && head.crmRecordId === undefined);
  return isEmpty && leads.every(({ record }) => record.state === 'erased');
}

function whereNowLines(person: Person, context: StoryContext): readonly string[] {
  const { leads, head } = person;
  const count = (state: string) => leads.filter(({ record }) => record.state === state).length;
  const some = (number: number): string => {
    if (leads.length === 1) return 'The submission';
    const all = counted(leads.length, 'submission');
    return number === leads.length ? `All ${all}` : `${number} of ${all}`;
  };
  const quarantined = count('quarantined');
  const moving = count('received') + count('processing') + count('failed');
  const held = count('held');
  const closed = count('closed');
  const { breaker } = context;
  return [
    ...recordLines(person, context),
    ...(quarantined === 0
      ? []
      : [
          `${some(quarantined)} ${verb(quarantined, 'lies', 'lie')} IN QUARANTINE, for a person to mend.`,
        ]),
    ...(moving === 0
      ? []
      : [`${some(moving)} ${verb(moving, 'is', 'are')} on ${verb(moving, 'its', 'their')} way.`]),
    ...(held === 0
      ? []
      : [`${some(held)} ${verb(held, 'is', 'are')} held: delivery is switched off (zohoEnabled).`]),
    ...(closed === 0
      ? []
      : [
          `${some(closed)} ${verb(closed, 'was', 'were')} closed by hand, and ${verb(closed, 'is', 'are')} not delivered.`,
        ]),
    ...(moving > 0 && breaker.state !== 'closed'
      ? deliverySentence(breaker, context.nowMs, context.options)
      : []),
    ...(head !== undefined && unconfirmedFields(head).length > 0 && head.crmRecordId !== undefined
      ? ['Zoho does not hold all of it yet.']
      : []),
  ];
}

function recordLines({ head, leads }: Person, { linkOf }: StoryContext): readonly string[] {
  const last = leads.findLast(({ record }) => record.state === 'succeeded')?.record;
  const crm =
    head?.crmRecordId === undefined
      ? last?.crm
      : { module: head.module, recordId: head.crmRecordId };
  if (isForgotten({ head, leads })) {
    return [
      leads.length === 0
        ? 'What they submitted was erased here, or its retention is over.'
        : 'What they submitted was erased here.',
      'Whether Zoho still has a record of them is not known here: look there.',
    ];
  }
  if (crm === undefined || crm.recordId === '') return ['Not in Zoho.'];
  const link = linkOf(crm);
  const at = last?.lastAttemptAt;
  return [
    `In Zoho as ${recordText(crm)}${at === undefined ? '' : `, last delivered ${shortTime(at)}`}.`,
    ...(link === undefined ? [] : [`  ${link}`]),
  ];
}

function verb(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

function submissionLines({ leads, older }: Person, context: StoryContext): readonly string[] {
  const { config } = context;
  const newest = leads.length - TOLD_IN_FULL;
  const isFull = ({ record }: StoredLead, at: number) => at >= newest || !DONE.has(record.state);
  const short = leads.filter((lead, at) => !isFull(lead, at)).slice(-TOLD_SHORTLY);
  const left = leads.filter((lead, at) => !isFull(lead, at)).length - short.length + older;
  return [
    ...(left === 0 ? [] : [`… ${counted(left, 'older submission')} (--json lists more)`]),
    ...leads.flatMap((lead, at) => {
      const number = older + at + 1;
      if (isFull(lead, at)) return [...describeLead(lead, number, context), ''];
      return short.includes(lead) ? [describeLeadShortly(lead, number, config)] : [];
    }),
  ];
}

const DONE: ReadonlySet<string> = new Set(['succeeded', 'suppressed', 'closed', 'erased']);

/** What the merged state holds, and which submission brought it. */
function fieldLines(person: Person, { columns }: StoryContext): readonly string[] {
  const { head, leads, older } = person;
  if (head === undefined) return [];
  const isWritten = head.confirmedVersion > 0;
  const missing = new Set(isWritten ? unconfirmedFields(head) : []);
  const numberOf = (value: HeadValue): string => {
    const at = leads.findIndex(({ record }) => record.key === value.event);
    return at < 0 ? 'an older one' : `#${older + at + 1}`;
  };
  const rows = mergedFields(head).map(({ name, newest, more }) => [
    `  ${name}`,
    `${oneLine(newest.value, VALUE_SHOWN_MAX)}${more === 0 ? '' : ` (and ${more} more)`}`,
    `${numberOf(newest)}, ${shortTime(newest.occurredAt)}${missing.has(name) ? ', not in Zoho yet' : ''}`,
  ]);
  if (rows.length === 0) return [];
  const shown = rows.slice(0, FIELDS_SHOWN);
  return [
    isWritten
      ? 'What its Zoho record is given, and by which submission:'
      : 'What Zoho is to be given, and by which submission:',
    ...tableLines(shown, columns),
    ...(rows.length === shown.length ? [] : [`  … and ${rows.length - shown.length} more`]),
    '',
  ];
}

/** Fields that a person looks at first. */
const FIRST: readonly string[] = ['email', 'phone', 'first_name', 'last_name', 'company'];

function mergedFields(
  head: Head,
): readonly { readonly name: string; readonly newest: HeadValue; readonly more: number }[] {
  const appended = head.appended ?? {};
  const single = Object.entries(head.fields)
    .filter(([name]) => appended[name] === undefined)
    .map(([name, newest]) => ({ name, newest, more: 0 }));
  const several = Object.entries(appended).flatMap(([name, [newest, ...others]]) =>
    newest === undefined ? [] : [{ name, newest, more: others.length }],
  );
  const place = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return [...single, ...several].toSorted((left, right) => place(left.name) - place(right.name));
}

function nextLines({ leads }: Person, { options }: StoryContext): readonly string[] {
  const quarantined = leads.filter(({ record }) => record.state === 'quarantined');
  const keys = quarantined.map(({ record }) => record.key);
  if (keys.length === 0) return [];
  return [
    'Deliver it again, once what stood in the way is mended:',
    `  ${replayCommand(
      quarantined.map(({ record }) => record.failure?.code),
      ['--key', ...keys, ...options],
    )}`,
    'Or, if you settled it by hand and it shall not be delivered:',
    `  ${commandLine('quarantine close', '--key', ...keys, ...options)} --reason "…"`,
  ];
}

/** A person in one line, for a list of several. */
export function describePersonShortly(person: Person, config: HoldfastConfig): string {
  const last = person.leads.at(-1);
  const state = last === undefined ? 'nothing is left of the submissions' : stateWord(last.record);
  return `${whoLine(person, config)}  ·  ${counted(person.leads.length + person.older, 'submission')}, the last one ${state}`;
}
