import * as z from 'zod/mini';
import { calendly, calendlyGuide, calendlySettings } from './calendly.ts';
import { contactForm7, contactForm7Guide, contactForm7Settings } from './contact-form-7.ts';
import { elementor, elementorGuide, elementorSettings } from './elementor.ts';
import { fillout, filloutGuide, filloutSettings } from './fillout.ts';
import { formspree, formspreeGuide, formspreeSettings } from './formspree.ts';
import { framer, framerGuide, framerSettings } from './framer.ts';
import { genericHmac, genericHmacGuide, genericHmacSettings } from './generic-hmac.ts';
import { googleAds, googleAdsGuide, googleAdsSettings } from './google-ads.ts';
import { gravityForms, gravityFormsGuide, gravityFormsSettings } from './gravity-forms.ts';
import type { ProviderGuide } from './guide.ts';
import { hubspot, hubspotGuide, hubspotSettings } from './hubspot.ts';
import { jotform, jotformGuide, jotformSettings } from './jotform.ts';
import { linkedin, linkedinGuide, linkedinSettings } from './linkedin.ts';
import { meta, metaGuide, metaSettings } from './meta.ts';
import { netlify, netlifyGuide, netlifySettings } from './netlify.ts';
import { sharedSecret, sharedSecretGuide, sharedSecretSettings } from './shared-secret.ts';
import {
  standardWebhooks,
  standardWebhooksGuide,
  standardWebhooksSettings,
} from './standard-webhooks.ts';
import { tally, tallyGuide, tallySettings } from './tally.ts';
import { tiktok, tiktokGuide, tiktokSettings } from './tiktok.ts';
import { typeform, typeformGuide, typeformSettings } from './typeform.ts';
import { unbounce, unbounceGuide, unbounceSettings } from './unbounce.ts';
import { urlToken, urlTokenGuide, urlTokenSettings } from './url-token.ts';
import { webflow, webflowGuide, webflowSettings } from './webflow.ts';
import { websiteForm, websiteFormGuide, websiteFormSettings } from './website-form.ts';
import { wpforms, wpformsGuide, wpformsSettings } from './wpforms.ts';

/**
 * One configured sender: the settings of every provider. Apart from the providers themselves, so that a
 * function that only reads the configuration holds no provider's code.
 */
export const sourceSchema = z.discriminatedUnion('provider', [
  calendlySettings,
  contactForm7Settings,
  elementorSettings,
  filloutSettings,
  formspreeSettings,
  framerSettings,
  genericHmacSettings,
  googleAdsSettings,
  gravityFormsSettings,
  hubspotSettings,
  jotformSettings,
  linkedinSettings,
  metaSettings,
  netlifySettings,
  sharedSecretSettings,
  standardWebhooksSettings,
  tallySettings,
  tiktokSettings,
  typeformSettings,
  unbounceSettings,
  urlTokenSettings,
  webflowSettings,
  websiteFormSettings,
  wpformsSettings,
]);

/** One configured sender, with every setting filled in. */
export type SourceConfig = z.output<typeof sourceSchema>;

/** The name of a provider in the configuration. */
export type ProviderName = SourceConfig['provider'];

/** Every provider, by its name in the configuration. */
export const PROVIDERS = {
  calendly,
  contact_form_7: contactForm7,
  elementor,
  fillout,
  formspree,
  framer,
  generic_hmac: genericHmac,
  google_ads: googleAds,
  gravity_forms: gravityForms,
  hubspot,
  jotform,
  linkedin,
  meta,
  netlify,
  shared_secret: sharedSecret,
  standard_webhooks: standardWebhooks,
  tally,
  tiktok,
  typeform,
  unbounce,
  url_token: urlToken,
  webflow,
  website_form: websiteForm,
  wpforms,
} as const satisfies Record<ProviderName, object>;

/** How to connect each sender, by its name in the configuration. */
export const GUIDES: Readonly<Record<ProviderName, ProviderGuide>> = {
  calendly: calendlyGuide,
  contact_form_7: contactForm7Guide,
  elementor: elementorGuide,
  fillout: filloutGuide,
  formspree: formspreeGuide,
  framer: framerGuide,
  generic_hmac: genericHmacGuide,
  google_ads: googleAdsGuide,
  gravity_forms: gravityFormsGuide,
  hubspot: hubspotGuide,
  jotform: jotformGuide,
  linkedin: linkedinGuide,
  meta: metaGuide,
  netlify: netlifyGuide,
  shared_secret: sharedSecretGuide,
  standard_webhooks: standardWebhooksGuide,
  tally: tallyGuide,
  tiktok: tiktokGuide,
  typeform: typeformGuide,
  unbounce: unbounceGuide,
  url_token: urlTokenGuide,
  webflow: webflowGuide,
  website_form: websiteFormGuide,
  wpforms: wpformsGuide,
};
