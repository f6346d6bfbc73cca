import type { InitialState, NewEvent, RawPayload } from '../core/event-record.ts';
import { type Failure, failure } from '../core/failure.ts';
import { UNREADABLE_EVENT_TYPE, unreadableKey } from '../core/idempotency-key.ts';
import { bytesHash, payloadHash } from '../core/payload-hash.ts';
import {
  type CleanSubmission,
  cleanSubmission,
} from '../operations/submission/clean-submission.ts';
import { nameSubmission } from '../operations/submission/name-submission.ts';
import {
  buildNormalizedEvent,
  namesSomebody,
  shortId,
  shortName,
} from '../operations/submission/normalize-submission.ts';
import type { Submission } from '../providers/provider.ts';
import type { IntakePorts } from './intake-ports.ts';
import type { Reception } from './reception.ts';

/** Whether a submission is named by the sender's id alone, or by its content as well. */
export type Naming = 'by_id' | 'by_id_and_content';

/** Builds the event of a submission that could be read. */
export async function submissionEvent(
  ports: Pick<IntakePorts, 'events' | 'ids'>,
  reception: Reception,
  submission: Submission,
  naming: Naming = 'by_id',
): Promise<NewEvent> {
  const { sourceName, config, correlationId, mappingVersion, receivedAtMs } = reception;
  const clean = await cleanSubmission(submission, reception);
  const key = await keyOf(ports, reception, submission, clean, naming);
  const contentHash = payloadHash(submission.content);
  const sourceEventId = shortId(submission.sourceEventId);
  const deliveryId = shortId(submission.deliveryId);
  const normalized = buildNormalizedEvent(submission, clean, {
    sourceName,
    config,
    key,
    contentHash,
    receivedAtMs,
    correlationId,
    mappingVersion,
  });

  return {
    key,
    source: sourceName,
    eventType: shortName(submission.eventType),
    ...(sourceEventId === undefined ? {} : { sourceEventId }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    occurredAt: normalized.occurred_at,
    receivedAt: normalized.audit.received_at,
    correlationId,
    payloadHash: contentHash,
    mappingVersion,
    raw: rawOf(submission, reception.raw),
    normalized,
    initial: initialState(ports, reception, submission, clean),
  };
}

/** A body that could not be read, or `part` of a body. */
export interface UnreadableBody {
  readonly failure: Failure;
  readonly sourceEventId?: string;
  readonly part?: Uint8Array;
}

/** Builds the event of a body that its sender vouches for, but that could not be read. */
export function unreadableEvent(
  ports: Pick<IntakePorts, 'ids'>,
  reception: Reception,
  { failure: why, sourceEventId, part }: UnreadableBody,
): NewEvent {
  const raw = rawOf({ part }, reception.raw);
  const receivedAt = new Date(reception.receivedAtMs).toISOString();
  const id = shortId(sourceEventId);
  return {
    key: unreadableKey(reception.sourceName, raw.body, reception.pepper),
    source: reception.sourceName,
    eventType: UNREADABLE_EVENT_TYPE,
    ...(id === undefined ? {} : { sourceEventId: id }),
    occurredAt: receivedAt,
    receivedAt,
    correlationId: reception.correlationId,
    payloadHash: bytesHash(raw.body),
    mappingVersion: reception.mappingVersion,
    raw,
    initial: { state: 'quarantined', failure: why, quarantineId: ports.ids.next() },
  };
}

const RAW_HEADERS = [
  'content-type',
  'content-encoding',
  'user-agent',
  'origin',
  'webhook-id',
  'webhook-timestamp',
  'svix-id',
  'svix-timestamp',
  'framer-webhook-submission-id',
] as const;

/** Read again, a message is named by the headers that are kept: those of the family that it was signed by. */
const UNSIGNED_BESIDE_SVIX: ReadonlySet<string> = new Set(['webhook-id', 'webhook-timestamp']);

/** The request as it is kept: the bytes, and headers that are named here and hold no secret. */
export function rawPayload(
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array },
  signature: RawPayload['signature'],
): RawPayload {
  const { 'webhook-signature': standard, 'svix-signature': svix } = request.headers;
  const isSvix = standard === undefined && svix !== undefined;
  const headers = RAW_HEADERS.flatMap((name) => {
    const value = request.headers[name];
    const isLeftOut = isSvix && UNSIGNED_BESIDE_SVIX.has(name);
    return value === undefined || isLeftOut ? [] : [[name, value] as const];
  });
  return {
    body: request.body,
    contentType: request.headers['content-type'] ?? '',
    headers: Object.fromEntries(headers),
    signature,
  };
}

/** What is kept of the request with one of its submissions. */
function rawOf(
  { part }: { readonly part?: Uint8Array | undefined },
  whole: RawPayload,
): RawPayload {
  if (part === undefined) return whole;
  const contentType = 'application/json';
  return {
    ...whole,
    body: part,
    contentType,
    headers: { ...whole.headers, 'content-type': contentType },
  };
}

async function keyOf(
  ports: Pick<IntakePorts, 'events'>,
  reception: Reception,
  submission: Submission,
  clean: CleanSubmission,
  naming: Naming,
): Promise<string> {
  const names = nameSubmission(submission, clean, reception);
  const named = naming === 'by_id' ? names.byId : names.byIdAndContent();
  if (named !== undefined) return named;
  const { current, previous } = names.byContent();
  // The same submission may have come just before the tick changed.
  return (await ports.events.readRecord(previous)) === undefined ? current : previous;
}

function initialState(
  ports: Pick<IntakePorts, 'ids'>,
  reception: Reception,
  submission: Submission,
  clean: CleanSubmission,
): InitialState {
  const { suppression } = submission;
  if (suppression !== undefined) return { state: 'suppressed', suppression };
  // Whom it is about is not known before its details are read.
  const isNobody = submission.details === undefined && !namesSomebody(clean, reception.config);
  const why = isNobody
    ? failure('missing_identity', invalidIdentifier(clean))
    : reception.isUnverifiedHuman
      ? failure('unverified_human')
      : undefined;
  return why === undefined
    ? { state: 'received' }
    : { state: 'quarantined', failure: why, quarantineId: ports.ids.next() };
}

/** An operator who reads "no e-mail address" must not look for a field that is there. */
function invalidIdentifier({ attributes }: CleanSubmission): string | undefined {
  return attributes['email_raw'] === undefined
    ? undefined
    : 'what stands in the e-mail field is no valid address';
}
