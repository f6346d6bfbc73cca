import type { SourceConfig } from '../providers/catalogue.ts';
import { type BoundProvider, bindProvider } from '../providers/bind-provider.ts';
import { mediaTypeOf } from '../providers/reading/media-type.ts';
import { allowedMethods, answerPreflight, withCors } from './cors.ts';
import type { IntakePorts, IntakeSettings } from './intake-ports.ts';
import {
  type IntakeRequest,
  type IntakeResponse,
  jsonResponse,
  unavailableResponse,
} from './intake-request.ts';
import { answerHandshake } from './handshake.ts';
import { createKeepMapping } from './keep-mapping.ts';
import { createNoteFields } from '../operations/submission/note-fields.ts';
import { createNotePreviousSecret } from './note-previous-secret.ts';
import { createNoteSource } from './note-source.ts';
import { routeOf } from './route.ts';
import { type Arrival, takeIn } from './take-in.ts';

/** Takes one request in. Never throws: whatever happens is an answer. */
export type ReceiveWebhook = (request: IntakeRequest) => Promise<IntakeResponse>;

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
  const noteSource = createNoteSource(ports.events);
  const notePreviousSecret = createNotePreviousSecret(ports.events);
  const keepMapping = createKeepMapping(ports.events);
  const noteFields = createNoteFields(ports);
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
        return unknownSource(ports, correlationId);
      case 'source': {
        const { name, source, token } = route;
        if (token !== undefined && !takesToken(source)) return unknownSource(ports, correlationId);
        const log = ports.log.child({
          correlation_id: correlationId,
          source: name,
          provider: source.provider,
        });
        const arrival: Arrival = {
          request: token === undefined ? request : { ...request, token },
          name,
          source,
          correlationId,
          log,
          noteSource,
          notePreviousSecret,
          keepMapping,
          noteFields,
        };
        return withCors(await answer(ports, settings, arrival), source, request);
      }
    }
  };
}

/** Not an intake failure: scanners try names all day, and must not page anybody. */
function unknownSource(ports: IntakePorts, correlationId: string): IntakeResponse {
  ports.metrics.count('UnknownSource');
  ports.log.info('A request names a source that is not configured', {
    correlation_id: correlationId,
    outcome: 'unknown_source',
    http_status: 503,
  });
  return unavailableResponse(correlationId);
}

/** Whether the last part of an address can prove who sent a request. */
function takesToken(source: SourceConfig): boolean {
  const { kind } = bindProvider(source).authentication;
  return kind === 'url_token' || kind === 'shared_secret';
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
  const provider = bindProvider(source);
  const isHandshake = request.method === 'GET' && provider.handshake !== undefined;
  if (request.method !== 'POST' && !isHandshake) {
    return methodNotAllowed(allowedMethods(source, provider));
  }
  try {
    if (isHandshake) return await answerHandshake(ports, settings, provider, arrival);
    return (
      refuseBody(ports, settings, provider, arrival) ??
      (await takeIn(ports, settings, provider, arrival))
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
      outcome: 'too_large',
      http_status: 413,
      body_bytes: request.body.byteLength,
    });
    return jsonResponse(413, { status: 'too_large', bytes_max: bytesMax });
  }
  // A signature or a secret vouches for any body: what cannot be read is then kept and quarantined.
  if (!provider.provesSender && !provider.accepts(mediaType)) {
    ports.metrics.count('UnsupportedMediaType', { source: name });
    log.warn('A request was refused because of its content type', {
      outcome: 'unsupported_media_type',
      http_status: 415,
    });
    return jsonResponse(415, { status: 'unsupported_media_type' });
  }
  return undefined;
}

function methodNotAllowed(allow: string): IntakeResponse {
  return jsonResponse(405, { status: 'method_not_allowed' }, { allow });
}
