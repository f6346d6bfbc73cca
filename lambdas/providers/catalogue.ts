import * as z from 'zod/mini';
import type { ProviderGuide } from './guide.ts';
import { calendly, calendlyGuide, calendlySettings } from './calendly.ts';
import { fillout, filloutGuide, filloutSettings } from './fillout.ts';
import { formspree, formspreeGuide, formspreeSettings } from './formspree.ts';
import { framer, framerGuide, framerSettings } from './framer.ts';
import { genericHmac, genericHmacSettings } from './generic-hmac.ts';
import { googleAds, googleAdsGuide, googleAdsSettings } from './google-ads.ts';
import { netlify, netlifyGuide, netlifySettings } from './netlify.ts';
import { standardWebhooks, standardWebhooksSettings } from './standard-webhooks.ts';
import { tally, tallyGuide, tallySettings } from './tally.ts';
import { tiktok, tiktokGuide, tiktokSettings } from './tiktok.ts';
import { typeform, typeformGuide, typeformSettings } from './typeform.ts';
import { webflow, webflowGuide, webflowSettings } from './webflow.ts';
import { websiteForm, websiteFormSettings } from './website-form.ts';

/**
 * One configured sender: the settings of every provider. Apart from the providers themselves, so that a
 * function that only reads the configuration holds no provider's code.
 */
export const sourceSchema = z.discriminatedUnion('provider', [
  calendlySettings,
  filloutSettings,
  formspreeSettings,
  framerSettings,
  genericHmacSettings,
  googleAdsSettings,
  netlifySettings,
  standardWebhooksSettings,
  tallySettings,
  tiktokSettings,
  typeformSettings,
  webflowSettings,
  websiteFormSettings,
]);

/** One configured sender, with every setting filled in. */
export type SourceConfig = z.output<typeof sourceSchema>;

/** The name of a provider in the configuration. */
export type ProviderName = SourceConfig['provider'];

/** Every provider, by its name in the configuration. */
export const PROVIDERS = {
  calendly,
  fillout,
  formspree,
  framer,
  generic_hmac: genericHmac,
  google_ads: googleAds,
  netlify,
  standard_webhooks: standardWebhooks,
  tally,
  tiktok,
  typeform,
  webflow,
  website_form: websiteForm,
} as const satisfies Record<ProviderName, object>;

/** How to connect each sender, by its name in the configuration. */
export const GUIDES: Readonly<Partial<Record<ProviderName, ProviderGuide>>> = {
  calendly: calendlyGuide,
  fillout: filloutGuide,
  formspree: formspreeGuide,
  framer: framerGuide,
  google_ads: googleAdsGuide,
  netlify: netlifyGuide,
  tally: tallyGuide,
  tiktok: tiktokGuide,
  typeform: typeformGuide,
  webflow: webflowGuide,
};
