import type * as z from 'zod/mini';
import { sourceSettings, toleranceSeconds } from '../../lambdas/core/source-settings.ts';
import type { ProviderGuide } from '../../lambdas/providers/guide.ts';
import type { Provider } from '../../lambdas/providers/provider.ts';
import { flatFields } from '../../lambdas/providers/reading/flat-fields.ts';
import { idText, isObject, member, parseJson } from '../../lambdas/providers/reading/json.ts';
import { mayBeJson } from '../../lambdas/providers/reading/media-type.ts';
import { ifParsed, oneSubmission, unknownShape } from '../../lambdas/providers/reading/outcome.ts';
import { signedBy } from '../../lambdas/providers/verification/authentication.ts';

/** Settings of an `acme` source. */
export const acmeSettings = sourceSettings('acme', { toleranceSeconds });

/** Acme Forms, which does not exist: one submission a request. */
export const acme = {
  authentication: (source) =>
    signedBy({
      header: 'acme-signature',
      member: 'v1',
      template: '{timestamp}.{body}',
      timestamp: { member: 't', unit: 'seconds', toleranceSeconds: source.toleranceSeconds },
    }),
  accepts: mayBeJson,
  read: ({ body }, source) =>
    ifParsed(parseJson(body), (parsed) => {
      const entry = member(parsed, 'entry');
      const answers = member(entry, 'answers');
      if (!isObject(entry) || !isObject(answers)) {
        return unknownShape('it has no entry with answers');
      }
      return oneSubmission(
        {
          eventType: 'entry.created',
          sourceEventId: idText(member(entry, 'id')),
          deliveryId: idText(member(parsed, 'delivery_id')),
          occurredAt: idText(member(entry, 'created_at')),
          fields: flatFields(answers),
          facts: { form_id: idText(member(entry, 'form_id')) },
          content: entry,
        },
        source,
      );
    }),
} satisfies Provider<z.output<typeof acmeSettings>>;

/** How to connect Acme Forms. */
export const acmeGuide: ProviderGuide = {
  title: 'Acme Forms',
  secret: 'ours',
  steps: ['Open the form, then Webhooks. URL: {url}', 'Paste this into Signing secret: {secret}'],
  signs: 'HMAC-SHA256 of `<timestamp>.<body>`, hex, in `Acme-Signature: t=…,v1=…`',
  retries: 'anything but 2xx, five times within a day',
  givesUp: 'on the one submission after that day',
  unconfirmed: [],
  sources: ['Acme, Webhooks, read 2026-11-22'],
};
