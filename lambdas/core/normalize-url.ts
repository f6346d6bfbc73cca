import { ATTRIBUTION_NAMES } from './lead-event.ts';
import { cleanLine, cutText } from './normalize-text.ts';

type AttributionName = (typeof ATTRIBUTION_NAMES)[number];

/** Longer than addresses that browsers show; parsing a host name may take the square of its length. */
const URL_LENGTH_MAX = 2_000;

/**
 * Strips a page address to what is safe to keep: no query, no fragment, no user or password. They may
 * hold tokens and e-mail addresses.
 *
 * @returns `undefined` when nothing is left
 */
export function stripUrl(raw: string): string | undefined {
  const text = cleanLine(raw);
  if (text === undefined) return undefined;
  const bare = cutText(text.replace(/[?#].*$/, ''), URL_LENGTH_MAX);
  const url = URL.parse(bare);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return cleanLine(bare.replace(/\/\/[^/]*@/, '//'));
  }
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Reads campaign names and click ids from the query of a page address, the first of each. */
export function attributionOf(raw: string): Readonly<Partial<Record<AttributionName, string>>> {
  const query = /\?([^#]*)/.exec(raw)?.[1];
  if (query === undefined) return {};

  const found: Partial<Record<AttributionName, string>> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const name = ATTRIBUTION_NAMES.find((known) => known === key.toLowerCase());
    const text = cleanLine(value);
    if (name !== undefined && text !== undefined) found[name] ??= text;
  }
  return found;
}
