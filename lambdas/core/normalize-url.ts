import { ATTRIBUTION_NAMES } from './lead-event.ts';
import { cleanLine, cutText } from './normalize-text.ts';

type AttributionName = (typeof ATTRIBUTION_NAMES)[number];

/** Longer than addresses that browsers show; parsing a host name may take the square of its length. */
const URL_LENGTH_MAX = 2_000;

/** Any site may call its own things a platform: only a form's own field counts for it. */
const QUERY_NAMES = ATTRIBUTION_NAMES.filter((name) => name !== 'platform');

/** What stands in a path in place of a secret or an e-mail address. */
const REMOVED = 'removed';

/** With letters and digits mixed, it is a token; words of titles and parts of UUIDs are shorter. */
const TOKEN = /[A-Za-z0-9]{20,}/g;

/**
 * Strips a page address to what is safe to keep: no query, no fragment, no user or password, and in its path
 * no e-mail address and no token. Stripping what was stripped changes nothing.
 *
 * @returns `undefined` when nothing is left
 */
export function stripUrl(raw: string): string | undefined {
  const text = cleanLine(raw);
  if (text === undefined) return undefined;
  const bare = cutText(text.replace(/[?#].*$/, ''), URL_LENGTH_MAX);
  const url = URL.parse(bare);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const stripped = cleanLine(bare.split('/').map(withoutUser).map(withoutToken).join('/'));
    // What is left may be an address now that could be read.
    return stripped === undefined || stripped === text ? stripped : stripUrl(stripped);
  }
  const path = url.pathname.split('/').map(withoutEmail).map(withoutToken).join('/');
  return cutText(`${url.protocol}//${url.host}${path}`, URL_LENGTH_MAX);
}

function withoutUser(segment: string): string {
  return segment.replace(/^.*(?:@|%40)/i, '');
}

/** `/@name` is how some sites call a page. */
function withoutEmail(segment: string): string {
  return /[^/](?:@|%40)/i.test(segment) ? REMOVED : segment;
}

function withoutToken(segment: string): string {
  return segment.replaceAll(TOKEN, (run) => (/\d/.test(run) && /[a-z]/i.test(run) ? REMOVED : run));
}

/** Reads campaign names and click ids from the query of a page address, the first of each. */
export function attributionOf(raw: string): Readonly<Partial<Record<AttributionName, string>>> {
  const query = /\?([^#]*)/.exec(raw)?.[1];
  if (query === undefined) return {};

  const found: Partial<Record<AttributionName, string>> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const name = QUERY_NAMES.find((known) => known === key.toLowerCase());
    const text = cleanLine(value);
    if (name !== undefined && text !== undefined) found[name] ??= text;
  }
  return found;
}
