import type { CheckedErasure } from '../../../lambdas/operations/person/erase-on-record.ts';
import type { CrmRecordRef, FoundPerson } from '../../../lambdas/operations/person/find-person.ts';
import { isAnythingLeft } from '../../../lambdas/operations/person/find-person.ts';
import type { PersonName } from '../../../lambdas/operations/person/person.ts';
import { counted } from '../text/counted.ts';
import { oneLine } from '../text/one-line.ts';
import type { Remaining } from './remains.ts';
import { shellWord } from '../text/shell-word.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** What the texts need to know beside what was found. */
export interface EraseTextContext {
  /** For example `the stage prod in eu-central-1`. */
  readonly target: string;
  /** The command that was typed, without its reason. */
  readonly again: string;
  readonly linkOf: (crm: CrmRecordRef) => string | undefined;
}

/** Keys that are shown; `--json` has all. */
const KEYS_SHOWN = 20;
const NAME_LENGTH_MAX = 100;

const KIND_TEXTS: Readonly<Record<PersonName['kind'], string>> = {
  email: 'e-mail address',
  phone: 'phone number',
  external_id: 'id at a source',
  lead: 'lead',
  crm_record: 'Zoho record',
  identity: 'identity',
};

/** What an erasure would take away, and what it would not; nothing has been done. */
export function describeErasurePlan(
  found: FoundPerson,
  context: EraseTextContext,
): readonly string[] {
  const { target, again } = context;
  if (!isAnythingLeft(found)) {
    return [
      `Nothing is kept of ${namesText(found.names)} on ${target}: ${counted(found.items, 'item')} looked at.`,
      ...describeNotTouched(found, context.again),
    ];
  }
  return [
    `Kept of ${namesText(found.names)} on ${target}, ${counted(found.items, 'item')} looked at:`,
    '',
    ...foundLines(found),
    ...describeCrmRecords(found, context.linkOf),
    ...describeNotTouched(found, context.again),
    '',
    'This is a plan: nothing has been changed. To erase it, say why. The reason is kept: do not name the person in it.',
    `  ${again} --reason "…"`,
  ];
}

/** What was erased, what a second look found, and what remains until when. */
export function describeErasure(
  found: FoundPerson,
  { result, left }: CheckedErasure,
  context: EraseTextContext & { readonly remains: readonly Remaining[] },
): readonly string[] {
  const { erased, removed, inDelivery, inUse, letters } = result;
  return [
    `${counted(erased.length, 'lead')} erased, ${counted(removed, 'stored item')} deleted on ${context.target}.`,
    ...(inDelivery.length === 0
      ? []
      : [`${counted(inDelivery.length, 'lead')} being delivered all the time, and not erased:`]),
    ...keyLines(inDelivery),
    ...(inUse.length === 0
      ? []
      : ['Its record in Zoho was being written all the time: the merged state is not erased.']),
    ...(letters?.isComplete === true
      ? []
      : ['The dead-letter queue could not be looked through; its letters hold keys, no content.']),
    isAnythingLeft(left) || inUse.length > 0 || inDelivery.length > 0
      ? `Something is left, or came meanwhile. Run it again:\n  ${context.again} --reason "…"`
      : `Nothing of the person is left in the table and the bucket: ${counted(left.items, 'item')} looked at again.`,
    ...describeCrmRecords(found, context.linkOf),
    ...describeNotTouched(left, context.again),
    '',
    'What remains:',
    ...context.remains.map(remainingLine),
  ];
}

function remainingLine({ what, until, note }: Remaining): string {
  return `  ${what}${until === undefined ? '' : `, until ${until.slice(0, 10)}`}: ${note}`;
}

