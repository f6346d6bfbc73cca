/**
 * Idempotency keys: the name under which one submission is accepted, whatever its deliveries.
 *
 * ```
 * source | event type | source event id                  the sender names its submissions
 * source | event type | submission id | h1:<HMAC>        a page used one id for two submissions
 * source | event type | h1:<HMAC of content> | <tick>    it does not: the content is the name
 * source | unreadable | h1:<HMAC of the bytes>           the body could not be read
 * ```
 *
 * Parts are percent-encoded, so neither `|` nor the `:` of a marker can come from a sender.
 */
import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Answer } from './lead-event.ts';

/** Event type of bodies that could not be read. */
export const UNREADABLE_EVENT_TYPE = 'unreadable';

/** How long two submissions of equal content count as one: at least one tick, less than two. */
export const TICK_MS = 30 * 60 * 1_000;

/**
 * Keys stand in table keys, whose sort part may have 1,024 bytes (Amazon DynamoDB, Constraints, read
 * 2026-11-22). Longer parts are named by their hash.
 */
const PART_BYTES_MAX = 400;

/** The key of a submission that its sender names. */
export function eventKey(source: string, eventType: string, sourceEventId: string): string {
  return [source, eventType, sourceEventId].map(keyPart).join('|');
}

/**
 * The key of a submission that a page sent under an id that it had used for another: the id, and the
 * content.
 */
export function pageKey(
  source: string,
  eventType: string,
  submissionId: string,
  content: SubmissionContent,
  pepper: string,
): string {
  const digest = contentDigest(content, pepper).slice(0, 16);
  return `${eventKey(source, eventType, submissionId)}|h1:${digest}`;
}

/** What tells a submission without an id from another one. */
export interface SubmissionContent {
  readonly formId: string | undefined;
  readonly email: string | undefined;
  readonly phone: string | undefined;
  readonly externalId: string | undefined;
  readonly answers: readonly Answer[];
}

/**
 * The keys of a submission that its sender does not name: now, and one tick ago. An event that is
 * stored under the previous key is this one.
 *
 * Two honest submissions of equal content within half an hour count as one.
 *
 * @param pepper keeps the content from being guessed from its key
 */
export function contentKeys(
  source: string,
  eventType: string,
  content: SubmissionContent,
  pepper: string,
  receivedAtMs: number,
): { readonly current: string; readonly previous: string } {
  const base = `${keyPart(source)}|${keyPart(eventType)}|h1:${contentDigest(content, pepper)}`;
  const tick = Math.floor(receivedAtMs / TICK_MS);
  return { current: `${base}|${tick}`, previous: `${base}|${tick - 1}` };
}

function contentDigest(content: SubmissionContent, pepper: string): string {
  const { answers, ...identity } = content;
  const lasting = answers
    // At any depth, as in the fingerprint of the content: a dotted key is a path.
    .filter((answer) => !answer.key.split('.').some(isVolatile))
    .map(({ key, value }) => [key, value] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
  return createHmac('sha256', pepper)
    .update(`content\0${canonicalJson({ ...identity, answers: lasting })}`)
    .digest('hex');
}

/** The key of a body that could not be read: the same bytes are the same event, at any time. */
export function unreadableKey(source: string, body: Uint8Array, pepper: string): string {
  const digest = createHmac('sha256', pepper).update('unreadable\0').update(body).digest('hex');
  return `${keyPart(source)}|${UNREADABLE_EVENT_TYPE}|h1:${digest}`;
}

// Only what software adds. An answer called "date" or "time" is more often a wish of the person than
// the clock of a plug-in; taking it for the latter would lose the second of two wishes.
const VOLATILE_NAMES = new Set([
  'token',
  'nonce',
  'wpnonce',
  'csrf',
  'csrftoken',
  'authenticitytoken',
  'formtoken',
  'ip',
  'ipaddress',
  'remoteip',
  'useragent',
  'renderedat',
  'timestamp',
  'sentat',
  'attempt',
  'attemptnumber',
  'deliveryid',
  'requestid',
  'cfturnstileresponse',
  'grecaptcharesponse',
  'hcaptcharesponse',
]);

/**
 * Whether a field changes from one delivery of a submission to the next: tokens, captcha answers, the
 * network address, technical clocks.
 *
 * @param name the sender's own name of the field, in any spelling
 */
export function isVolatile(name: string): boolean {
  if (name.length > 60) return false;
  return VOLATILE_NAMES.has(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
}

/**
 * What ids, URNs and URLs are made of. Anything else, an e-mail address for one, is named by its hash: keys
 * stand in logs and messages.
 */
const MAY_BE_AN_ID = /^[A-Za-z0-9._:/|=~%-]+$/;

function keyPart(part: string): string {
  if (part === '') throw new Error('A part of an idempotency key is empty');
  if (MAY_BE_AN_ID.test(part)) {
    const encoded = encodeURIComponent(part);
    if (encoded.length <= PART_BYTES_MAX) return encoded;
  }
  // UTF-16 keeps lone surrogates apart, which UTF-8 cannot express.
  return `h0:${createHash('sha256').update(part, 'utf16le').digest('hex')}`;
}
