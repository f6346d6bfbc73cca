import type { HoldfastConfig } from '../../core/config.ts';
import type { SourceConfig } from '../../providers/catalogue.ts';
import { eventRefs } from '../../core/event-refs.ts';
import { identifiersOf } from '../../core/identity.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import { fitAnswers, jsonBytes } from '../../core/normalize-answers.ts';
import { cleanLine, cutText } from '../../core/normalize-text.ts';
import { occurrenceOf } from '../../core/normalize-time.ts';
import { payloadHash } from '../../core/payload-hash.ts';
import type { Submission } from '../../providers/provider.ts';
import type { CleanSubmission } from './clean-submission.ts';

/**
 * Room for a normalized event as JSON. An item of the event store may hold 400 KB (Amazon DynamoDB,
 * Constraints, read 2026-11-22), keys and all.
 */
const EVENT_BYTES_MAX = 380_000;

/** Ids that stand in records. */
const ID_LENGTH_MAX = 300;

/** Counts changes of how submissions are read; the source's configuration does the rest. */
const READER_VERSION = 2;

/** Everything about an event that is not in its submission. */
export interface EventContext {
  readonly sourceName: string;
  readonly config: HoldfastConfig;
  readonly key: string;
  readonly contentHash: string;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
  readonly correlationId: string;
  readonly mappingVersion: string;
  /** The submission holds what its provider's API answered. */
  readonly isCompleted?: boolean;
}

/**
 * Builds the normalized event, schema 1.0. It always fits into an item: answers that are too long are cut,
 * with a mark that says so, and lie whole in the raw event.
 */
export function buildNormalizedEvent(
  submission: Submission,
  clean: CleanSubmission,
  context: EventContext,
): NormalizedEvent {
  const { key, config } = context;
  const sourceEventId = shortId(submission.sourceEventId);
  const refs = eventRefs(key, context.contentHash);
  const occurrence = occurrenceOf(submission.occurredAt, context.receivedAtMs);
  const event: NormalizedEvent = {
    schema_version: '1.0',
    event_id:
      sourceEventId === undefined || sourceEventId !== submission.sourceEventId
        ? key
        : `${context.sourceName}:${sourceEventId}`,
    event_type: shortName(submission.eventType),
    source: context.sourceName,
    occurred_at: occurrence.occurredAt,
    occurred_at_basis: occurrence.basis,
    idempotency_key: key,
    identity: clean.identity,
    attributes: clean.attributes,
    answers: [],
    consent: clean.consent,
    is_test: submission.suppression === 'test_lead',
    ...(submission.details === undefined
      ? {}
      : {
          details: {
            state: context.isCompleted === true ? 'read' : 'awaiting',
            ref: { ...submission.details },
          },
        }),
    routing: {
      crm: 'zoho',
      object: config.zoho.module,
      upsert_key: config.zoho.match === 'unique_field' ? config.zoho.keyField : 'Email',
      mode: config.sources[context.sourceName]?.mode ?? 'upsert',
    },
    audit: {
      received_at: new Date(context.receivedAtMs).toISOString(),
      correlation_id: context.correlationId,
      mapping_version: context.mappingVersion,
      raw_event_ref: refs.raw,
      normalized_event_ref: refs.normalized,
    },
  };
  return { ...event, answers: fitAnswers(submission.answers, EVENT_BYTES_MAX - jsonBytes(event)) };
}

/** Whether an event has an identifier that the configuration takes for a person. */
export function namesSomebody(
  event: Pick<NormalizedEvent, 'identity' | 'attributes'>,
  config: Pick<HoldfastConfig, 'identity'>,
): boolean {
  const identifiers = identifiersOf(event);
  return config.identity.order.some((kind) => identifiers[kind] !== undefined);
}

/**
 * Settings that decide who may send, what a source is called and how its leads are delivered, but not how
 * they are read. Every other setting counts, one that is added later too: a version too many is harmless,
 * one name for two readings is not.
 */
const NOT_READING: ReadonlySet<string> = new Set([
  'label',
  'trust',
  'onRepeat',
  'mode',
  'highIntent',
  'retry',
  'expect',
  'signature',
  'secretHeader',
  'toleranceSeconds',
  'allowedOrigins',
]);

/**
 * Names the way in which a source's submissions are read: it changes with the settings that decide the
 * reading and with the reader, so that an event tells what made it what it is.
 *
 * @param label `HoldfastConfig.mappingLabel`
 * @returns `<reader>-<hash>`, or `<label>:<reader>-<hash>`
 */
export function mappingVersionOf(source: SourceConfig, label?: string): string {
  const reading = Object.entries(source).filter(([name]) => !NOT_READING.has(name));
  const version = `${READER_VERSION}-${payloadHash(Object.fromEntries(reading)).slice(0, 12)}`;
  return label === undefined ? version : `${label}:${version}`;
}

/**
 * An event type as records, messages and logs hold it. One that is no plain name is not told: whoever sends
 * it could put a person there.
 */
export function shortName(name: string): string {
  return /^[A-Za-z0-9._:-]{1,100}$/.test(name) ? name : 'other';
}

/** A sender's id as records hold it: 300 characters at most. The key is built from the whole of it. */
export function shortId(id: string | undefined): string | undefined {
  const text = cleanLine(id ?? '');
  return text === undefined ? undefined : cutText(text, ID_LENGTH_MAX);
}
