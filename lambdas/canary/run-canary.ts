import * as z from 'zod/mini';
import { type CanarySettings } from '../core/canary.ts';
import { CANARY_SOURCE } from '../core/pipeline-names.ts';
import { type EventRecord, FINAL_STATES } from '../core/event-record.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock, Ids, SecretReader } from '../core/ports/world.ts';
import { parseSourceSecrets } from '../providers/verification/source-secrets.ts';
import { buildCanaryRequest, type CanaryRequest } from './canary-request.ts';

/** What a run needs of the world. */
export interface CanaryPorts {
  /**
   * Posts to an address on the network, as a sender does.
   *
   * @throws whatever kept an answer from coming
   */
  readonly post: (
    url: string,
    request: CanaryRequest,
  ) => Promise<{ readonly status: number; readonly body: string }>;
  readonly events: Pick<EventStore, 'readRecord'>;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Where to, and how long to wait. */
export interface CanaryOptions extends Pick<CanarySettings, 'crm' | 'patienceSeconds'> {
  readonly endpoint: string;
  readonly secretId: string;
}

/**
 * What became of a canary.
 *
 * - `delivered`: it came as far as it was to come, within its patience
 * - `missed`: it did not; `why` is for the log
 */
export type CanaryResult =
  | { readonly kind: 'delivered'; readonly durationMs: number }
  | { readonly kind: 'missed'; readonly why: CanaryMiss };

/** Where a canary was lost sight of. */
export type CanaryMiss =
  | 'no_secret'
  | 'no_answer'
  | 'not_accepted'
  | 'store_unavailable'
  | 'not_in_time'
  | 'ended_otherwise';

/** Between two looks at the event. */
const LOOK_EVERY_MS = 1_000;

const answerSchema = z.object({
  events: z.tuple([z.object({ idempotency_key: z.string() })]),
});

/**
 * Sends one synthetic lead on the way that people's leads take, and follows it to its end.
 *
 * It measures in any case, whatever fails: `CanaryDelivered` 1 or 0, and how long it took. That nothing is measured at
 * all means that the canary itself does not run.
 */
export async function runCanary(ports: CanaryPorts, options: CanaryOptions): Promise<CanaryResult> {
  const startedAtMs = ports.clock.nowMs();
  const log = ports.log.child({ source: CANARY_SOURCE });
  const result = await follow(ports, options, startedAtMs, log);
  if (result.kind === 'delivered') {
    ports.metrics.gauge('CanarySeconds', result.durationMs / 1_000);
    log.info('The canary arrived', { outcome: 'delivered', duration_ms: result.durationMs });
  } else {
    log.error('The canary did not arrive', { outcome: result.why });
  }
  ports.metrics.gauge('CanaryDelivered', result.kind === 'delivered' ? 1 : 0);
  return result;
}

async function follow(
  ports: CanaryPorts,
  options: CanaryOptions,
  startedAtMs: number,
  log: Log,
): Promise<CanaryResult> {
  const secret = await readSecret(ports, options.secretId, log);
  if (secret === undefined) return missed('no_secret');
  const key = await send(ports, options, secret, log);
  if (typeof key !== 'string') return key;

  const { clock, events } = ports;
  const untilMs = startedAtMs + options.patienceSeconds * 1_000;
  let isStoreDown = false;
  for (;;) {
    try {
      const record = await events.readRecord(key);
      isStoreDown = false;
      const nowMs = clock.nowMs();
      if (nowMs > untilMs) return missed('not_in_time');
      if (record !== undefined && hasEnded(record)) {
        return isAsItShould(record, options)
          ? { kind: 'delivered', durationMs: nowMs - startedAtMs }
          : ended(record, log);
      }
    } catch (error) {
      isStoreDown = true;
      log.warn('The event of the canary could not be read');
      log.debug('Reading it failed', {
        error_name: error instanceof Error ? error.name : 'unknown',
      });
    }
    if (clock.nowMs() + LOOK_EVERY_MS > untilMs) {
      return missed(isStoreDown ? 'store_unavailable' : 'not_in_time');
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
}

async function readSecret(
  { secrets }: CanaryPorts,
  secretId: string,
  log: Log,
): Promise<string | undefined> {
  try {
    // Afresh: a secret that has just been rotated is what a sender would sign with.
    const text = await secrets.read(secretId, { fresh: true });
    return parseSourceSecrets(CANARY_SOURCE, text).current;
  } catch (error) {
    log.error('The secret of the canary could not be read', {}, error);
    return undefined;
  }
}

/** @returns the key of the event that it became */
async function send(
  { post, clock, ids }: CanaryPorts,
  { endpoint }: CanaryOptions,
  secret: string,
  log: Log,
): Promise<string | CanaryResult> {
  const request = buildCanaryRequest(ids.next(), secret, clock.nowMs());
  try {
    const { status, body } = await post(`${endpoint}/hooks/${CANARY_SOURCE}`, request);
    const answer = status === 200 ? answerSchema.safeParse(parseJson(body)) : undefined;
    if (answer?.success === true) return answer.data.events[0].idempotency_key;
    log.error('The canary was not accepted', { http_status: status });
    return missed('not_accepted');
  } catch (error) {
    log.error('The canary got no answer', {}, error);
    return missed('no_answer');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A quarantined event moves no further by itself. */
function hasEnded({ state }: EventRecord): boolean {
  return FINAL_STATES.has(state) || state === 'quarantined';
}

function isAsItShould(
  { state, suppression }: EventRecord,
  { crm }: Pick<CanaryOptions, 'crm'>,
): boolean {
  return crm === 'write'
    ? state === 'succeeded'
    : state === 'suppressed' && suppression === 'canary';
}

function ended({ key, state, failure }: EventRecord, log: Log): CanaryResult {
  log.error('The canary ended otherwise than it should', {
    idempotency_key: key,
    outcome: state,
    ...(failure === undefined ? {} : { failure_code: failure.code }),
  });
  return missed('ended_otherwise');
}

function missed(why: CanaryMiss): CanaryResult {
  return { kind: 'missed', why };
}
