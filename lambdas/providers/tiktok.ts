import * as z from 'zod/mini';
import { jsonPath, sourceSettings, toleranceSeconds } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { genericPaths, readGeneric } from './reading/generic-sender.ts';
import { isArray, isObject, type Json, member, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';
import { parseJsonText } from './reading/read-form.ts';
import { signedBy } from './verification/authentication.ts';

/** Settings of a `tiktok` source. Of a path that leads nowhere nothing is read. */
export const tiktokSettings = sourceSettings('tiktok', {
  toleranceSeconds,
  ...genericPaths,
  typePath: z._default(jsonPath, 'event'),
  occurredAtPath: z._default(jsonPath, 'create_time'),
});

/**
 * TikTok, as far as it is documented: signature and envelope of its developer webhooks.
 *
 * What a lead push looks like and how it is signed could not be confirmed. So its body is read by paths that
 * are settings, and what turns out not to name a person is quarantined, not lost.
 *
 * @see TikTok for Developers, Webhooks overview and verification, read 2026-11-22
 */
export const tiktok = {
  authentication: (source) =>
    signedBy({
      header: 'tiktok-signature',
      member: 's',
      template: '{timestamp}.{body}',
      timestamp: { member: 't', unit: 'seconds', toleranceSeconds: source.toleranceSeconds },
    }),
  accepts: mayBeJson,
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readGeneric(openContent(body), source)),
} satisfies Provider<z.output<typeof tiktokSettings>>;

/** How to connect TikTok. */
export const tiktokGuide: ProviderGuide = {
  title: 'TikTok',
  secret: 'theirs',
  steps: [
    'Lead pushes are not confirmed: send a test lead first and look at what is quarantined.',
    'Open the app at developers.tiktok.com, then Webhooks. Callback URL: {url}',
    'The secret is the client secret of the app.',
    'Set `idPath` and `dataPath` of the source to where the test lead has its id and its answers.',
  ],
  signs:
    'HMAC-SHA256 of `<timestamp>.<body>`, hex, in `TikTok-Signature: t=<timestamp in seconds>,s=…`',
  retries: 'anything but 200, with growing pauses for up to 72 hours; duplicates are possible',
  givesUp: 'on the one event after 72 hours, which is then dropped',
  unconfirmed: [
    'that lead pushes of the Business API are signed in this way, or at all',
    'what the body of a lead push looks like, and which of its members names the lead',
    'how long a signature may be taken: the sender leaves that to the receiver',
  ],
  sources: ['TikTok for Developers, Webhooks overview and verification, read 2026-11-22'],
};

/** The documented envelope has its `content` as JSON in a text: paths and names lead into it, too. */
function openContent(body: Json): Json {
  if (isArray(body)) return body.map(openContent);
  const content = parseJsonText(member(body, 'content'));
  return isObject(body) && isObject(content) ? { ...body, content } : body;
}
