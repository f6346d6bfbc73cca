import { createHmac, timingSafeEqual } from 'node:crypto';
import { SecretUnavailableError } from '../../core/errors.ts';
import type { SourceSecrets, Verification, WebhookRequest } from '../provider.ts';
import { asciiJson } from './ascii-json.ts';
import type { HmacScheme } from './authentication.ts';
import { decodeBase64 } from './base64.ts';
import { readSignatureHeader, type SignedHeader, singleHeader } from './signature-header.ts';

type Refusal = Extract<Verification, { kind: 'refused' }>;

const DIGEST_BYTES = { sha256: 32, sha512: 64 } as const;

/** Signatures that are looked at; senders add one for each secret that is being replaced. */
const SIGNATURES_MAX = 16;

/**
 * Verifies a request over the bytes on the wire.
 *
 * - The received signature is checked by its exact form before it is decoded: decoders skip what they do
 *   not know. Equal signatures are found in constant time.
 * - A timestamp must be 10 or 13 digits, and neither older nor newer than the tolerance. It is signed as
 *   it was sent.
 * - A header that came twice is refused, since a gateway and a sender may not agree on which one counts.
 * - Both active secrets are tried, the current one first.
 *
 * @throws {SecretUnavailableError} a secret does not have the form that the scheme names
 */
export function verifyHmac(
  request: WebhookRequest,
  scheme: HmacScheme,
  secrets: SourceSecrets,
  nowMs: number,
): Verification {
  const header = readSignatureHeader(request, scheme);
  if (!('signatures' in header)) return header;
  const received = header.signatures
    .slice(0, SIGNATURES_MAX)
    .flatMap((text) => decodeSignature(text, scheme) ?? []);
  if (received.length === 0) return refused('malformed');

  const timestamp = readTimestamp(request, header, scheme.timestamp, nowMs);
  if (typeof timestamp !== 'string') return timestamp;

  const signed = signedBytes(request, scheme.template, timestamp);
  if (!Array.isArray(signed)) return signed;

  for (const secretUsed of ['current', 'previous'] as const) {
    const secret = secrets[secretUsed];
    if (secret === undefined) continue;
    const hmac = createHmac(scheme.algorithm, decodeKey(secret, scheme));
    for (const part of signed) hmac.update(part);
    const expected = hmac.digest();
    if (received.some((signature) => timingSafeEqual(signature, expected))) {
      return { kind: 'verified', secretUsed };
    }
  }
  return refused('mismatch');
}

/** A refusal, for the reason given. */
export function refused(reason: Refusal['reason']): Refusal {
  return { kind: 'refused', reason };
}

function decodeSignature(text: string, scheme: HmacScheme): Buffer | undefined {
  const size = DIGEST_BYTES[scheme.algorithm];
  if (scheme.encoding === 'hex') {
    return text.length === size * 2 && /^[0-9a-f]+$/i.test(text)
      ? Buffer.from(text, 'hex')
      : undefined;
  }
  const bytes = decodeBase64(text);
  return bytes?.length === size ? bytes : undefined;
}

function readTimestamp(
  request: WebhookRequest,
  signedHeader: SignedHeader,
  timestamp: HmacScheme['timestamp'],
  nowMs: number,
): string | Refusal {
  if (timestamp === 'none') return '';
  const text =
    'header' in timestamp
      ? singleHeader(request, timestamp.header)
      : (signedHeader.members.get(timestamp.member) ?? refused('missing'));
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
    else if (token === '{body_ascii}') parts.push(asciiJson(request.body));
    else if (token === '{timestamp}') parts.push(timestamp);
    else if (token === '{method}') parts.push(request.method);
    else if (header === undefined) parts.push(token);
    else {
      const value = singleHeader(request, header);
      if (typeof value !== 'string') return value;
      parts.push(value);
    }
  }
  return parts;
}

function decodeKey(secret: string, scheme: HmacScheme): Buffer {
  const { keyPrefix = '', keyEncoding, keyBytes } = scheme;
  const key = secret.startsWith(keyPrefix)
    ? decodeText(secret.slice(keyPrefix.length), keyEncoding)
    : undefined;
  const isLongEnough =
    keyBytes === undefined ||
    (key !== undefined && key.length >= keyBytes.min && key.length <= keyBytes.max);
  if (key !== undefined && isLongEnough) return key;
  const size = keyBytes === undefined ? '' : ` of ${keyBytes.min} to ${keyBytes.max} bytes`;
  throw new SecretUnavailableError(
    keyPrefix === ''
      ? `A signing secret is not ${keyEncoding}${size}, as its source requires`
      : `A signing secret must be ${keyPrefix} and ${keyEncoding}${size}`,
  );
}

function decodeText(text: string, encoding: HmacScheme['keyEncoding']): Buffer | undefined {
  switch (encoding) {
    case 'utf8':
      return Buffer.from(text, 'utf8');
    case 'hex':
      return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
    case 'base64':
      return decodeBase64(text);
  }
}
