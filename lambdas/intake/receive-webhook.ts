import type { SourceConfig } from '../core/config.ts';
import { SecretUnavailableError } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { type BoundProvider, bindProvider } from '../providers/bind-provider.ts';
import { mediaTypeOf } from '../providers/media-type.ts';
import { type AcceptedEvent, acceptEvent } from './accept-event.ts';
import { authenticate, reportVerification } from './authenticate.ts';
import { allowedMethods, answerPreflight, withCors } from './cors.ts';
import type { IntakePorts, IntakeSettings } from './intake-ports.ts';
import {
  type IntakeRequest,
  type IntakeResponse,
  jsonResponse,
  unavailableResponse,
} from './intake-request.ts';
import { rawPayload, submissionEvent, unreadableEvent } from './new-event.ts';
import { mappingVersionOf } from './normalize-submission.ts';
import type { Reception } from './reception.ts';
import { routeOf } from './route.ts';

/** Takes one request in. Never throws: whatever happens is an answer. */
export type ReceiveWebhook = (request: IntakeRequest) => Promise<IntakeResponse>;

const PEPPER_LENGTH_MIN = 16;

/**
 * Builds the intake: every request gets its answer, and a 2xx only once each of its leads is stored.
 *
 * ```
 * source known? ─ size, type ─ verify the bytes ─ read ─ for each submission: normalize ─ store ─ queue
 *   no: 503        413, 415        401, 403         └─ cannot: store, quarantine         │
 *                                                                    no: 503 ◄──────────┘──► 200 (409)
 * ```
 */
export function createReceiveWebhook(ports: IntakePorts, settings: IntakeSettings): ReceiveWebhook {
  return async (request) => {
    const route = routeOf(request.path, settings.config.sources);
    const correlationId = ports.ids.next();

    switch (route.kind) {
      case 'health':
        return request.method === 'GET' || request.method === 'HEAD'
          ? jsonResponse(200, { status: 'ok' })
          : methodNotAllowed('GET, HEAD');
      case 'not_found':
        return jsonResponse(404, { status: 'not_found' });
      case 'unknown_source':
        // Not an intake failure: scanners try names all day, and must not page anybody.
        ports.metrics.count('UnknownSource');
        ports.log.info('A request names a source that is not configured', {
          correlation_id: correlationId,
          http_status: 503,
        });
        return unavailableResponse(correlationId);
      case 'source': {
        const { name, source } = route;
        const log = ports.log.child({
          correlation_id: correlationId,
          source: name,
          provider: source.provider,
        });
        const arrival: Arrival = { request, name, source, correlationId, log };
        return withCors(await answer(ports, settings, arrival), source, request);
      }
    }
  };
}

/** A request to a configured source. */
interface Arrival {
  readonly request: IntakeRequest;
  readonly name: string;
  readonly source: SourceConfig;
  readonly correlationId: string;
  readonly log: Log;
}

async function answer(
  ports: IntakePorts,
  settings: IntakeSettings,
  arrival: Arrival,
): Promise<IntakeResponse> {
  const { request, source, name, correlationId, log } = arrival;
  if (request.method === 'OPTIONS' && source.provider === 'website_form') {
    return answerPreflight(source, request);
  }
  if (request.method !== 'POST') return methodNotAllowed(allowedMethods(source));

  const provider = bindProvider(source);
  try {
    return (
      refuseBody(ports, settings, provider, arrival) ??
      (await receive(ports, settings, provider, arrival))
    );
  } catch (error) {
    // A fault that nobody foresaw is ours as well: the lead is not stored, so the sender must keep it.
    ports.metrics.count('IntakeUnavailable', { source: name });
    log.error(
      'A request could not be taken; its sender was asked to repeat it',
      { http_status: 503 },
      error,
    );
    return unavailableResponse(correlationId);
  }
}

/** Cheap checks, before anything is computed over the body. */
function refuseBody(
  ports: IntakePorts,
  settings: IntakeSettings,
  provider: BoundProvider,
  { request, name, log }: Arrival,
): IntakeResponse | undefined {
  const { jsonBytesMax, multipartBytesMax } = settings.config.intake;
  const mediaType = mediaTypeOf(request);
  const bytesMax = mediaType.startsWith('multipart/') ? multipartBytesMax : jsonBytesMax;

  if (request.body.byteLength > bytesMax) {
    ports.metrics.count('BodyTooLarge', { source: name });
    log.warn('A request was refused because its body is too large', {
      http_status: 413,
      body_bytes: request.body.byteLength,
    });
    return jsonResponse(413, { status: 'too_large', bytes_max: bytesMax });
  }
  if (!provider.accepts(mediaType)) {
    log.warn('A request was refused because of its content type', { http_status: 415 });
    return jsonResponse(415, { status: 'unsupported_media_type' });
  }
  return undefined;
}

async function receive(
  ports: IntakePorts,
  settings: IntakeSettings,
  provider: BoundProvider,
  { request, name, source, correlationId, log }: Arrival,
): Promise<IntakeResponse> {
  const secretId = `${settings.sourceSecretPrefix}${name}`;
  const verification = await authenticate(ports, provider, name, secretId, request);
  reportVerification(ports, log, name, request, verification);
  if (verification.kind === 'refused') {
    return jsonResponse(verification.reason === 'origin' ? 403 : 401, { status: 'refused' });
  }

  const reception: Reception = {
    sourceName: name,
    source,
    config: settings.config,
    raw: rawPayload(request, verification.secretUsed),
    receivedAtMs: ports.clock.nowMs(),
    correlationId,
    mappingVersion: mappingVersionOf(source),
    pepper: await readPepper(ports, settings.pepperSecretId),
    log,
  };
  return answerAccepted(await acceptAll(ports, provider, request, reception), correlationId);
}

async function acceptAll(
  ports: IntakePorts,
  provider: BoundProvider,
  request: IntakeRequest,
  reception: Reception,
): Promise<readonly AcceptedEvent[]> {
  const reading = provider.read(request);
  if (reading.kind === 'unreadable') {
    const event = unreadableEvent(ports, reception, reading.failure, reading.sourceEventId);
    return [await acceptEvent(ports, reception, event)];
  }

  // In turn: when one cannot be stored the sender repeats them all, and those before it are duplicates.
  const accepted: AcceptedEvent[] = [];
  for (const submission of reading.submissions) {
    const event = await submissionEvent(ports, reception, submission);
    accepted.push(await acceptEvent(ports, reception, event));
  }
  return accepted;
}

function answerAccepted(accepted: readonly AcceptedEvent[], correlationId: string): IntakeResponse {
  const body = {
    events: accepted.map(({ key, duplicate }) => ({ idempotency_key: key, duplicate })),
    correlation_id: correlationId,
  };
  if (accepted.some((event) => event.repeat)) {
    return jsonResponse(409, {
      status: 'repeat',
      message: 'This e-mail address was submitted before. The lead was updated.',
      ...body,
    });
  }
  const isDuplicate = accepted.every((event) => event.duplicate);
  return jsonResponse(200, { status: isDuplicate ? 'duplicate' : 'accepted', ...body });
}

async function readPepper(ports: IntakePorts, secretId: string): Promise<string> {
  const pepper = await ports.secrets.read(secretId);
  if (pepper.length < PEPPER_LENGTH_MIN) {
    throw new SecretUnavailableError(
      `The pepper must have ${PEPPER_LENGTH_MIN} characters or more`,
    );
  }
  return pepper;
}

function methodNotAllowed(allow: string): IntakeResponse {
  return jsonResponse(405, { status: 'method_not_allowed' }, { allow });
}
