import { describe, expect, it } from 'vitest';
import {
  defineConfig,
  retrySettingsOf,
  type HoldfastConfigInput,
} from '../../../lambdas/core/config.ts';
import { zohoFieldMapping } from '../../../lambdas/core/zoho-settings.ts';
import { ConfigError } from '../../../lambdas/core/errors.ts';

const SOURCES: HoldfastConfigInput['sources'] = { demo: { provider: 'typeform' } };

/** Refusals are for what a person may write, whatever its type. */
const refusalOf = (input: unknown): string => {
  try {
    defineConfig(input as HoldfastConfigInput);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
};

describe('the configuration', () => {
  it('needs sources only, and fills in the rest', () => {
    const config = defineConfig({ sources: SOURCES });

    expect(config.sources['demo']).toEqual({
      provider: 'typeform',
      mode: 'upsert',
      highIntent: false,
      retry: {},
      trust: 50,
      onRepeat: 'accept',
      fields: {},
      defaults: {},
    });
    expect(config.identity.order).toEqual(['email', 'external_id', 'phone']);
    expect(config.zoho).toMatchObject({ module: 'Leads', match: 'unique_field' });
    expect(config.delivery).toMatchObject({
      batchSize: 10,
      maxConcurrency: 3,
      retry: { attemptsMax: 50, retryForHours: 72 },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['no sources', {}, /^ {2}sources: /m],
    ['an empty list of sources', { sources: {} }, /^ {2}sources: must name at least one source$/m],
    [
      'a source name with capitals',
      { sources: { Demo: { provider: 'typeform' } } },
      /^ {2}sources\.Demo: must be lower-case letters/m,
    ],
    [
      'an unknown provider',
      { sources: { demo: { provider: 'typoform' } } },
      /^ {2}sources\.demo\.provider: .*'generic_hmac' \|.* 'typeform' \|/m,
    ],
    [
      'a setting that does not exist',
      { sources: { demo: { provider: 'typeform', secret: 'x' } } },
      /^ {2}sources\.demo: .*"secret"/m,
    ],
    [
      'trust out of range',
      { sources: { demo: { provider: 'typeform', trust: 101 } } },
      /^ {2}sources\.demo\.trust: .*<=100/m,
    ],
    [
      'a field mapped to what does not exist',
      { sources: { demo: { provider: 'typeform', fields: { mail: 'e_mail' } } } },
      /^ {2}sources\.demo\.fields\.mail: .*"email"/m,
    ],
    [
      'a form without origins',
      { sources: { form: { provider: 'website_form', allowedOrigins: [] } } },
      /^ {2}sources\.form\.allowedOrigins: /m,
    ],
    [
      'an origin with a path',
      {
        sources: {
          form: { provider: 'website_form', allowedOrigins: ['https://www.example.com/contact'] },
        },
      },
      /^ {2}sources\.form\.allowedOrigins\.0: must be an origin without a path/m,
    ],
    [
      'a signature without a timestamp in what is signed',
      {
        sources: {
          app: {
            provider: 'generic_hmac',
            signature: { header: 'x-s', template: '{body}', timestamp: { header: 'x-t' } },
          },
        },
      },
      /^ {2}sources\.app\.signature\.template: must contain \{timestamp\}/m,
    ],
    [
      'a signature whose age nobody has decided about',
      { sources: { app: { provider: 'generic_hmac', signature: { header: 'x-s' } } } },
      /^ {2}sources\.app\.signature\.timestamp: /m,
    ],
    [
      'an API address that is not https',
      { sources: SOURCES, zoho: { apiUrl: 'http://www.example.com' } },
      /^ {2}zoho\.apiUrl: must be an https origin/m,
    ],
    [
      'a Zoho field filled from what no lead has',
      { sources: SOURCES, zoho: { fields: { compnay: 'Company' } } },
      /^ {2}zoho\.fields\.compnay: must be one of .*company.*custom_<name>/m,
    ],
    [
      'a slip in the name of what fills a Zoho field',
      { sources: SOURCES, zoho: { fields: { compnay: 'Company' } } },
      /^ {2}zoho\.fields\.compnay: .* \(did you mean "company"\?\)/m,
    ],
    [
      'a slip in the name of what a field is read into',
      { sources: { demo: { provider: 'typeform', fields: { q1: 'jobtitle' } } } },
      /^ {2}sources\.demo\.fields\.q1: must be a canonical field \(did you mean "job_title"\?\): .{1,200}$/m,
    ],
    [
      'a name that is near to none',
      { sources: { demo: { provider: 'typeform', fields: { q1: 'zzzzzzzzz' } } } },
      /^ {2}sources\.demo\.fields\.q1: must be a canonical field: /m,
    ],
    [
      'a Zoho field that tells whose record it is',
      { sources: SOURCES, zoho: { fields: { utm_source: 'Holdfast_Key' } } },
      /^ {2}zoho\.fields: must not fill keyField or versionField/m,
    ],
    [
      'a Zoho field that tells which submission a record is of',
      { sources: SOURCES, zoho: { versionField: 'Version', fields: { utm_id: 'Version' } } },
      /^ {2}zoho\.fields: must not fill keyField or versionField/m,
    ],
    [
      'a type without a name',
      { sources: { demo: { provider: 'typeform', fields: { 'type:': 'email' } } } },
      /^ {2}sources\.demo\.fields\.type:: must name a field/m,
    ],
    [
      'a label without words',
      { sources: { demo: { provider: 'typeform', fields: { 'label: ': 'email' } } } },
      /^ {2}sources\.demo\.fields\.label: : must name a field/m,
    ],
    [
      'a custom field with capitals in its name',
      { sources: { demo: { provider: 'typeform', fields: { q1: 'custom_Budget' } } } },
      /^ {2}sources\.demo\.fields\.q1: .*custom_ and a name of lower-case letters/m,
    ],
    [
      'a custom field without a name',
      { sources: SOURCES, zoho: { fields: { custom_: 'Budget' } } },
      /^ {2}zoho\.fields\.custom_: must be one of/m,
    ],
    [
      'a constant that would make one person of all',
      { sources: { demo: { provider: 'typeform', defaults: { phone: '+12025550143' } } } },
      /^ {2}sources\.demo\.defaults\.phone: must be a canonical field that does not identify/m,
    ],
    [
      'a default for a field that does not exist',
      { sources: { demo: { provider: 'typeform', defaults: { land: 'DE' } } } },
      /^ {2}sources\.demo\.defaults\.land: must be a canonical field/m,
    ],
    [
      'an empty default',
      { sources: { demo: { provider: 'typeform', defaults: { country: '' } } } },
      /^ {2}sources\.demo\.defaults\.country: /m,
    ],
    [
      'a country that is no country',
      { sources: { demo: { provider: 'typeform', defaultCountry: 'UK' } } },
      /^ {2}sources\.demo\.defaultCountry: must be an ISO 3166 code.*"DE"$/m,
    ],
    [
      'a default country in small letters',
      { sources: SOURCES, phone: { defaultCountry: 'de' } },
      /^ {2}phone\.defaultCountry: must be an ISO 3166 code/m,
    ],
    [
      'more leads a call than cost one credit',
      { sources: SOURCES, delivery: { batchSize: 11 } },
      /^ {2}delivery\.batchSize: .*<=10/m,
    ],
    [
      'a subscription that is no address',
      { sources: SOURCES, alarms: { subscriptions: [{ protocol: 'email', endpoint: 'on-call' }] } },
      /^ {2}alarms\.subscriptions\.0\.endpoint: must be an e-mail address$/m,
    ],
  ])('refuses %s, and says where and what is allowed', (_, input, expected) => {
    expect(refusalOf(input)).toMatch(/^holdfast\.config\.ts is not valid:\n/);
    expect(refusalOf(input)).toMatch(expected);
  });

  it('lists everything that is wrong at once', () => {
    const refusal = refusalOf({
      sources: SOURCES,
      zoho: { module: 'Deals' },
      delivery: { crmTimeoutMs: 1 },
    });

    expect(refusal).toMatch(/zoho\.module/);
    expect(refusal).toMatch(/delivery\.crmTimeoutMs/);
  });
});

describe('the mapping to Zoho fields', () => {
  it('is the module’s own, with the configured entries over it', () => {
    const leads = zohoFieldMapping(
      defineConfig({ sources: SOURCES, zoho: { fields: { utm_source: 'UTM_Source' } } }),
    );
    const contacts = zohoFieldMapping(
      defineConfig({ sources: SOURCES, zoho: { module: 'Contacts', fields: { city: 'Town' } } }),
    );

    expect(leads).toMatchObject({ job_title: 'Designation', utm_source: 'UTM_Source' });
    expect(contacts).toMatchObject({ job_title: 'Title', city: 'Town' });
  });
});

describe('the default country of a source', () => {
  it('is its own, else that of all, else none', () => {
    const sources = {
      demo: { provider: 'typeform' },
      madrid: { provider: 'typeform', defaultCountry: 'ES' },
    } as const;

    const without = defineConfig({ sources });
    const { sources: of } = defineConfig({ sources, phone: { defaultCountry: 'DE' } });

    expect(without.sources['demo']?.defaultCountry).toBeUndefined();
    expect([of['demo']?.defaultCountry, of['madrid']?.defaultCountry]).toEqual(['DE', 'ES']);
  });
});

describe('the retry settings of a source', () => {
  const config = defineConfig({
    sources: {
      demo: { provider: 'typeform' },
      hot: { provider: 'typeform', highIntent: true },
      patient: { provider: 'typeform', highIntent: true, retry: { attemptsMax: 20 } },
    },
    delivery: { retry: { attemptsMax: 40, firstDelayMs: 3_000 } },
  });

  it('are those of all, unless it has its own', () => {
    expect(retrySettingsOf(config, 'demo')).toEqual(config.delivery.retry);
    expect(retrySettingsOf(config, 'no longer configured')).toEqual(config.delivery.retry);
    expect(retrySettingsOf(config, 'patient')).toMatchObject({
      attemptsMax: 20,
      firstDelayMs: 3_000,
    });
  });

  it('give a lead of high intent to a person after ten attempts', () => {
    expect(retrySettingsOf(config, 'hot')).toMatchObject({ attemptsMax: 10, retryForHours: 0 });
  });
});

describe('settings that go together', () => {
  const delivery = (settings: object) => () =>
    defineConfig({ sources: { demo: { provider: 'typeform' } }, delivery: settings });

  it('are refused when writes would stop before they slow down', () => {
    expect(delivery({ credits: { reserve: 500, slowBelow: 499 } })).toThrow(
      /delivery\.credits\.slowBelow: must be at least reserve/,
    );
    expect(delivery({ credits: { reserve: 500, slowBelow: 500 } })).not.toThrow();
  });

  it('are refused when the breaker would open for longer than its longest', () => {
    expect(delivery({ breaker: { openMs: 2_000, openMaxMs: 1_000 } })).toThrow(
      /delivery\.breaker\.openMs: must be at most openMaxMs/,
    );
  });
});
