import * as z from 'zod/mini';
import { signatureSchema, sourceSettings } from '../core/source-settings.ts';
import type { Provider } from './provider.ts';
import { genericPaths, readGeneric } from './reading/generic-sender.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';

/** Settings of a `generic_hmac` source. */
export const genericHmacSettings = sourceSettings('generic_hmac', {
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
  read: (request, source) => {
    const parsed = parseJson(request.body);
    return parsed.kind === 'unreadable' ? parsed : readGeneric(parsed.value, source);
  },
} satisfies Provider<z.output<typeof genericHmacSettings>>;
