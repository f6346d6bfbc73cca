import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord, RawPayload } from '../../core/event-record.ts';
import { UNREADABLE_EVENT_TYPE } from '../../core/idempotency-key.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import { payloadHash } from '../../core/payload-hash.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { SourceConfig } from '../../providers/catalogue.ts';
import { type BoundProvider, bindProvider } from '../../providers/bind-provider.ts';
import { isArray, parseJson } from '../../providers/reading/json.ts';
import type { Submission, WebhookRequest } from '../../providers/provider.ts';
import { cleanSubmission } from '../submission/clean-submission.ts';
import { type Mapping, presentMapping } from './kept-mapping.ts';
import { nameSubmission } from '../submission/name-submission.ts';
import { completeSubmission } from '../submission/complete-submission.ts';
import { buildNormalizedEvent, namesSomebody } from '../submission/normalize-submission.ts';

/** What mapping anew needs to know. */
export interface MappingSettings {
  readonly config: HoldfastConfig;
  /** The installation's secret for keyed hashes. */
  readonly pepper: string;
  /** How each source is read; without it, as the configuration says. */
  readonly mappings?: ReadonlyMap<string, Mapping>;
  /** Finds a source's provider; that of its configuration by default. */
  readonly bind?: (source: SourceConfig) => BoundProvider;
}

/** What mapping anew reads of an event. */
export type AnewEvents = Pick<EventStore, 'readRaw' | 'readDetails' | 'readNormalized'>;

/** An event as a mapping reads it, or why it cannot be read anew. */
export type MappedAnew =
  | {
      readonly kind: 'mapped';
      readonly mappingVersion: string;
      readonly normalized: NormalizedEvent;
    }
  | { readonly kind: 'unmapped'; readonly why: UnmappedReason };

/**
 * Why an event cannot be read anew.
 *
 * - `raw_gone`: the request as it came is no longer kept
 * - `source_gone`: its source is no longer configured
 * - `mapping_unknown`: its source has never used the mapping version that was asked for
 * - `still_unreadable`: the body cannot be read now either
 * - `several_submissions`: a request that could not be read at first holds several; one event can't be all
 * - `not_in_raw`: none of the request's submissions is this event
 */
export type UnreadReason =
  | 'raw_gone'
  | 'source_gone'
  | 'mapping_unknown'
  | 'still_unreadable'
  | 'several_submissions'
  | 'not_in_raw';

/**
 * Why an event is not mapped anew: it cannot be read, or what is read is not delivered.
 *
 * - `now_suppressed`: read anew, it is a test lead or a spam trap
 * - `names_nobody`: read anew, it still has no identifier
 */
export type UnmappedReason = UnreadReason | 'now_suppressed' | 'names_nobody';

/** What an event says, read anew, whether it would be delivered or not. */
export type ReadAnew =
  | {
      readonly kind: 'read';
      readonly mappingVersion: string;
      readonly normalized: NormalizedEvent;
      /** It is a test lead or a spam trap. */
      readonly isSuppressed: boolean;
    }
  | { readonly kind: 'unread'; readonly why: UnreadReason };

/**
 * Reads an event again from its request as it came, and says what would be delivered. Writes nothing.
 *
 * @throws {StoreUnavailableError} the request could not be read
 */
export async function mapAnew(
  record: EventRecord,
  events: AnewEvents,
  settings: MappingSettings,
): Promise<MappedAnew> {
  const anew = await readAnew(record, events, settings);
  if (anew.kind === 'unread') return unmapped(anew.why);
  if (anew.isSuppressed) return unmapped('now_suppressed');
  const { mappingVersion, normalized } = anew;
  const isAwaiting = normalized.details?.state === 'awaiting';
  if (!isAwaiting && !namesSomebody(normalized, settings.config)) return unmapped('names_nobody');
  return { kind: 'mapped', mappingVersion, normalized };
}

/**
 * Reads an event again from its request as it came, with the present configuration or with the mapping that
 * is given for its source, by the very steps that intake takes. Key, time of receipt and correlation id stay
 * the event's own. Writes nothing.
 *
 * @throws {StoreUnavailableError} the request could not be read
 */
