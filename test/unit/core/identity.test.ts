import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { contributionOf } from '../../../lambdas/core/contribution.ts';
import { identifiersOf, identityNamesOf, keyedHash } from '../../../lambdas/core/identity.ts';
import { aLeadEvent } from '../../support/event-builders.ts';

const PEPPER = 'pepper-of-the-tests';
const ORDER = ['email', 'external_id', 'phone'] as const;

const identityOf = (...args: Parameters<typeof identityNamesOf>) => identityNamesOf(...args)[0];

describe('the names of an event’s person', () => {
  const both = aLeadEvent({
    identity: {
      email: 'ana@example.com',
      contact_external_id: 'demo:person:7',
      phone_e164: '+12025550143',
    },
  });

  it('are all its identifiers, the strongest first', () => {
    const names = identityNamesOf(both, ['external_id', 'email'], PEPPER);

    expect(names).toHaveLength(2);
    expect(names.toReversed()).toEqual(identityNamesOf(both, ['email', 'external_id'], PEPPER));
  });

  it('hold a phone number only where it comes first: people share telephones', () => {
    expect(identityNamesOf(both, ['email', 'external_id', 'phone'], PEPPER)).toHaveLength(2);
    expect(identityNamesOf(both, ['phone', 'email'], PEPPER)).toHaveLength(2);
    expect(
      identityNamesOf(aLeadEvent({ identity: { phone_e164: '+12025550143' } }), ORDER, PEPPER),
    ).toHaveLength(1);
  });
});

describe('the identity of an event', () => {
  it('is the same for the same e-mail address, whatever else is said and wherever', () => {
    const one = identityOf(aLeadEvent(), ORDER, PEPPER);
    const other = identityOf(
      aLeadEvent({
        source: 'demo',
        identity: { email: 'ana@example.com', contact_external_id: 'demo:person:7' },
        attributes: {},
      }),
      ORDER,
      PEPPER,
    );

    expect(one).toMatch(/^hf_[0-9a-f]{40}$/);
    expect(other).toBe(one);
  });

  it('follows the configured order', () => {
    const event = aLeadEvent({
      identity: { email: 'ana@example.com', contact_external_id: 'demo:person:7' },
    });
    const idOnly = aLeadEvent({ identity: { contact_external_id: 'demo:person:7' } });

    const first = identityOf(event, ['external_id', 'email'], PEPPER);

    expect(first).toBe(identityOf(idOnly, ORDER, PEPPER));
    expect(first).not.toBe(identityOf(event, ORDER, PEPPER));
  });

  it('takes the digits of a phone number that is not international', () => {
    const typed = (phone: string) =>
      identityOf(aLeadEvent({ identity: {}, attributes: { phone_raw: phone } }), ORDER, PEPPER);

    expect(typed('(202) 555-0143')).toBe(typed('202 555 0143'));
    expect(typed('555')).toBeUndefined();
    for (const junk of ['0000000', '000-0000', '1212121', '1234567', '9876543210']) {
      expect(typed(junk), junk).toBeUndefined();
    }
  });

  it('is nobody’s without an identifier, or without one of the configured kinds', () => {
    expect(identityOf(aLeadEvent({ identity: {}, attributes: {} }), ORDER, PEPPER)).toBeUndefined();
    expect(
      identityOf(aLeadEvent({ identity: { phone_e164: '+12025550143' } }), ['email'], PEPPER),
    ).toBeUndefined();
  });

  it('tells nothing of the person without the pepper, and keeps kinds apart', () => {
    expect(identityOf(aLeadEvent(), ORDER, 'another-pepper-here')).not.toBe(
      identityOf(aLeadEvent(), ORDER, PEPPER),
    );
    expect(keyedHash(PEPPER, 'phone', 'x')).not.toBe(keyedHash(PEPPER, 'email', 'x'));
  });
});

describe('the identifiers of an event', () => {
  const typed = (phone: string, identity = {}) =>
    identifiersOf(aLeadEvent({ identity, attributes: { phone_raw: phone } }));

  it('are those that it has, by their kinds', () => {
    expect(
      identifiersOf(
        aLeadEvent({
          identity: {
            email: 'ana@example.com',
            contact_external_id: 'demo:person:7',
            phone_e164: '+12025550143',
          },
        }),
      ),
    ).toEqual({ email: 'ana@example.com', external_id: 'demo:person:7', phone: '+12025550143' });
    expect(identifiersOf(aLeadEvent({ identity: {}, attributes: {} }))).toEqual({});
  });

  it('take a number as it was typed only where there is no international one', () => {
    expect(typed('(202) 555-0143')).toEqual({ phone: '2025550143' });
    expect(typed('202 555 0199', { phone_e164: '+12025550143' })).toEqual({
      phone: '+12025550143',
    });
  });

  it.each([
    ['has six digits', '202 555', undefined],
    ['has seven', '202 5550', '2025550'],
    ['repeats two digits', '2020202', undefined],
    ['has three different ones', '2020203', '2020203'],
    ['counts up', '3456789', undefined],
    ['counts up beyond nine', '7890123', undefined],
    ['counts up, but for the last', '3456780', '3456780'],
    ['counts down', '8765432', undefined],
    ['counts down beyond nought', '2109876', undefined],
    ['counts down, but for the last', '8765431', '8765431'],
  ])('of a number that %s', (_, digits, phone) => {
    expect(typed(digits)).toEqual(phone === undefined ? {} : { phone });
  });
});

