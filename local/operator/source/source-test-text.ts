import type { EventRecord } from '../../../lambdas/core/event-record.ts';
import { GUIDES, type ProviderName } from '../../../lambdas/providers/catalogue.ts';
import type { SampleLead } from '../../samples/sample-lead.ts';
import type { SampleAnswer } from '../../samples/send-sample.ts';
import { commandLine } from '../text/command-line.ts';
import { remedyOf } from '../text/error-remedies.ts';
import type { SeenState } from './follow-event.ts';
import type { OperatorTarget } from '../target/target.ts';

/** What became of one event of a test. */
export interface TestedEvent {
  readonly key: string;
  readonly states: readonly Pick<SeenState, 'state' | 'at'>[];
  /** Its record at the end; absent when it was not found. */
  readonly last?: EventRecord;
}

/** A source, as far as it says where the lead is in a body. */
export interface TestedSource {
  readonly provider: ProviderName;
  readonly dataPath?: string | undefined;
}

/** What is about to be sent. */
export function describeTest(test: {
  readonly name: string;
  readonly provider: ProviderName;
  readonly target: Pick<OperatorTarget, 'name' | 'isLocal'>;
  readonly lead: SampleLead;
  readonly isThin: boolean;
  /** Its page lets people through alone. */
  readonly asksForPeople: boolean;
}): readonly string[] {
  const { name, provider, target, lead, isThin, asksForPeople } = test;
  const { title } = GUIDES[provider];
  return [
    `A test person through ${name} (${title}) on ${target.name}:`,
    `  ${lead.firstName} ${lead.lastName}, ${lead.email}, ${lead.phone}`,
    ...(isThin && !target.isLocal
      ? [
          `${title} only names a submission, and this one does not exist there: that the request is taken in is all`,
          'that can be tested so. Its details cannot be read, and it ends without a record.',
        ]
      : []),
    ...(asksForPeople && !target.isLocal
      ? [
          'The form asks Turnstile whether a person filled it in, and this is none: it gets through only while the',
          "source's secret is Cloudflare's key for tests.",
        ]
      : []),
    '',
  ];
}

/**
 * What intake answered, in a line.
 *
 * @param sentAt ISO 8601
 * @param refusedStatus what this sender is answered when it does not prove who it is
 */
export function describeAnswer(
  { status, answeredInMs }: SampleAnswer,
  sentAt: string,
  refusedStatus: number,
): string {
  const isOrRefused = status === refusedStatus && status !== 401;
  const meaning = `${meaningOf(status)}${isOrRefused ? OR_REFUSED : ''}`;
  return `${clockOf(sentAt)}  sent        answered ${status} in ${Math.round(answeredInMs)} ms${meaning}`;
}

const OR_REFUSED =
  '; or the secret or the signed address is another one there, for which this sender gets no 401';

function meaningOf(status: number): string {
  switch (status) {
    case 200:
    case 409:
      return '';
    case 401:
      return ': the secret is not the one that intake reads, or the source is configured otherwise there';
    case 403:
      return ': the origin is not one that the deployed configuration allows';
    case 404:
      return ': no Holdfast is at this address';
    case 415:
      return ': the deployed configuration has another provider';
    case 503:
      return ': intake does not know the source, or cannot read its secret or reach its table';
    default:
      return ': not an answer that intake gives; look at what is in front of it';
  }
}

/** Why the request is sent once more. */
export const SECRET_MAY_BE_NEW =
  'If the secret was changed just now, intake reads it again within seconds: trying once more.';

/** A state that was seen, in a line. */
export function describeSeen({ at, record }: SeenState): string {
  return `${clockOf(at)}  ${stateText(record)}`;
}

function stateText(record: EventRecord): string {
  switch (record.state) {
    case 'received':
      return 'stored      waits for the consumer';
    case 'processing':
      return 'delivering  the consumer has it';
    case 'failed': {
      const due = record.nextDueAtMs;
      const when =
        due === undefined ? '' : `, next attempt ${clockOf(new Date(due).toISOString())}`;
      return `failed      attempt ${record.attempts}: ${record.failure?.code ?? 'unknown'}${when}`;
    }
    case 'held':
      return 'held        delivery is switched off';
    case 'succeeded':
      return 'delivered';
    case 'suppressed':
      return `suppressed  ${record.suppression ?? ''}`.trimEnd();
    case 'quarantined':
      return `quarantined ${record.failure?.code ?? 'unknown'}`;
    case 'closed':
      return 'closed      settled by hand';
    case 'erased':
      return 'erased';
  }
}

