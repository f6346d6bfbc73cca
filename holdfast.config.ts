import { defineConfig } from './lambdas/core/config.ts';

/**
 * Your configuration. It is read by `cdk synth` and `cdk deploy`, by the functions, and by
 * `npm start`; a wrong setting is refused there with its path. Secrets are not in here: each source's
 * lies in Secrets Manager as `holdfast/<stage>/source/<name>` (locally in `.holdfast/secrets.json`).
 */
export const config = defineConfig({
  sources: {
    demo_request: {
      provider: 'typeform',
      label: 'Demo request',
      trust: 60,
    },
    partner: {
      provider: 'standard_webhooks',
      label: 'Partner portal',
      externalIdPath: 'data.id',
    },
    events_app: {
      provider: 'generic_hmac',
      label: 'Events app',
      signature: {
        header: 'x-events-signature',
        prefix: 'sha256=',
        encoding: 'hex',
        template: '{timestamp}.{body}',
        timestamp: { header: 'x-events-timestamp', unit: 'seconds', toleranceSeconds: 300 },
      },
      idPath: 'registration_id',
      occurredAtPath: 'registered_at',
      dataPath: 'attendee',
    },
    website: {
      provider: 'website_form',
      label: 'Website',
      allowedOrigins: ['https://www.example.com', 'http://localhost:8080'],
      honeypotField: 'website',
    },
  },
  zoho: {
    accountsUrl: 'https://accounts.zoho.com',
    apiUrl: 'https://www.zohoapis.com',
    match: 'unique_field',
  },
  alarms: {
    subscriptions: [{ protocol: 'email', endpoint: 'on-call@example.com' }],
  },
});
