import {
  defineConfig,
  type HoldfastConfig,
  type HoldfastConfigInput,
} from '../../lambdas/core/config.ts';

/** The configuration of the simulated installation as a person would write it. */
export const SIMULATED_INPUT: HoldfastConfigInput = {
  sources: {
    demo: { provider: 'typeform', label: 'Demo request', trust: 60 },
    sales: { provider: 'typeform', label: 'Talk to sales', trust: 70, highIntent: true },
    partner: {
      provider: 'standard_webhooks',
      label: 'Partner',
      trust: 80,
      externalIdPath: 'data.person_id',
    },
    events: {
      provider: 'generic_hmac',
      label: 'Trade fair',
      trust: 40,
      signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
      idPath: 'id',
      occurredAtPath: 'at',
      externalIdPath: 'badge',
      dataPath: 'lead',
    },
    unnamed: {
      provider: 'generic_hmac',
      label: 'Newsletter',
      trust: 40,
      signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
      occurredAtPath: 'at',
      dataPath: 'lead',
    },
    updates: {
      provider: 'generic_hmac',
      label: 'Customer portal',
      trust: 90,
      mode: 'update_only',
      signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
      idPath: 'id',
      occurredAtPath: 'at',
      dataPath: 'lead',
    },
    ads: { provider: 'meta', label: 'Lead ads', trust: 55 },
    website: {
      provider: 'website_form',
      label: 'Website',
      trust: 30,
      allowedOrigins: ['https://www.example.com'],
      honeypotField: 'nickname',
      onRepeat: 'conflict',
    },
  },
};

/** The simulated installation: sources of every kind, with different trust. */
export const SIMULATED_CONFIG: HoldfastConfig = defineConfig(SIMULATED_INPUT);

/** The same, for whom a submission of somebody who became a contact is a note. */
export const WITH_NOTES: HoldfastConfig = defineConfig({
  ...SIMULATED_INPUT,
  zoho: { onConverted: 'note' },
});

/** What an operator has in mind when he maps events anew: one more field is read. */
export const WITH_ANOTHER_MAPPING: HoldfastConfig = defineConfig({
  ...SIMULATED_INPUT,
  sources: Object.fromEntries(
    Object.entries(SIMULATED_INPUT.sources).map(([name, source]) => [
      name,
      { ...source, fields: { budget: 'job_title' } },
    ]),
  ),
});

/** When every run begins. */
export const START_MS = Date.UTC(2026, 10, 22, 4);

/** What sources sign with, and everything else that must never be told. */
export const SECRETS = {
  pepper: 'simulated-pepper-0123456789',
  utf8: 'simulated-signing-secret',
  standardWebhooks: `whsec_${Buffer.from('simulated-standard-webhooks-key!').toString('base64')}`,
  apiToken: 'simulated-provider-api-token',
  clientId: '1000.SIMULATED',
  clientSecret: 'simulated-client-secret',
  refreshToken: '1000.simulated-refresh-token',
  newRefreshToken: '1000.another-simulated-refresh-token',
} as const;

/** Where the secrets lie. */
export const SECRET_IDS = { pepper: 'pepper', zoho: 'zoho', sourcePrefix: 'source/' } as const;

/** The simulated organisation's one address. */
export const ZOHO_URL = 'https://zoho.simulated';

/** A consumer function's time-out (docs/deploy.md). */
export const CONSUMER_TIMEOUT_MS = 60_000;

/** An intake function's time-out. */
export const INTAKE_TIMEOUT_MS = 10_000;

/** A sweeper function's time-out. */
export const SWEEPER_TIMEOUT_MS = 60_000;

/** An operator waits as long as a command takes, within reason. */
export const TOOL_TIMEOUT_MS = 600_000;

/** How long the queue hides a received message. */
export const VISIBILITY_MS = 365_000;

/** Receives after which the queue gives a message up. */
export const RECEIVES_MAX = 1_000;

/** After the faults have ended, everything must have come to rest within this time. */
export const REST_WITHIN_MS = 12 * 3_600_000;
