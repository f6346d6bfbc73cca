import { randomBytes } from 'node:crypto';
import type { SimReply, SimRequest } from '../http/message.ts';
import { jsonReply } from '../http/message.ts';
import type { Knobs } from '../knobs.ts';
import type { AccessTokens } from './access-tokens.ts';

/**
 * Answers `POST /oauth/v2/token` (refresh) and `POST /oauth/v2/token/revoke`.
 *
 * Wrong credentials are an HTTP 200 with `{"error": …}`. `api_domain` is always the simulator's own
 * address: a client that follows it must never end at a real Zoho host.
 *
 * @param baseUrl the simulator's own address
 * @see Zoho Accounts, OAuth 2.0, Refresh access tokens; Zoho CRM v8, OAuth errors; read 2026-11-22
 */
export async function answerOauth(
  request: SimRequest,
  tokens: AccessTokens,
  knobs: Knobs,
  baseUrl: string,
): Promise<SimReply> {
  if (request.method !== 'POST') return oauthError('invalid_request');
  const parameters = await readParameters(request);
  switch (request.path) {
    case '/oauth/v2/token':
      return refresh(parameters, tokens, knobs, baseUrl);
    case '/oauth/v2/token/revoke':
      return revoke(parameters, tokens);
    default:
      return oauthError('invalid_request');
  }
}

function refresh(
  parameters: URLSearchParams,
  tokens: AccessTokens,
  knobs: Knobs,
  baseUrl: string,
): SimReply {
  if (parameters.get('grant_type') !== 'refresh_token') return oauthError('unsupported_grant_type');
  if (parameters.get('client_id') !== knobs.clientId) return oauthError('invalid_client');
  if (parameters.get('client_secret') !== knobs.clientSecret) {
    return oauthError('invalid_client_secret');
  }
  const refreshToken = parameters.get('refresh_token') ?? '';
  if (!tokens.refreshTokenWorks(refreshToken)) return oauthError('invalid_code');
  if (!tokens.admit()) return accessDenied(knobs.tokenThrottleStatus);
  const token = tokens.issue(
    `1000.${randomBytes(16).toString('hex')}.${randomBytes(16).toString('hex')}`,
    refreshToken,
  );
  return jsonReply(200, {
    access_token: token.value,
    scope: token.scopes.join(' '),
    api_domain: baseUrl,
    token_type: 'Bearer',
    expires_in: knobs.accessTokenTtlSeconds,
  });
}

function revoke(parameters: URLSearchParams, tokens: AccessTokens): SimReply {
  const token = parameters.get('token') ?? '';
  if (tokens.refreshTokenWorks(token)) {
    tokens.revokeRefreshToken(token);
    return jsonReply(200, { status: 'success' });
  }
  return tokens.revoke(token)
    ? jsonReply(200, { status: 'success' })
    : jsonReply(400, { error: 'invalid_token' });
}

/** Parameters come in the query, urlencoded, or as multipart (Zoho's SDK sends that). */
async function readParameters(request: SimRequest): Promise<URLSearchParams> {
  const parameters = new URLSearchParams(request.query);
  const contentType = request.headers['content-type'] ?? '';
  if (contentType.startsWith('multipart/form-data')) {
    for (const [name, value] of await readMultipart(request.body, contentType)) {
      parameters.set(name, value);
    }
    return parameters;
  }
  for (const [name, value] of new URLSearchParams(request.body.toString('utf8'))) {
    parameters.set(name, value);
  }
  return parameters;
}

async function readMultipart(body: Buffer, contentType: string): Promise<[string, string][]> {
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': contentType },
    }).formData();
    return [...form].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] satisfies [string, string]] : [],
    );
  } catch {
    // A body that is no multipart carries no parameters; the missing ones decide the answer.
    return [];
  }
}

function oauthError(error: string): SimReply {
  return jsonReply(200, { error });
}

function accessDenied(status: number): SimReply {
  return jsonReply(status, {
    error_description:
      'You have made too many requests continuously. Please try again after some time.',
    error: 'Access Denied',
    status: 'failure',
  });
}
