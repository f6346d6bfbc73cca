import type * as z from 'zod/mini';
import { sourceSettings } from '../core/source-settings.ts';
import { KEY_MEMBER, readGoogleAdsLead } from './bodies/google-ads-lead.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider } from './provider.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';
import { withoutMember } from './reading/without-member.ts';

/** Settings of a `google_ads` source. */
export const googleAdsSettings = sourceSettings('google_ads');

/**
 * Google Ads lead forms: one lead a request. Nothing is signed; a key that the advertiser chose lies in the
 * body, and is removed from it before anything is stored or hashed.
 *
 * @see Google Ads, Webhook for lead forms, implementation, read 2026-11-22
 */
export const googleAds = {
  authentication: () => ({ kind: 'body_member', member: KEY_MEMBER }),
  accepts: mayBeJson,
  redact: (body) => withoutMember(body, KEY_MEMBER),
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readGoogleAdsLead(body, source)),
  // Google documents no more than "JSON"; implementers answer an empty object.
  answers: { acceptedBody: '{}' },
} satisfies Provider<z.output<typeof googleAdsSettings>>;

/** How to connect Google Ads lead forms. */
export const googleAdsGuide: ProviderGuide = {
  title: 'Google Ads lead forms',
  secret: 'ours',
  steps: [
    'Open the lead form asset, then "Export leads from Google Ads", then "Other data integration options".',
    'Webhook URL: {url}',
    'Key: {secret}',
    'Choose "Send test data": the test lead is stored, and kept from the CRM.',
  ],
  signs:
    'nothing; the key stands in the body as `google_key`, and is removed before anything is stored',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: ['whether and when it repeats a request, and for how long it waits for an answer'],
  sources: ['Google Ads, Webhook for lead forms, implementation, read 2026-11-22'],
};
