/**
 * Completes an event whose webhook only named a submission, before it is known whom it is about.
 *
 * ```
 * awaiting ─► deleted meanwhile? ─► read its details ─┬─ stored ──────────────► complete: goes on to the CRM
 *               └─ suppressed                         ├─ a test, no lead ─────► suppressed
 *                                                     ├─ trouble that passes ─► failed, tried again
 *                                                     ├─ must wait its turn ──► deferred
 *                                                     └─ cannot be read ──────► quarantined
 * ```
 *
 * The provider's trouble is its own: it says nothing of the CRM, and the breaker does not hear of it.
 */
import { canonicalJson } from '../core/canonical-json.ts';
import type { HoldfastConfig } from '../core/config.ts';
import type { DeliveryOutcome } from '../core/delivery-outcome.ts';
import type { DetailsReading, DetailsRequest } from '../core/ports/details-reader.ts';
import type { EventDetails, EventRecord } from '../core/event-record.ts';
import { type Failure, failure } from '../core/failure.ts';
import type { NormalizedEvent } from '../core/lead-event.ts';
import { shapeOfEvent } from '../operations/submission/note-fields.ts';
import { CLOSING_TIME_MS } from '../core/pipeline-limits.ts';
import { backoffMs, breakerDeferralMs, decideRetry, deferralMs } from '../core/retry-schedule.ts';
import { type RetrySettings, retrySettingsFor } from '../core/retry-settings.ts';
import type { ClaimedEvent, DeliveryContext, DeliveryPorts } from './delivery-ports.ts';

/** A complete event and its record as they are stored now, or the outcome of one that is not complete. */
export type Hydration =
  | {
      readonly kind: 'complete';
      readonly record: EventRecord;
      readonly normalized: NormalizedEvent;
    }
  | { readonly kind: 'ended'; readonly outcome: DeliveryOutcome };

/** All calls for one event. Others of the batch wait for it, and need the rest of the invocation. */
const DETAILS_TIMEOUT_MS = 8_000;

/**
 * How long after its webhook a submission may be unknown to the API that it names: webhooks can be faster than
 * the replicas behind an API.
 */
const GONE_PATIENCE_MS = 600_000;

/** What completing an event needs of the world. */
export type HydrationPorts = Pick<
  DeliveryPorts,
  'events' | 'details' | 'clock' | 'random' | 'metrics'
>;

/**
 * Completes an event that awaits its details; one that does not is complete as it is.
 *
 * @throws {StoreUnavailableError} the store failed; whatever was read is read again
 */
export async function hydrateEvent(
  event: ClaimedEvent,
  normalized: NormalizedEvent,
  ports: HydrationPorts,
  context: Pick<DeliveryContext, 'config' | 'deadlineMs' | 'noteFields'>,
): Promise<Hydration> {
  const { record } = event;
  if (normalized.details?.state !== 'awaiting') return { kind: 'complete', record, normalized };

  const untilMs = ports.clock.nowMs() + DETAILS_TIMEOUT_MS;
  if (untilMs + CLOSING_TIME_MS > context.deadlineMs) return deferred(ports);
  const request: DetailsRequest = { record, event: normalized, untilMs };
  if (await isDeleted(request, ports)) {
    return ended({ kind: 'suppressed', suppression: 'deleted_at_source' });
  }
  const reading = await ports.details.read(request);
  switch (reading.kind) {
    case 'read':
      return await store(event, reading.details, ports, context);
    case 'suppressed':
      return ended(reading);
    case 'wait':
      return ended({
        kind: 'deferred',
        delayMs: breakerDeferralMs(reading.delayMs, ports.random.next()),
      });
    case 'refused':
      return ended(settleRefused(record, reading, ports, context.config));
  }
}

/** A deletion may come before the submission that it deletes, and while that one is tried in vain. */
async function isDeleted(request: DetailsRequest, ports: HydrationPorts): Promise<boolean> {
  const key = await ports.details.deletionKeyOf(request);
  return key !== undefined && (await ports.events.readRecord(key)) !== undefined;
}

async function store(
  { record, leaseToken, log }: ClaimedEvent,
  details: EventDetails,
  ports: HydrationPorts,
  { config: { sources }, noteFields }: Pick<DeliveryContext, 'config' | 'noteFields'>,
): Promise<Hydration> {
  const { mappingVersion, normalized } = details;
  if (mappingVersion !== record.mappingVersion) {
    // Of another deployment than intake's: what an event names must be there.
    const settings = canonicalJson(sources[record.source]);
    const nowMs = ports.clock.nowMs();
    await ports.events.keepMapping(record.source, mappingVersion, settings, nowMs);
  }
  const written = await ports.events.storeDetails(record.key, leaseToken, details);
  // Another consumer has it: what is released then is not ours, and stays as it is.
  if (written === 'superseded') return deferred(ports);
  log.info('The details of a submission were read', { attempt: record.attempts + 1 });
  // A form whose questions changed shows here first: the webhook names none of them.
  await noteFields(record.source, [shapeOfEvent(normalized)], ports.clock.nowMs(), log);
  const completed = { ...record, attempts: 0, remappedAs: mappingVersion };
  return { kind: 'complete', record: completed, normalized };
}

function settleRefused(
  record: EventRecord,
  refused: Extract<DetailsReading, { kind: 'refused' }>,
  ports: HydrationPorts,
  config: HoldfastConfig,
): DeliveryOutcome {
  const attempts = record.attempts + 1;
  const nowMs = ports.clock.nowMs();
  const receivedAtMs = Date.parse(record.receivedAt);
  const settings = settingsOf(record.source, config);
  const random = ports.random.next();
  const { failure: why, retryAfterMs } = refused;
  const later = (reason: Failure, delayMs: number): DeliveryOutcome => ({
    kind: 'retry',
    failure: reason,
    attempts,
    delayMs,
  });

  if (why.code === 'details_gone' && nowMs - receivedAtMs < GONE_PATIENCE_MS) {
    return later(failure('details_not_yet'), backoffMs(attempts, settings, random));
  }
  const wish = retryAfterMs === undefined ? {} : { retryAfterMs };
  const tried = { failure: why, attempts, receivedAtMs, nowMs, ...wish };
  const decision = decideRetry(tried, settings, random);
  switch (decision.kind) {
    case 'later':
      return later(why, decision.delayMs);
    case 'again':
      // Never at once: the others of the batch would wait for it.
      return later(why, backoffMs(attempts, settings, random));
    case 'give_up':
      if (why.class === 'source_authorization') {
        ports.metrics.count('DetailsUnauthorized', { source: record.source });
      }
      return { kind: 'rejected', failure: decision.failure, attempts };
  }
}

/**
 * Setting a lead of a `highIntent` source aside early gives it to a person. Before its details are read there is
 * nobody to call, and a minute's trouble of an API must not park leads: it is tried for as long as any other. It pages
 * somebody early all the same.
 */
function settingsOf(source: string, { delivery, sources }: HoldfastConfig): RetrySettings {
  const retry = sources[source]?.retry ?? {};
  return retrySettingsFor(delivery.retry, { highIntent: false, retry });
}

function ended(outcome: DeliveryOutcome): Hydration {
  return { kind: 'ended', outcome };
}

function deferred(ports: Pick<HydrationPorts, 'random'>): Hydration {
  return ended({ kind: 'deferred', delayMs: deferralMs(ports.random.next()) });
}
