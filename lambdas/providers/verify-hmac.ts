import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureScheme } from '../core/source-settings.ts';
import { SecretUnavailableError } from '../core/errors.ts';
import type { SourceSecrets, Verification, WebhookRequest } from './provider.ts';

type Refusal = Extract<Verification, { kind: 'refused' }>;

const DIGEST_BYTES = { sha256: 32, sha512: 64 } as const;

/**
 * Verifies a request whose signature stands alone in one header, over the bytes on the wire.
 *
 * - The received signature is checked by its exact form before it is decoded: decoders skip what they do
 *   not know. Equal signatures are found in constant time.
 * - A timestamp must be 10 or 13 digits, and neither older nor newer than the tolerance. It is signed as
 *   its header has it.
 * - A comma in the signature's or timestamp's header means that the header came twice: refused, since a
 *   gateway and a sender may not agree on which one counts.
 * - Both active secrets are tried, the current one first.
 *
 * @throws {SecretUnavailableError} a secret does not have the form that `scheme.keyEncoding` names
 */
export function verifyHmac(
  request: WebhookRequest,
  scheme: SignatureScheme,
  secrets: SourceSecrets,
  nowMs: number,
): Verification {
  const header = singleHeader(request, scheme.header);
  if (typeof header !== 'string') return header;
  if (!header.startsWith(scheme.prefix)) return refused('malformed');
  return verifySignatures(request, scheme, [header.slice(scheme.prefix.length)], secrets, nowMs);
}

/**
 * Verifies a request that carries several signatures, of which one must match. Otherwise as
 * `verifyHmac`.
 *
 * @param signatures as received, without their prefix
 */
export function verifySignatures(
  request: WebhookRequest,
  scheme: SignatureScheme,
  signatures: readonly string[],
  secrets: SourceSecrets,
  nowMs: number,
): Verification {
  const received = signatures.flatMap((text) => decodeSignature(text, scheme) ?? []);
  if (received.length === 0) return refused('malformed');

  const timestamp = readTimestamp(request, scheme.timestamp, nowMs);
  if (typeof timestamp !== 'string') return timestamp;

  const signed = signedBytes(request, scheme.template, timestamp);
  if (!Array.isArray(signed)) return signed;

  for (const secretUsed of ['current', 'previous'] as const) {
    const secret = secrets[secretUsed];
    if (secret === undefined) continue;
    const hmac = createHmac(scheme.algorithm, decodeKey(secret, scheme.keyEncoding));
    for (const part of signed) hmac.update(part);
    const expected = hmac.digest();
    if (received.some((signature) => timingSafeEqual(signature, expected))) {
      return { kind: 'verified', secretUsed };
    }
  }
  return refused('mismatch');
}

/** A header that must come once: its value, or why not. */
function singleHeader(request: WebhookRequest, name: string): string | Refusal {
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
  if (value === undefined || value === '') return refused('missing');
  return value.includes(',') ? refused('duplicate_header') : value;
}

/** A refusal, for the reason given. */
export function refused(reason: Refusal['reason']): Refusal {
  return { kind: 'refused', reason };
}

function decodeSignature(text: string, scheme: SignatureScheme): Buffer | undefined {
  const size = DIGEST_BYTES[scheme.algorithm];
  if (scheme.encoding === 'hex') {
    return text.length === size * 2 && /^[0-9a-f]+$/i.test(text)
      ? Buffer.from(text, 'hex')
      : undefined;
  }
  const bytes = decodeBase64(text);
  return bytes?.length === size ? bytes : undefined;
}

/** Strict base64, padded: two texts never decode to the same bytes. */
export function decodeBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function readTimestamp(
  request: WebhookRequest,
  timestamp: SignatureScheme['timestamp'],
  nowMs: number,
): string | Refusal {
  if (timestamp === 'none') return '';
  const text = singleHeader(request, timestamp.header);
  if (typeof text !== 'string') return text;

  const isSeconds = timestamp.unit === 'seconds';
  if (!(isSeconds ? /^\d{10}$/ : /^\d{13}$/).test(text)) return refused('malformed');
  // In the sender's own unit, so that a whole second's tolerance means whole seconds.
  const now = isSeconds ? Math.floor(nowMs / 1_000) : nowMs;
  const toleranceInUnit = timestamp.toleranceSeconds * (isSeconds ? 1 : 1_000);
  return Math.abs(now - Number(text)) > toleranceInUnit ? refused('stale') : text;
}

function signedBytes(
  request: WebhookRequest,
  template: string,
  timestamp: string,
): (Uint8Array | string)[] | Refusal {
  const parts: (Uint8Array | string)[] = [];
  for (const token of template.split(/(\{[^}]+\})/)) {
    const header = /^\{header:(.+)\}$/.exec(token)?.[1];
    if (token === '{body}') parts.push(request.body);
    else if (token === '{timestamp}') parts.push(timestamp);
    else if (header === undefined) parts.push(token);
    else {
      const value = singleHeader(request, header);
      if (typeof value !== 'string') return value;
      parts.push(value);
    }
  }
  return parts;
}

function decodeKey(secret: string, encoding: SignatureScheme['keyEncoding']): Buffer {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(secret, 'utf8');
    case 'hex':
      if (/^(?:[0-9a-f]{2})+$/i.test(secret)) return Buffer.from(secret, 'hex');
      break;
    case 'base64': {
      const key = decodeBase64(secret);
      if (key !== undefined) return key;
      break;
    }
  }
  throw new SecretUnavailableError(`A signing secret is not ${encoding}, as its source requires`);
}