/** How it ended, and what to do. */
export function describeEnd(
  { key, last }: TestedEvent,
  context: {
    readonly target: Pick<OperatorTarget, 'options'>;
    readonly isThin: boolean;
    readonly isExpected: boolean;
    readonly source: TestedSource;
  },
): readonly string[] {
  const command = (name: string, ...words: readonly string[]): string =>
    commandLine(name, ...words, ...context.target.options);
  if (last === undefined) {
    return ['', `There is no event ${key}: is this the table that the endpoint writes to?`];
  }
  switch (last.state) {
    case 'succeeded':
      return ['', ...describeRecord(last), `Key: ${key}`];
    case 'suppressed':
      return [
        '',
        context.isExpected
          ? 'It was kept from the CRM, as this sender marks its tests.'
          : `It was kept from the CRM: ${last.suppression ?? 'unknown'}.`,
        `Key: ${key}`,
      ];
    case 'quarantined': {
      const paths = last.failure?.code === 'missing_identity' ? describePaths(context.source) : [];
      const anew = paths.length === 0 ? [] : ['--remap'];
      return [
        '',
        ...describeFailure(last, context.target.options),
        ...paths,
        `Deliver it again when that is done:  ${command('replay', '--key', key, ...anew)} --reason "…"`,
      ];
    }
    case 'held':
      return [
        '',
        'It waits until delivery is switched on (zohoEnabled), and goes on then by itself.',
      ];
    case 'failed':
      return [
        '',
        ...describeFailure(last, context.target.options),
        'It is tried again by itself; this command no longer watches.',
        `See whether the breaker is open:  ${command('breaker status')}`,
      ];
    case 'received':
    case 'processing':
      return [
        '',
        'It is stored, but was not delivered in the time that this command waits.',
        `See whether the breaker is open:  ${command('breaker status')}`,
        'If it is closed, look at the log of the consumer for the key:',
        `  ${key}`,
      ];
    case 'closed':
      return ['', 'A person settled it by hand: it is not delivered.', `Key: ${key}`];
    case 'erased':
      return ['', 'What it said was erased: it is not delivered.', `Key: ${key}`];
  }
}

function describeRecord({ crm }: EventRecord): readonly string[] {
  if (crm === undefined) return ['Delivered; an earlier lead of this person had the same values.'];
  return [
    `In Zoho: ${crm.module}, record ${crm.recordId} (${ACTIONS[crm.action]}).`,
    'It is a test person: delete the record by hand when you have seen it.',
  ];
}

const ACTIONS = {
  insert: 'created',
  update: 'updated',
  none: 'already there',
  note: 'noted',
} as const;

function describeFailure({ failure }: EventRecord, options: readonly string[]): readonly string[] {
  if (failure === undefined) return ['Why is not recorded.'];
  return [`${failure.message} (${failure.code})`, `What to do: ${remedyOf(failure.code, options)}`];
}

/** Senders whose bodies have no form of their own: their sources say where the lead is. */
const READ_BY_PATHS: ReadonlySet<ProviderName> = new Set([
  'generic_hmac',
  'shared_secret',
  'tiktok',
  'url_token',
] as const);

function describePaths({ provider, dataPath }: TestedSource): readonly string[] {
  if (!READ_BY_PATHS.has(provider)) return [];
  const where = dataPath === undefined ? 'at the top of the body' : `at ${dataPath}`;
  return [
    `The lead was looked for ${where}. If it is elsewhere, say so by dataPath of the source; if its fields have names`,
    'that are not recognized, map them by fields.',
  ];
}

/** `04:00:05.123Z` of an ISO time; the Z says that it is UTC, since terminals show local times. */
function clockOf(iso: string): string {
  return `${iso.slice(11, 23)}Z`;
}
