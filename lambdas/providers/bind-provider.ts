import type { SourceConfig } from '../core/source-settings.ts';
import { type BoundDetailsApi, bindDetails } from './bind-details.ts';
import { genericHmac } from './generic-hmac.ts';
import type { Provider, Reading, SourceSecrets, Verification, WebhookRequest } from './provider.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { typeform } from './typeform.ts';
import { websiteForm } from './website-form.ts';

/** A provider that knows its source's configuration. Its members are those of `Provider`. */
export interface BoundProvider {
  readonly signed: boolean;
  accepts(mediaType: string): boolean;
  verify(request: WebhookRequest, secrets: SourceSecrets | undefined, nowMs: number): Verification;
  read(request: WebhookRequest): Reading;
  readonly detailsApi?: BoundDetailsApi;
}

/** The provider of a configured source. */
export function bindProvider(source: SourceConfig): BoundProvider {
  switch (source.provider) {
    case 'typeform':
      return bind(typeform, source);
    case 'standard_webhooks':
      return bind(standardWebhooks, source);
    case 'generic_hmac':
      return bind(genericHmac, source);
    case 'website_form':
      return bind(websiteForm, source);
  }
}

function bind<Config extends SourceConfig>(
  provider: Provider<Config>,
  source: Config,
): BoundProvider {
  return {
    signed: provider.signed,
    accepts: (mediaType) => provider.accepts(mediaType),
    verify: (request, secrets, nowMs) => provider.verify(request, source, secrets, nowMs),
    read: (request) => provider.read(request, source),
    ...(provider.detailsApi === undefined
      ? {}
      : { detailsApi: bindDetails(provider.detailsApi, source) }),
  };
}
