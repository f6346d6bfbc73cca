import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { SourceSecrets, Verification, WebhookRequest } from '../provider.ts';
import { type Json, member, parseJson } from '../reading/json.ts';
import type { Authentication } from './authentication.ts';
import { singleHeader } from './signature-header.ts';
import { refused } from './verify-hmac.ts';

type JwsAuthentication = Extract<Authentication, { kind: 'jws' }>;

/**
 * Verifies a request by a compact JWS in a header. The algorithm is HS256, whatever the token says of it:
 * a token that names another one, `none` among them, is refused. The claims must name the issuer and the
 * SHA-256 of the body, since the JWS does not cover the body otherwise. Where they say from when and until
 * when they count, that is held to, by the second.
 *
 * @see RFC 7515, section 7.1; RFC 7519, sections 4.1.4 and 4.1.5; RFC 8725, section 3.1 (algorithm
 *   verification), read 2026-11-22
 */
export function verifyJws(
  request: WebhookRequest,
  { header, issuer, bodyHashClaim }: JwsAuthentication,
  secrets: SourceSecrets,
  nowMs: number,
): Verification {
  const token = singleHeader(request, header);
  if (typeof token !== 'string') return token;
  const [head = '', claims = '', signature = '', ...more] = token.split('.');
  const received = decodeBase64Url(signature);
  const protectedHeader = decodeJson(head);
  const payload = decodeJson(claims);
  if (more.length > 0 || received?.length !== 32) return refused('malformed');
  if (protectedHeader === undefined || payload === undefined) return refused('malformed');
  if (member(protectedHeader, 'alg') !== 'HS256') return refused('malformed');
  // A critical extension that is not understood must not be ignored (RFC 7515, section 4.1.11).
  if (member(protectedHeader, 'crit') !== undefined) return refused('malformed');

  for (const secretUsed of ['current', 'previous'] as const) {
    const secret = secrets[secretUsed];
    if (secret === undefined) continue;
    const expected = createHmac('sha256', secret).update(`${head}.${claims}`).digest();
    if (!timingSafeEqual(received, expected)) continue;
    if (member(payload, 'iss') !== issuer) return refused('mismatch');
    if (!isHashOf(member(payload, bodyHashClaim), request)) return refused('mismatch');
    return isInTime(payload, nowMs) ? { kind: 'verified', secretUsed } : refused('stale');
  }
  return refused('mismatch');
}

function isHashOf(claim: Json | undefined, request: WebhookRequest): boolean {
  if (typeof claim !== 'string' || !/^[0-9a-f]{64}$/i.test(claim)) return false;
  const hash = createHash('sha256').update(request.body).digest();
  return timingSafeEqual(Buffer.from(claim, 'hex'), hash);
}

/** A time that is no number is none that can be held to, so that nothing is in time for it. */
function isInTime(payload: Json, nowMs: number): boolean {
  const [until = Infinity, from = -Infinity] = [member(payload, 'exp'), member(payload, 'nbf')];
  const nowSeconds = Math.floor(nowMs / 1_000);
  return (
    typeof until === 'number' &&
    typeof from === 'number' &&
    nowSeconds < until &&
    nowSeconds >= from
  );
}

function decodeJson(part: string): Json | undefined {
  const bytes = decodeBase64Url(part);
  const parsed = bytes === undefined ? undefined : parseJson(bytes);
  return parsed?.kind === 'parsed' ? parsed.value : undefined;
}

/** Strict base64url without padding: two texts never decode to the same bytes. */
function decodeBase64Url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