export async function readAnew(
  record: EventRecord,
  events: AnewEvents,
  { config, pepper, mappings, bind = bindProvider }: MappingSettings,
): Promise<ReadAnew> {
  const present = presentMapping(config, record.source);
  if (present === undefined) return unread('source_gone');
  const mapping = mappings === undefined ? present : mappings.get(record.source);
  if (mapping === undefined) return unread('mapping_unknown');
  const raw = await events.readRaw(record.key, record.payloadHash);
  if (raw === undefined) return unread('raw_gone');
  const { version: mappingVersion, source } = mapping;
  const provider = bind(source);
  const reading = await provider.read(requestOf(raw));
  if (reading.kind === 'unreadable') return unread('still_unreadable');

  const named = await submissionOf(record, reading.submissions, source, pepper);
  if (typeof named === 'string') return unread(named);
  const whole = await withDetails(named, record, events, provider);
  if (whole.kind === 'unread') return whole;
  const { submission, isCompleted, isSuppressed } = whole;
  const clean = await cleanSubmission(submission, { sourceName: record.source, source });
  const normalized = buildNormalizedEvent(submission, clean, {
    sourceName: record.source,
    config,
    key: record.key,
    contentHash: record.payloadHash,
    receivedAtMs: Date.parse(record.receivedAt),
    correlationId: record.correlationId,
    mappingVersion,
    isCompleted,
  });
  return {
    kind: 'read',
    mappingVersion,
    normalized,
    isSuppressed,
  };
}

function unread(why: UnreadReason): Extract<ReadAnew, { kind: 'unread' }> {
  return { kind: 'unread', why };
}

type Whole =
  | {
      readonly kind: 'whole';
      readonly submission: Submission;
      readonly isCompleted: boolean;
      readonly isSuppressed: boolean;
    }
  | Extract<ReadAnew, { kind: 'unread' }>;

/**
 * A submission with its details as they were stored. One that still awaits them goes on awaiting them: the
 * consumer reads them, and nobody else.
 */
async function withDetails(
  submission: Submission,
  record: EventRecord,
  events: AnewEvents,
  provider: BoundProvider,
): Promise<Whole> {
  const isSuppressed = submission.suppression !== undefined;
  const asNamed: Whole = { kind: 'whole', submission, isCompleted: false, isSuppressed };
  if (submission.details === undefined) return asNamed;
  const { key, payloadHash: hash, remappedAs } = record;
  const stored = await events.readDetails(key, hash);
  if (stored === undefined) {
    const before = await events.readNormalized(key, hash, remappedAs);
    return before?.details?.state === 'read' ? unread('raw_gone') : asNamed;
  }
  const answers = parseJson(stored);
  const api = provider.detailsApi;
  if (api === undefined || answers.kind === 'unreadable' || !isArray(answers.value)) {
    return unread('still_unreadable');
  }
  const completion = await completeSubmission(submission, answers.value, api);
  switch (completion.kind) {
    case 'completed':
      return { ...asNamed, submission: completion.submission, isCompleted: true };
    case 'suppressed':
      return { ...asNamed, isCompleted: true, isSuppressed: true };
    case 'unreadable':
      return unread('still_unreadable');
  }
}

function unmapped(why: UnmappedReason): MappedAnew {
  return { kind: 'unmapped', why };
}

/** The stored request as its provider reads it. Every sender posts. */
function requestOf(raw: RawPayload): WebhookRequest {
  return {
    method: 'POST',
    headers: {
      ...raw.headers,
      ...(raw.contentType === '' ? {} : { 'content-type': raw.contentType }),
    },
    body: raw.body,
  };
}

/**
 * Finds an event among the submissions of its request. The only one is it, whatever the present configuration
 * would name it. Of several it is the one with its key, or else with its content: another field may hold
 * the id now, or the e-mail address, of which a key is made.
 */
async function submissionOf(
  record: EventRecord,
  submissions: readonly Submission[],
  source: SourceConfig,
  pepper: string,
): Promise<Submission | 'several_submissions' | 'not_in_raw'> {
  if (submissions.length <= 1) return submissions[0] ?? 'not_in_raw';
  if (record.eventType === UNREADABLE_EVENT_TYPE) return 'several_submissions';
  const isSame = (submission: Submission): boolean =>
    payloadHash(submission.content) === record.payloadHash;
  const named: Submission[] = [];
  for (const each of submissions) {
    if (await isNamed(each, record, source, pepper)) named.push(each);
  }
  const found = named.find(isSame) ?? onlyOne(named) ?? onlyOne(submissions.filter(isSame));
  return found ?? 'not_in_raw';
}

async function isNamed(
  submission: Submission,
  record: EventRecord,
  source: SourceConfig,
  pepper: string,
): Promise<boolean> {
  const clean = await cleanSubmission(submission, { sourceName: record.source, source });
  const names = nameSubmission(submission, clean, {
    sourceName: record.source,
    pepper,
    receivedAtMs: Date.parse(record.receivedAt),
  });
  const { current, previous } = names.byContent();
  return [names.byId, names.byIdAndContent(), current, previous].includes(record.key);
}

function onlyOne(submissions: readonly Submission[]): Submission | undefined {
  return submissions.length === 1 ? submissions[0] : undefined;
}