function foundLines(found: FoundPerson): readonly string[] {
  const { events, heads, deadLinks, submitters, looseBodies, leftovers } = found;
  const total = (count: (event: FoundPerson['events'][number]) => number): number =>
    events.reduce((sum, event) => sum + count(event), 0);
  const parts: readonly (readonly [number, string, string?])[] = [
    [total((event) => event.requests.length), 'request as it came', 'requests as they came'],
    [total((event) => event.readings.length), 'reading'],
    [
      total((event) => event.details.length),
      'answer of a sender’s API',
      'answers of senders’ APIs',
    ],
    [total((event) => event.history.length), 'entry of their history', 'entries of their history'],
    [heads.length, 'merged state'],
    [deadLinks.length, 'link to a lead that is gone', 'links to leads that are gone'],
    [submitters.length, 'note that they submitted before', 'notes that they submitted before'],
    [looseBodies.length, 'loose body in the bucket', 'loose bodies in the bucket'],
    [leftovers.length, 'left-over of an erasure', 'left-overs of erasures'],
  ];
  const list = parts
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `  ${counted(count, one, many)}`);
  return [
    `  ${counted(events.length, 'lead')}${events.length === 0 ? '' : ':'}`,
    ...events.slice(0, KEYS_SHOWN).map(({ key, record }) => {
      const about =
        record === undefined ? 'not accepted' : `${shortTime(record.receivedAt)}  ${record.state}`;
      return `    ${about}  ${key}`;
    }),
    ...moreLine(events.length),
    ...list,
  ];
}

/** The person's records in the CRM, and that they are not Holdfast's to delete. */
export function describeCrmRecords(
  { crmRecords }: FoundPerson,
  linkOf: EraseTextContext['linkOf'],
): readonly string[] {
  if (crmRecords.length === 0) return [];
  return [
    '',
    'In Zoho, and not erased by Holdfast; delete it there, and then from the recycle bin:',
    ...crmRecords.map((crm) => {
      const link = linkOf(crm);
      return `  ${crm.module} ${crm.recordId}${link === undefined ? '' : `  ${link}`}`;
    }),
  ];
}

/**
 * What a search found beside the person: other names, leads that may be theirs, items that could not be read.
 *
 * @param again the command that was typed, to be repeated with more names; none is printed without it
 */
export function describeNotTouched(found: FoundPerson, again?: string): readonly string[] {
  const { otherNames, sharing, mentions, damaged } = found;
  return [
    ...(otherNames.length === 0
      ? []
      : [
          '',
          'The same leads name them in other ways, too. What was sent under those alone is not looked for, unless you say',
          'that it is the same person:',
          ...otherNames.map(
            ({ kind, value }) =>
              `  ${KIND_TEXTS[kind]} ${oneLine(value, NAME_LENGTH_MAX)}:  --also ${shellWord(value)}`,
          ),
        ]),
    ...(sharing.length === 0
      ? []
      : [
          '',
          `${counted(sharing.length, 'lead')} with the same phone number, but another e-mail address or id: most likely`,
          'somebody else’s, and left alone.',
          ...keyLines(sharing),
        ]),
    ...(mentions.length === 0
      ? []
      : [
          '',
          `${counted(mentions.length, 'lead')} in whose request or details the person stands, but which another person sent,`,
          `or nobody could read; left alone. Look at each, and name it with --also KEY where it is the person's own:`,
          ...keyLines(mentions),
          ...(again === undefined ? [] : [`  ${again} --also KEY`]),
        ]),
    ...(damaged.length === 0
      ? []
      : [
          '',
          `${counted(damaged.length, 'stored item')} cannot be read by this version, and could not be looked into:`,
          ...keyLines(damaged),
        ]),
  ];
}

function keyLines(keys: readonly string[]): readonly string[] {
  return [...keys.slice(0, KEYS_SHOWN).map((key) => `    ${key}`), ...moreLine(keys.length)];
}

function moreLine(count: number): readonly string[] {
  return count > KEYS_SHOWN ? [`    … and ${count - KEYS_SHOWN} more (--json lists all)`] : [];
}

function namesText(names: readonly PersonName[]): string {
  return names
    .filter(
      ({ kind }, at) => names.findIndex((other) => other.kind === kind) === at || kind !== 'phone',
    )
    .map(({ value }) => oneLine(value, NAME_LENGTH_MAX))
    .join(', ');
}
