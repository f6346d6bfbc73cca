import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/**
 * Fingerprint of what a submission says: equal for two deliveries of one submission, whatever the order
 * of their members.
 *
 * @returns SHA-256, 64 hex digits
 */
export function payloadHash(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/**
 * Fingerprint of a body that could not be read.
 *
 * @returns SHA-256, 64 hex digits
 */
export function bytesHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
