import * as z from 'zod/mini';
import type { ProviderGuide } from './guide.ts';
import { contactForm7, contactForm7Guide, contactForm7Settings } from './contact-form-7.ts';
import { elementor, elementorGuide, elementorSettings } from './elementor.ts';
import { genericHmac, genericHmacGuide, genericHmacSettings } from './generic-hmac.ts';
import { gravityForms, gravityFormsGuide, gravityFormsSettings } from './gravity-forms.ts';
import { sharedSecret, sharedSecretGuide, sharedSecretSettings } from './shared-secret.ts';
import {
  standardWebhooks,
  standardWebhooksGuide,
  standardWebhooksSettings,
} from './standard-webhooks.ts';
import { typeform, typeformGuide, typeformSettings } from './typeform.ts';
import { unbounce, unbounceGuide, unbounceSettings } from './unbounce.ts';
import { urlToken, urlTokenGuide, urlTokenSettings } from './url-token.ts';
import { websiteForm, websiteFormGuide, websiteFormSettings } from './website-form.ts';
import { wpforms, wpformsGuide, wpformsSettings } from './wpforms.ts';

/**
 * One configured sender: the settings of every provider. Apart from the providers themselves, so that a
 * function that only reads the configuration holds no provider's code.
 */
export const sourceSchema = z.discriminatedUnion('provider', [
  contactForm7Settings,
  elementorSettings,
  genericHmacSettings,
  gravityFormsSettings,
  sharedSecretSettings,
  standardWebhooksSettings,
  typeformSettings,
  unbounceSettings,
  urlTokenSettings,
  websiteFormSettings,
  wpformsSettings,
]);

/** One configured sender, with every setting filled in. */
export type SourceConfig = z.output<typeof sourceSchema>;

/** The name of a provider in the configuration. */
export type ProviderName = SourceConfig['provider'];

/** Every provider, by its name in the configuration. */
export const PROVIDERS = {
  contact_form_7: contactForm7,
  elementor,
  generic_hmac: genericHmac,
  gravity_forms: gravityForms,
  shared_secret: sharedSecret,
  standard_webhooks: standardWebhooks,
  typeform,
  unbounce,
  url_token: urlToken,
  website_form: websiteForm,
  wpforms,
} as const satisfies Record<ProviderName, object>;

/** How to connect each sender, by its name in the configuration. */
export const GUIDES: Readonly<Partial<Record<ProviderName, ProviderGuide>>> = {
  contact_form_7: contactForm7Guide,
  elementor: elementorGuide,
  generic_hmac: genericHmacGuide,
  gravity_forms: gravityFormsGuide,
  shared_secret: sharedSecretGuide,
  standard_webhooks: standardWebhooksGuide,
  typeform: typeformGuide,
  unbounce: unbounceGuide,
  url_token: urlTokenGuide,
  website_form: websiteFormGuide,
  wpforms: wpformsGuide,
};
