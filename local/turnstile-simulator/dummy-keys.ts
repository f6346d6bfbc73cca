/**
 * Secrets with which Turnstile's own test keys answer, and the token that their widgets give to a page. They open
 * nothing.
 *
 * @see Cloudflare, Turnstile, Testing, read 2026-11-22
 */
export const DUMMY_SECRETS = {
  alwaysPasses: '1x0000000000000000000000000000000AA',
  alwaysFails: '2x0000000000000000000000000000000AA',
  alreadySpent: '3x0000000000000000000000000000000AA',
} as const;

/** What a page gets from a widget with a test key. */
export const DUMMY_TOKEN = 'XXXX.DUMMY.TOKEN.XXXX';
