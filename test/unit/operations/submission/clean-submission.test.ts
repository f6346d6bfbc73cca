import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defineConfig,
  type HoldfastConfigInput,
  mergePolicyOf,
} from '../../../../lambdas/core/config.ts';
import { contributionOf } from '../../../../lambdas/core/contribution.ts';
import { mergeContribution, newHead, valuesOf } from '../../../../lambdas/core/head.ts';
import { CANONICAL_FIELDS } from '../../../../lambdas/core/lead-event.ts';
import {
  type CleanSubmission,
  cleanSubmission,
} from '../../../../lambdas/operations/submission/clean-submission.ts';
import type { Submission } from '../../../../lambdas/providers/provider.ts';
import { createFieldMapper } from '../../../../lambdas/zoho/field-mapping.ts';
import { anIntake } from '../../../support/intake-harness.ts';
import { aSource } from '../../../support/webhook-builders.ts';

const aSubmission = (overrides: Partial<Submission> = {}): Submission => ({
  eventType: 'lead.created',
  attributes: {},
  answers: [],
  consent: [],
  content: {},
  ...overrides,
});

/** Cleans a submission to a source with these settings. */
const cleaned = async (
  submission: Partial<Submission>,
  settings: Record<string, unknown> = {},
): Promise<CleanSubmission> =>
  await cleanSubmission(aSubmission(submission), {
    sourceName: 'shop',
    source: aSource('website_form', settings),
  });

describe('the phone number of a lead', () => {
  const national = { phone: '030 123456' };
  const madrid = { defaultCountry: 'ES', defaults: { country: 'France' } };

  it.each([
    ['its own country, by code', { country: 'DE' }, madrid, '+4930123456'],
    ['its own country, by name', { country: 'Germany' }, madrid, '+4930123456'],
    ['its source’s country', {}, { ...madrid, defaultCountry: 'DE' }, '+4930123456'],
    [
      'its source’s, where its own is not understood',
      { country: 'Deutschland' },
      { defaultCountry: 'DE' },
      '+4930123456',
    ],
    [
      'the country of all leads of its source',
      {},
      { defaults: { country: 'Germany' } },
      '+4930123456',
    ],
  ])('is read with %s', async (_, attributes, settings, e164) => {
    const { identity, attributes: read } = await cleaned({ ...national, attributes }, settings);

    expect(identity).toEqual({ phone_e164: e164 });
    expect(read).toMatchObject({
      phone_raw: '030 123456',
      phone_status: 'valid',
      phone_basis: 'default_country',
    });
  });

  it('is read with the country of the installation, and of a source before that', async () => {
    const sources: HoldfastConfigInput['sources'] = {
      shop: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
      london: {
        provider: 'website_form',
        allowedOrigins: ['https://www.example.com'],
        defaultCountry: 'GB',
      },
    };
    const config = defineConfig({ sources, phone: { defaultCountry: 'DE' } });
    const read = async (sourceName: string) =>
      await cleanSubmission(aSubmission({ phone: '020 7946 0018' }), {
        sourceName,
        source: config.sources[sourceName]!,
      });

    expect((await read('shop')).identity).toEqual({ phone_e164: '+492079460018' });
    expect((await read('london')).identity).toEqual({ phone_e164: '+442079460018' });
  });

  it('stays as typed without a country', async () => {
    expect(await cleaned({ phone: '030 123456' })).toMatchObject({
      identity: {},
      attributes: { phone_raw: '030 123456', phone_status: 'invalid' },
    });
  });

  it('is told once where it is international already', async () => {
    expect((await cleaned({ phone: '+1 (202) 555-0143' })).attributes).toEqual({
      phone_status: 'valid',
      phone_basis: 'international',
    });
  });

  it.each([
    [{ phone: '+12025550143 x23' }, '23'],
    [{ phone: '+12025550143', attributes: { phone_ext: 'Ext. 45' } }, '45'],
    [{ phone: '+12025550143 x23', attributes: { phone_ext: '45' } }, '23'],
    [{ phone: '+12025550143', attributes: { phone_ext: 'none' } }, undefined],
    [{ phone: '+12025550143', attributes: { phone_ext: '12 or 13' } }, undefined],
  ])('has its extension beside it: %j', async (submission, extension) => {
    expect((await cleaned(submission)).attributes['phone_ext']).toBe(extension);
  });

  it('leaves nothing behind where there is none', async () => {
    expect((await cleaned({ phone: 'n/a' })).attributes).toEqual({});
  });
});

describe('constants of a source', () => {
  const settings = { defaults: { country: 'DE', custom_region: ' EMEA ', last_name: 'Unknown' } };

  it('stand where a submission has no value', async () => {
    const { attributes } = await cleaned({ attributes: { country: '\u200B ' } }, settings);

    expect(attributes).toEqual({ country: 'DE', custom_region: 'EMEA', last_name: 'Unknown' });
  });

  it('give way to what it says, and to what can be told from that', async () => {
    const { attributes } = await cleaned(
      { attributes: { country: 'France', full_name: 'Ana Ng', page_url: '/?utm_source=ig' } },
      { defaults: { ...settings.defaults, utm_source: 'other' } },
    );

    expect(attributes).toMatchObject({ country: 'France', last_name: 'Ng', utm_source: 'ig' });
  });
});

