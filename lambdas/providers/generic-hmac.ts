import * as z from 'zod/mini';
import { signatureSchema, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { genericPaths, readGeneric } from './reading/generic-sender.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';

/** Settings of a `generic_hmac` source. */
export const genericHmacSettings = sourceSettings('generic_hmac', {
  /**
   * How it signs: `header`, `prefix` or `member` (of a list), `algorithm`, `encoding`, `keyEncoding`, `template`, and
   * `timestamp` with its header or member, unit and tolerance, or `none`.
   */
  signature: signatureSchema.check(
    z.refine(
      (signature) => signature.timestamp === 'none' || signature.template.includes('{timestamp}'),
      {
        path: ['template'],
        error: 'must contain {timestamp}, or signature.timestamp must be "none"',
      },
    ),
  ),
  ...genericPaths,
});

/**
 * Any sender of JSON that signs with an HMAC in a header, described by its configuration.
 *
 * A body that is a list holds several submissions; the configured paths then start at each of them.
 */
export const genericHmac = {
  authentication: (source) => ({ kind: 'hmac', variants: { only: source.signature } }),
  accepts: mayBeJson,
  read: (request, source) => ifParsed(parseJson(request.body), (body) => readGeneric(body, source)),
} satisfies Provider<z.output<typeof genericHmacSettings>>;

/** How to connect a sender of one's own that signs. */
export const genericHmacGuide: ProviderGuide = {
  title: 'Any sender that signs with an HMAC',
  secret: 'ours',
  steps: [
    'At the sender, add a webhook that posts JSON to {url}',
    'Set its signing secret to {secret}',
    'Describe the signature in the configuration, under `signature`: header, prefix, encoding, template, timestamp.',
    'Prefer a sender that signs a timestamp: a request that somebody recorded is then refused after five minutes.',
    'Say where the id, the time and the lead are: `idPath`, `occurredAtPath`, `dataPath`.',
  ],
  signs:
    'HMAC-SHA256 or -SHA512 of what `signature.template` says, in the header that `signature.header` names',
  retries: 'as the sender does',
  givesUp: 'as the sender does; a fault of ours is answered 503, never 404 or 410',
  unconfirmed: [],
  sources: [],
};
