import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { ZohoCredentials } from './credentials.ts';

/**
 * Seals the shared access token under keys derived from the credentials.
 *
 * Whoever reads the table alone reads no token, and a token sealed under credentials that have since
 * been replaced can't be opened: a rotated secret never meets an old token.
 *
 * ```
 * sealed = base64url( iv (12 bytes) | tag (16 bytes) | AES-256-GCM ciphertext )
 * ```
 */
export interface TokenSeal {
  seal(token: string): string;
  /** The token, or undefined when it was sealed under other credentials or is damaged. */
  open(sealed: string): string | undefined;
  /** Tells tokens apart without showing them: HMAC-SHA256, in hex. */
  fingerprint(token: string): string;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const GCM = { authTagLength: TAG_BYTES };
const CONTEXT = 'holdfast zoho access token v1';

/** Derives the keys (HKDF-SHA256 over client secret and refresh token) and builds the seal. */
export function createTokenSeal(credentials: ZohoCredentials): TokenSeal {
  // JSON keeps the two parts apart: no other pair of values gives the same text.
  const material = JSON.stringify([credentials.clientSecret, credentials.refreshToken]);
  const sealKey = derive(material, `${CONTEXT}: seal`);
  const fingerprintKey = derive(material, `${CONTEXT}: fingerprint`);

  return {
    seal: (token) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, sealKey, iv, GCM).setAAD(Buffer.from(CONTEXT));
      const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open: (sealed) => open(sealed, sealKey),
    fingerprint: (token) => createHmac('sha256', fingerprintKey).update(token).digest('hex'),
  };
}

/** Compares two fingerprints in constant time. */
export function sameFingerprint(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function derive(material: string, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', material, '', info, KEY_BYTES));
}

function open(sealed: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), GCM)
      .setAAD(Buffer.from(CONTEXT))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const token = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
    return Buffer.concat(token).toString('utf8');
  } catch {
    return undefined;
  }
}
