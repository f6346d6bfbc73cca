import * as z from 'zod/mini';
import type { ProviderGuide } from './guide.ts';
import { genericHmac, genericHmacSettings } from './generic-hmac.ts';
import { standardWebhooks, standardWebhooksSettings } from './standard-webhooks.ts';
import { typeform, typeformGuide, typeformSettings } from './typeform.ts';
import { websiteForm, websiteFormSettings } from './website-form.ts';

/**
 * One configured sender: the settings of every provider. Apart from the providers themselves, so that a
 * function that only reads the configuration holds no provider's code.
 */
export const sourceSchema = z.discriminatedUnion('provider', [
  genericHmacSettings,
  standardWebhooksSettings,
  typeformSettings,
  websiteFormSettings,
]);

/** One configured sender, with every setting filled in. */
export type SourceConfig = z.output<typeof sourceSchema>;

/** The name of a provider in the configuration. */
export type ProviderName = SourceConfig['provider'];

/** Every provider, by its name in the configuration. */
export const PROVIDERS = {
  generic_hmac: genericHmac,
  standard_webhooks: standardWebhooks,
  typeform,
  website_form: websiteForm,
} as const satisfies Record<ProviderName, object>;

/** How to connect each sender, by its name in the configuration. */
export const GUIDES: Readonly<Partial<Record<ProviderName, ProviderGuide>>> = {
  typeform: typeformGuide,
};