describe('attribution', () => {
  it('is what the form says, then its page, then the page before', async () => {
    const { attributes } = await cleaned({
      attributes: {
        utm_source: 'form',
        page_url: 'https://www.example.com/?utm_source=page&campaign_id=page',
        referrer:
          'https://www.example.com/?utm_source=ref&campaign_id=ref&ad_id=ref&email=a@b.example',
      },
    });

    expect(attributes).toEqual({
      utm_source: 'form',
      campaign_id: 'page',
      ad_id: 'ref',
      page_url: 'https://www.example.com/',
      referrer: 'https://www.example.com/',
    });
  });
});

describe('a name', () => {
  it('tells what it was made of', async () => {
    expect((await cleaned({ attributes: { full_name: 'Ana Ng' } })).attributes).toEqual({
      full_name: 'Ana Ng',
      first_name: 'Ana',
      last_name: 'Ng',
      name_basis: 'split',
    });
  });
});

describe('a custom field', () => {
  it('keeps its lines, and 1,000 characters', async () => {
    const { attributes } = await cleaned({
      attributes: {
        custom_goals: ' a\r\nb\u0000 ',
        custom_long: 'x'.repeat(1_001),
        custom_none: ' ',
      },
    });

    expect(attributes).toEqual({ custom_goals: 'a\nb', custom_long: 'x'.repeat(1_000) });
  });

  it('comes from the answer to a question into the row of the CRM', async () => {
    const sources: HoldfastConfigInput['sources'] = {
      website: {
        provider: 'website_form',
        allowedOrigins: ['https://www.example.com'],
        fields: { q12: 'custom_budget', q13: 'custom_team' },
        defaults: { custom_region: 'EMEA' },
      },
    };
    const config = defineConfig({
      sources,
      merge: { fields: { custom_budget: 'first', custom_team: 'append' } },
      zoho: {
        fields: { custom_budget: 'Budget', custom_region: 'Region', custom_team: 'Team' },
      },
    });
    const intake = anIntake({ sources });
    for (const [id, budget, team] of [
      ['1', '5,000 EUR', 'Sales'],
      ['2', '9,000 EUR', 'Support'],
    ]) {
      const body = { submission_id: id, email: 'ana@example.com', q12: budget, q13: team };
      await intake.post('/hooks/website', JSON.stringify(body));
      intake.clock.nowMs += 60_000;
    }

    const head = intake.stored.reduce(
      (merged, { normalized }) =>
        mergeContribution(merged, contributionOf(normalized!, config), (field) =>
          mergePolicyOf(config, field),
        ),
      newHead('Leads', 'hf_1'),
    );
    const row = createFieldMapper(config).forNewRecord(valuesOf(head));

    expect(intake.stored).toHaveLength(2);
    expect(row).toMatchObject({
      Email: 'ana@example.com',
      Budget: '5,000 EUR',
      Region: 'EMEA',
      Team: '[2026-11-22 04:01 UTC]\nSupport\n\n[2026-11-22 04:00 UTC]\nSales',
    });
  });
});

describe('cleaning', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '+12025550143',
      '030 123456',
      'Ana <ana@example.com>',
      'Germany',
      'https://a@b',
    ),
  );
  const attributes = fc.dictionary(
    fc.constantFrom(
      ...CANONICAL_FIELDS.filter((name) => !/^(?:email|phone|external_id)$/.test(name)),
      'custom_x',
    ),
    text,
  );
  const submissions = fc.record({
    email: text,
    phone: text,
    externalId: text,
    attributes,
    consent: fc.array(fc.record({ key: text, granted: fc.boolean(), text })),
  });

  it('never throws, and leaves no empty value', async () => {
    await fc.assert(
      fc.asyncProperty(submissions, async (submission) => {
        const clean = await cleaned(submission, { defaultCountry: 'DE' });

        const values = [...Object.values(clean.identity), ...Object.values(clean.attributes)];
        expect(values.every((value) => value?.isWellFormed() === true && value !== '')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing about what it cleaned', async () => {
    await fc.assert(
      fc.asyncProperty(submissions, async (submission) => {
        const once = await cleaned(submission, { defaultCountry: 'DE' });
        const { email, phone_e164: phone } = once.identity;
        const again = await cleaned(
          {
            attributes: once.attributes,
            ...(email === undefined ? {} : { email }),
            ...(phone === undefined ? {} : { phone }),
          },
          { defaultCountry: 'DE' },
        );

        expect(again.identity.email).toBe(email);
        expect(again.identity.phone_e164).toBe(phone);
        // How it was read is another matter: what was split or completed is given now.
        const { name_basis: _n, phone_basis: _b, phone_status: _s, ...said } = once.attributes;
        expect(again.attributes).toMatchObject(said);
      }),
      { numRuns: 500 },
    );
  });
});