describe('the contribution of an event', () => {
  const config = defineConfig({
    sources: { demo: { provider: 'typeform', label: 'Demo request', trust: 70 } },
  });

  it('brings values with the label and trust of their source, and nothing empty', () => {
    const contribution = contributionOf(
      aLeadEvent({ source: 'demo', attributes: { first_name: 'Ana', company: '' } }),
      config,
    );

    expect(contribution).toEqual({
      event: 'website|lead.created|1001',
      mayCreate: true,
      occurredAt: '2026-11-22T03:59:58.000Z',
      trust: 70,
      values: {
        first_name: 'Ana',
        email: 'ana@example.com',
        phone: '+12025550143',
        lead_source: 'Demo request',
      },
    });
  });

  it('of a source that is no longer configured counts least, under its own name', () => {
    const contribution = contributionOf(aLeadEvent({ source: 'gone' }), config);

    expect(contribution).toMatchObject({ trust: 0, values: { lead_source: 'gone' } });
  });

  it('brings the number as it was typed where there is no international one', () => {
    const typed = { attributes: { phone_raw: '(202) 555-0143' } };

    const raw = contributionOf(aLeadEvent({ ...typed, identity: {} }), config);
    const both = contributionOf(
      aLeadEvent({ ...typed, identity: { phone_e164: '+12025550199' } }),
      config,
    );
    const none = contributionOf(aLeadEvent({ identity: {}, attributes: {} }), config);

    expect(raw.values).toMatchObject({ phone: '(202) 555-0143', phone_raw: '(202) 555-0143' });
    expect(both.values['phone']).toBe('+12025550199');
    expect(none.values).toEqual({ lead_source: 'website' });
  });

  it('brings an extension with its number, whichever way that was typed', () => {
    const of = (identity: object, attributes: Record<string, string>) =>
      contributionOf(aLeadEvent({ identity, attributes }), config).values;
    const phone = { phone_e164: '+12025550143' };

    expect(of(phone, { phone_ext: '23' })).toMatchObject({ phone: '+12025550143;ext=23' });
    expect(of({}, { phone_raw: '202 555 0143', phone_ext: '23' })).toMatchObject({
      phone: '202 555 0143 ext 23',
    });
    expect(of({}, { phone_ext: '23' })).not.toHaveProperty('phone');
  });

  it('tells how a lead was read only to a CRM that has fields for it', () => {
    const attributes = {
      phone_status: 'valid',
      phone_basis: 'international',
      phone_ext: '23',
      name_basis: 'split',
      custom_budget: '5000',
    };
    const mapped = defineConfig({
      sources: { website: { provider: 'typeform' } },
      zoho: { fields: { phone_status: 'Phone_Status', phone_ext: 'Extension' } },
    });

    const plain = contributionOf(aLeadEvent({ identity: {}, attributes }), config);
    const full = contributionOf(aLeadEvent({ identity: {}, attributes }), mapped);

    expect(plain.values).toEqual({ custom_budget: '5000', lead_source: 'website' });
    expect(full.values).toEqual({
      custom_budget: '5000',
      lead_source: 'website',
      phone_status: 'valid',
      phone_ext: '23',
    });
  });

  it('permits making a record unless its source may only update', () => {
    const routing = { ...aLeadEvent().routing, mode: 'update_only' as const };

    expect(contributionOf(aLeadEvent(), config).mayCreate).toBe(true);
    expect(contributionOf(aLeadEvent({ routing }), config).mayCreate).toBe(false);
  });

  it('keeps 32,000 characters of a message, and 1,000 of anything else', () => {
    const long = { message: 'm'.repeat(32_001), company: 'c'.repeat(1_001) };
    const fitting = { message: 'm'.repeat(32_000), company: 'c'.repeat(1_000) };

    const cut = contributionOf(aLeadEvent({ attributes: long }), config);
    const whole = contributionOf(aLeadEvent({ attributes: fitting }), config);

    expect(cut.values).toMatchObject(fitting);
    expect(whole.values).toMatchObject(fitting);
  });

  it('cuts no character in half', () => {
    const split = contributionOf(
      aLeadEvent({ attributes: { company: `${'c'.repeat(999)}😀` } }),
      config,
    );
    const before = contributionOf(
      aLeadEvent({ attributes: { company: `${'c'.repeat(998)}😀d` } }),
      config,
    );

    expect(split.values['company']).toBe('c'.repeat(999));
    expect(before.values['company']).toBe(`${'c'.repeat(998)}😀`);
  });
});
