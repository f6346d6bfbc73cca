import { createHash, timingSafeEqual } from 'node:crypto';
import type { SourceSecrets, Verification, WebhookRequest } from '../provider.ts';
import { member, parseJson } from '../reading/json.ts';
import { readingsOfToken } from './address-token.ts';
import type { Authentication } from './authentication.ts';
import { headerOf, singleHeader } from './signature-header.ts';
import { secretsAt } from './source-secrets.ts';
import { refused, verifyHmac } from './verify-hmac.ts';
import { verifyJws } from './verify-jws.ts';

/**
 * Decides whether a request comes from its source. Never throws for anything that a sender can send.
 *
 * The previous secret is accepted until its time is over. Then it is told apart from a wrong one: somebody at the
 * sender has to put the new one in its place.
 *
 * @param secrets given whenever `needsSecret(authentication)`
 * @param nowMs the clock, epoch milliseconds, for senders that sign a timestamp
 * @throws {SecretUnavailableError} a secret does not have the form that this sender's secrets have
 */
export function verify(
  request: WebhookRequest,
  authentication: Authentication,
  secrets: SourceSecrets | undefined,
  nowMs: number,
): Verification {
  if (authentication.kind === 'origin') return verifyOrigin(request, authentication.allowed);
  // A programmer's error: whoever calls asks `needsSecret` first.
  if (secrets === undefined) throw new Error('A source was verified without its secrets');
  const active = secretsAt(secrets, nowMs);
  const verification = verifyWith(request, authentication, active, nowMs);
  if (active === secrets || verification.kind === 'verified') return verification;
  const late = verifyWith(request, authentication, secrets, nowMs);
  return late.kind === 'verified' ? refused('secret_expired') : verification;
}

function verifyWith(
  request: WebhookRequest,
  authentication: Exclude<Authentication, { kind: 'origin' }>,
  secrets: SourceSecrets,
  nowMs: number,
): Verification {
  switch (authentication.kind) {
    case 'hmac':
      return verifyVariants(request, authentication, secrets, nowMs);
    case 'jws':
      return verifyJws(request, authentication, secrets, nowMs);
    case 'shared_secret':
      return request.token === undefined
        ? verifyShared(singleHeader(request, authentication.header), secrets)
        : verifyToken(request.token, secrets);
    case 'url_token':
      return request.token === undefined ? refused('missing') : verifyToken(request.token, secrets);
    case 'body_member': {
      const parsed = parseJson(request.body);
      const key =
        parsed.kind === 'parsed' ? member(parsed.value, authentication.member) : undefined;
      return verifyShared(typeof key === 'string' ? key : refused('missing'), secrets);
    }
  }
}

/** Whether requests can be verified only with a secret. */
export function needsSecret(authentication: Authentication): boolean {
  return authentication.kind !== 'origin';
}

/** The variant that matches; of refusals, the one that came nearest. */
function verifyVariants(
  request: WebhookRequest,
  { variants, isUnconfirmed = false }: Extract<Authentication, { kind: 'hmac' }>,
  secrets: SourceSecrets,
  nowMs: number,
): Verification {
  let refusal = refused('missing');
  for (const [variant, scheme] of Object.entries(variants)) {
    const { absentHeader } = scheme;
    if (absentHeader !== undefined && headerOf(request, absentHeader) !== undefined) continue;
    const verification = verifyHmac(request, scheme, secrets, nowMs);
    if (verification.kind === 'verified') {
      return isUnconfirmed ? { ...verification, variant } : verification;
    }
    // What was computed and did not match says more than a form that does not fit this variant.
    if (refusal.reason !== 'mismatch') refusal = verification;
  }
  return refusal;
}

function verifyToken(token: string, secrets: SourceSecrets): Verification {
  for (const text of readingsOfToken(token)) {
    const verification = verifyShared(text, secrets);
    if (verification.kind === 'verified') return verification;
  }
  return refused('mismatch');
}

function verifyShared(
  presented: string | Extract<Verification, { kind: 'refused' }>,
  secrets: SourceSecrets,
): Verification {
  if (typeof presented !== 'string') return presented;
  for (const secretUsed of ['current', 'previous'] as const) {
    const secret = secrets[secretUsed];
    if (secret !== undefined && isSameSecret(presented, secret)) {
      return { kind: 'verified', secretUsed };
    }
  }
  return refused('mismatch');
}

/**
 * Whether a text is the secret. Over digests, so that neither content nor length of the secret shows in
 * the time it takes.
 */
export function isSameSecret(presented: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(presented), digest(secret));
}

function verifyOrigin(request: WebhookRequest, allowed: readonly string[]): Verification {
  const origin = headerOf(request, 'origin');
  return origin === undefined || allowed.includes(origin)
    ? { kind: 'verified', secretUsed: 'none' }
    : refused('origin');
}
