import type { WebhookRequest } from '../provider.ts';

/** The request's media type in lower case without parameters; empty when it names none. */
export function mediaTypeOf(request: Pick<WebhookRequest, 'headers'>): string {
  const value = Object.hasOwn(request.headers, 'content-type')
    ? (request.headers['content-type'] ?? '')
    : '';
  return (value.split(/[;,]/)[0] ?? '').trim().toLowerCase();
}

/** What HTML forms send by default, and what curl calls anything that it posts. */
export const FORM_URLENCODED = 'application/x-www-form-urlencoded';

/** What HTML forms with files send, and some senders' webhooks. */
export const FORM_MULTIPART = 'multipart/form-data';

/**
 * Whether a body of this type may be JSON.
 *
 * Generous on purpose: senders leave the type out, browsers call a posted string `text/plain`, and curl
 * calls everything a form. What turns out not to be JSON is kept and quarantined; what is refused here
 * is lost.
 */
export function mayBeJson(mediaType: string): boolean {
  return (
    ['', 'text/plain', 'text/json', 'application/octet-stream', FORM_URLENCODED].includes(
      mediaType,
    ) || /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json$/.test(mediaType)
  );
}
