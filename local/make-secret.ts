import { randomBytes } from 'node:crypto';
import type { Authentication } from '../lambdas/providers/verification/authentication.ts';

const SECRET_BYTES = 32;

/**
 * A new secret of a source, in the form in which the sender would show it, and readable in the scheme's own key
 * encoding. It can stand in a header and in a URL.
 */
export function makeSecret(authentication: Authentication): string {
  const [scheme] = authentication.kind === 'hmac' ? Object.values(authentication.variants) : [];
  const { keyPrefix = '', keyEncoding = 'utf8' } = scheme ?? {};
  const encoding = keyEncoding === 'utf8' ? 'base64url' : keyEncoding;
  return `${keyPrefix}${randomBytes(SECRET_BYTES).toString(encoding)}`;
}

/** A new token for whoever must only name it, as `makeSecret` makes secrets. */
export function makeToken(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
