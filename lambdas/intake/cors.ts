import type { SourceConfig } from '../providers/catalogue.ts';
import type { BoundProvider } from '../providers/bind-provider.ts';
import type { IntakeRequest, IntakeResponse } from './intake-request.ts';

const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** The methods that a source answers, for `Allow`. */
export function allowedMethods(
  source: SourceConfig,
  provider: Pick<BoundProvider, 'handshake'>,
): string {
  if (source.provider === 'website_form') return 'POST, OPTIONS';
  return provider.handshake === undefined ? 'POST' : 'GET, POST';
}

/**
 * Answers a browser that asks before it posts: 204 to an allowed origin, 403 to any other.
 */
export function answerPreflight(source: SourceConfig, request: IntakeRequest): IntakeResponse {
  if (allowedOrigin(source, request) === undefined) return { status: 403, headers: {}, body: '' };
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
    },
    body: '',
  };
}

/**
 * Lets an allowed page read an answer, errors too: a form that cannot tell 409 from a broken network cannot
 * tell its user either. Answers of sources that browsers do not use stay as they are.
 */
export function withCors(
  response: IntakeResponse,
  source: SourceConfig,
  request: IntakeRequest,
): IntakeResponse {
  if (source.provider !== 'website_form') return response;
  const origin = allowedOrigin(source, request);
  return {
    ...response,
    headers: {
      ...response.headers,
      vary: 'Origin',
      ...(origin === undefined
        ? {}
        : {
            'access-control-allow-origin': origin,
            'access-control-expose-headers': 'Retry-After',
          }),
    },
  };
}

function allowedOrigin(source: SourceConfig, request: IntakeRequest): string | undefined {
  const origin = request.headers['origin'];
  const isAllowed =
    source.provider === 'website_form' &&
    origin !== undefined &&
    source.allowedOrigins.includes(origin);
  return isAllowed ? origin : undefined;
}
