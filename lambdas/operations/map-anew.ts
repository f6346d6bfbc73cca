import type { HoldfastConfig } from '../core/config.ts';
import type { EventRecord, RawPayload } from '../core/event-record.ts';
import { UNREADABLE_EVENT_TYPE } from '../core/idempotency-key.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import { payloadHash } from '../core/payload-hash.ts';
import type { EventStore } from '../core/ports.ts';
import type { SourceConfig } from '../providers/catalogue.ts';
import { type BoundProvider, bindProvider } from '../providers/bind-provider.ts';
import { isArray, parseJson } from '../providers/reading/json.ts';
import type { Submission, WebhookRequest } from '../providers/provider.ts';
import { cleanSubmission } from './clean-submission.ts';
import { nameSubmission } from './name-submission.ts';
import { completeSubmission } from './complete-submission.ts';
import {
  buildNormalizedEvent,
  completedVersionOf,
  mappingVersionOf,
  namesSomebody,
} from './normalize-submission.ts';

/** What mapping anew needs to know. */
export interface MappingSettings {
  readonly config: HoldfastConfig;
  /** The installation's secret for keyed hashes. */
  readonly pepper: string;
  /** Finds a source's provider; that of its configuration by default. */
  readonly bind?: (source: SourceConfig) => BoundProvider;
}

/** What mapping anew reads of an event. */
type AnewEvents = Pick<EventStore, 'readRaw' | 'readDetails' | 'readNormalized'>;

/** An event as the present configuration reads it, or why it cannot be read anew. */
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
 * - `still_unreadable`: the body cannot be read now either
 * - `several_submissions`: a request that could not be read at first holds several; one event can't be all
 * - `not_in_raw`: none of the request's submissions is this event
 * - `now_suppressed`: read anew, it is a test lead or a spam trap
 * - `names_nobody`: read anew, it still has no identifier
 */
export type UnmappedReason =
  | 'raw_gone'
  | 'source_gone'
  | 'still_unreadable'
  | 'several_submissions'
  | 'not_in_raw'
  | 'now_suppressed'
  | 'names_nobody';

/**
 * Reads an event again from its request as it came, with the present configuration, by the very steps that
 * intake takes. Key, time of receipt and correlation id stay the event's own. Writes nothing.
 *
 * @throws {StoreUnavailableError} the request could not be read
 */
export async function mapAnew(
  record: EventRecord,
  events: AnewEvents,
  { config, pepper, bind = bindProvider }: MappingSettings,
): Promise<MappedAnew> {
  const source = Object.hasOwn(config.sources, record.source)
    ? config.sources[record.source]
    : undefined;
  if (source === undefined) return unmapped('source_gone');
  const raw = await events.readRaw(record.key, record.payloadHash);
  if (raw === undefined) return unmapped('raw_gone');
  const provider = bind(source);
  const reading = await provider.read(requestOf(raw));
  if (reading.kind === 'unreadable') return unmapped('still_unreadable');

  const submission = await submissionOf(record, reading.submissions, source, pepper);
  if (typeof submission === 'string') return unmapped(submission);
  if (submission.suppression !== undefined) return unmapped('now_suppressed');

  const whole = await withDetails(submission, record, events, provider);
  if (whole.kind === 'unmapped') return whole;
  const { isCompleted } = whole;
  const named = { sourceName: record.source, source };
  const clean = await cleanSubmission(whole.submission, named);
  const isAwaiting = submission.details !== undefined && !isCompleted;
  if (!isAwaiting && !namesSomebody(clean, config)) return unmapped('names_nobody');
  const mappingVersion = isCompleted ? completedVersionOf(source) : mappingVersionOf(source);
  const normalized = buildNormalizedEvent(whole.submission, clean, {
    sourceName: record.source,
    config,
    key: record.key,
    contentHash: record.payloadHash,
    receivedAtMs: Date.parse(record.receivedAt),
    correlationId: record.correlationId,
    mappingVersion,
    isCompleted,
  });
  return { kind: 'mapped', mappingVersion, normalized };
}

type Whole =
  | { readonly kind: 'whole'; readonly submission: Submission; readonly isCompleted: boolean }
  | Extract<MappedAnew, { kind: 'unmapped' }>;

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
  if (submission.details === undefined) return { kind: 'whole', submission, isCompleted: false };
  const { key, payloadHash: hash, remappedAs } = record;
  const stored = await events.readDetails(key, hash);
  if (stored === undefined) {
    const before = await events.readNormalized(key, hash, remappedAs);
    return before?.details?.state === 'read'
      ? unmapped('raw_gone')
      : { kind: 'whole', submission, isCompleted: false };
  }
  const answers = parseJson(stored);
  const api = provider.detailsApi;
  if (api === undefined || answers.kind === 'unreadable' || !isArray(answers.value)) {
    return unmapped('still_unreadable');
  }
  const completion = completeSubmission(submission, answers.value, api);
  switch (completion.kind) {
    case 'completed':
      return { kind: 'whole', submission: completion.submission, isCompleted: true };
    case 'suppressed':
      return unmapped('now_suppressed');
    case 'unreadable':
      return unmapped('still_unreadable');
  }
}

function unmapped(why: UnmappedReason): Extract<MappedAnew, { kind: 'unmapped' }> {
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
