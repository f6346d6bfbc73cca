import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import { ATTRIBUTE_NAMES, CANONICAL_FIELDS } from '../../../../lambdas/core/lead-event.ts';
import { checkMapping } from '../../../../lambdas/operations/mapping/check-mapping.ts';
import {
  FINDING_CODES,
  type Finding,
  type FindingCode,
} from '../../../../lambdas/operations/mapping/mapping-finding.ts';
import {
  type FieldMetadata,
  formatMetadata,
  type ModuleMetadata,
} from '../../../../lambdas/operations/mapping/module-metadata.ts';
import { createFieldLimits } from '../../../../lambdas/zoho/field-limits.ts';
import { describeFindings } from '../../../../local/operator/mapping/findings-text.ts';
import { aField, metadataWithout, someMetadata } from '../../../support/metadata-builders.ts';

const SOURCES: HoldfastConfigInput['sources'] = {
  website: {
    provider: 'website_form',
    label: 'Website',
    allowedOrigins: ['https://www.example.com'],
  },
};

/** Checks as the command does: against the lengths that delivery would cut to. */
function check(
  metadata: ModuleMetadata,
  zoho: HoldfastConfigInput['zoho'] = {},
  sources: HoldfastConfigInput['sources'] = SOURCES,
): readonly Finding[] {
  const config = defineConfig({ sources, zoho });
  const limits = createFieldLimits(config.zoho.metadata);
  return checkMapping(config, metadata, (...field) => limits(...field).lengthMax);
}

const saved = (...changes: readonly FieldMetadata[]): unknown =>
  JSON.parse(formatMetadata(someMetadata(changes)));

const codes = (findings: readonly Finding[]): readonly FindingCode[] =>
  findings.map(({ code }) => code);

describe('a mapping that fits', () => {
  it('is found nothing about', () => {
    expect(check(someMetadata())).toEqual([]);
    expect(describeFindings([])).toEqual(['Everything fits.']);
  });

  it('is found nothing about with a field of its own, once its length is saved', () => {
    const zoho = { fields: { utm_campaign: 'Campaign' }, metadata: saved(aField('Campaign')) };

    expect(check(someMetadata([aField('Campaign')]), zoho)).toEqual([]);
  });
});

describe('each thing that does not fit is found:', () => {
  it('metadata of another module', () => {
    const findings = check(someMetadata([], { module: 'Contacts' }));

    expect(findings).toMatchObject([{ code: 'wrong_module', severity: 'error' }]);
  });

  it('a field that Zoho lacks, with the name that may be meant', () => {
    const zoho = { fields: { utm_campaign: 'Campain_Name' }, metadata: saved() };

    const findings = check(someMetadata([aField('Campaign_Name')]), zoho);

    expect(findings).toMatchObject([
      {
        code: 'unknown_field',
        severity: 'error',
        field: 'Campain_Name',
        filledFrom: 'utm_campaign',
        remedy: expect.stringContaining('Did you mean Campaign_Name?'),
      },
    ]);
  });

  it('a field that Zoho lacks, without a guess where no name is near', () => {
    const findings = check(someMetadata(), { fields: { utm_campaign: 'Completely_Else' } });

    expect(codes(findings)).toEqual(['unknown_field']);
    expect(findings[0]?.remedy).not.toContain('Did you mean');
  });

  it.each(['Holdfast_Key', 'Holdfast_Version'])('%s, when it is missing', (apiName) => {
    const findings = check(metadataWithout(apiName));

    expect(findings).toMatchObject([
      { code: 'unknown_field', field: apiName, remedy: expect.stringContaining('zoho setup') },
    ]);
  });

  it('none of them where records are found by e-mail', () => {
    const metadata = metadataWithout('Holdfast_Key', 'Holdfast_Version');

    expect(check(metadata, { match: 'email_search' })).toEqual([]);
  });

  it.each(['integer', 'boolean', 'lookup', 'multiselectpicklist', 'date'])(
    'a message that goes to a field of type %s',
    (dataType) => {
      const metadata = someMetadata([aField('Team', { dataType, length: 9 })]);

      const findings = check(metadata, { fields: { message: 'Team' } });

      expect(findings).toMatchObject([
        { code: 'wrong_type', severity: 'error', field: 'Team', filledFrom: 'message' },
      ]);
    },
  );

  it('free text that goes to a field for e-mail addresses', () => {
    const metadata = someMetadata([aField('Other', { dataType: 'email', length: 100 })]);
    const zoho = (canonical: string) => ({
      fields: { [canonical]: 'Other' },
      metadata: JSON.parse(formatMetadata(metadata)) as unknown,
    });

    expect(codes(check(metadata, zoho('form_name')))).toEqual(['narrow_type']);
    expect(codes(check(metadata, zoho('email_raw')))).toEqual([]);
  });

  it('a mapped field that may not be written', () => {
    const metadata = someMetadata([aField('City', { readOnly: true, length: 100 })]);

    expect(check(metadata)).toMatchObject([
      { code: 'read_only', severity: 'error', field: 'City', filledFrom: 'city' },
    ]);
  });

  it.each(['Holdfast_Key', 'Holdfast_Version'])('%s, when it may not be written', (apiName) => {
    const isKey = apiName === 'Holdfast_Key';
    const field = isKey
      ? aField(apiName, { unique: true, external: 'org', readOnly: true })
      : aField(apiName, { dataType: 'integer', readOnly: true });

    expect(check(someMetadata([field]))).toMatchObject([{ code: 'read_only', field: apiName }]);
  });

  it('a key that is no text', () => {
    const key = aField('Holdfast_Key', { dataType: 'integer', unique: true, external: 'org' });

    expect(codes(check(someMetadata([key])))).toEqual(['key_type']);
  });

  it('a key that is too short for what stands for a person', () => {
    const key = (length: number) =>
      someMetadata([aField('Holdfast_Key', { length, unique: true, external: 'org' })]);

    expect(codes(check(key(42)))).toEqual(['key_too_short']);
    expect(codes(check(key(43)))).toEqual([]);
  });

  it('a key that nothing keeps unique', () => {
    const findings = check(someMetadata([aField('Holdfast_Key')]));

    expect(findings).toMatchObject([{ code: 'key_not_unique', severity: 'error' }]);
  });

  it('a key that is external for each user', () => {
    const key = aField('Holdfast_Key', { unique: true, external: 'user' });

    expect(codes(check(someMetadata([key])))).toEqual(['key_external_per_user']);
  });

  it('a key that is unique but not external, which is worth a note', () => {
    const findings = check(someMetadata([aField('Holdfast_Key', { unique: true })]));

    expect(findings).toMatchObject([{ code: 'key_not_external', severity: 'note' }]);
  });

  it('a version that is no number', () => {
    const findings = check(someMetadata([aField('Holdfast_Version')]));

    expect(findings).toMatchObject([{ code: 'version_type', severity: 'error' }]);
  });

  it.each(['system', 'layout'] as const)(
    'a field that is mandatory (%s) and that nothing fills',
    (mandatory) => {
      const findings = check(someMetadata([aField('Region_Code', { mandatory })]));

      expect(findings).toMatchObject([
        { code: 'mandatory_unfilled', severity: 'error', field: 'Region_Code' },
      ]);
    },
  );

  it('a mandatory field that not every lead fills', () => {
    const phone = aField('Phone', { dataType: 'phone', length: 30, mandatory: 'layout' });

    expect(check(someMetadata([phone]))).toMatchObject([
      { code: 'mandatory_sometimes_empty', severity: 'warning', filledFrom: 'phone' },
    ]);
  });

  it('nothing of a mandatory field for which every source has a default', () => {
    const metadata = someMetadata([aField('Country', { length: 100, mandatory: 'layout' })]);
    const form = { provider: 'website_form' as const, allowedOrigins: ['https://www.example.com'] };
    const withDefault = { ...form, label: 'Website', defaults: { country: 'PT' } };
    const without = { ...form, label: 'Partner' };

    expect(check(metadata, {}, { one: withDefault })).toEqual([]);
    expect(codes(check(metadata, {}, { one: withDefault, two: without }))).toEqual([
      'mandatory_sometimes_empty',
    ]);
  });

  it('nothing of mandatory fields that Zoho or Holdfast fill', () => {
    const metadata = someMetadata([
      aField('Lead_Source', {
        dataType: 'picklist',
        mandatory: 'layout',
        pickListValues: ['Website'],
      }),
      aField('Holdfast_Key', { unique: true, external: 'org', mandatory: 'layout' }),
      aField('Opt_Out', { dataType: 'boolean', mandatory: 'layout' }),
      aField('Score', { readOnly: true, mandatory: 'layout' }),
    ]);

    expect(check(metadata)).toEqual([]);
  });

  it('a field that Holdfast takes to be longer than it is', () => {
    const metadata = someMetadata([aField('Campaign', { length: 100 })]);

    const findings = check(metadata, { fields: { utm_campaign: 'Campaign' } });

    expect(findings).toMatchObject([
      {
        code: 'value_refused',
        severity: 'warning',
        field: 'Campaign',
        remedy: expect.stringContaining('zoho.metadata'),
      },
    ]);
  });

  it('a short field of which the length is saved, since values are cut', () => {
    const field = aField('Campaign', { length: 20 });
    const zoho = { fields: { utm_campaign: 'Campaign' }, metadata: saved(field) };

    expect(codes(check(someMetadata([field]), zoho))).toEqual(['value_cut']);
  });

  it('a label that is not among the values of the lead source', () => {
    const findings = check(
      someMetadata(),
      {},
      {
        partner: { provider: 'standard_webhooks', label: 'Partner' },
        demo: { provider: 'typeform', label: 'Demo request' },
        plain: { provider: 'typeform' },
      },
    );

    expect(findings).toMatchObject([
      { code: 'picklist_value', message: expect.stringContaining('"Demo request"') },
      { code: 'picklist_value', message: expect.stringContaining('"plain"') },
    ]);
  });

  it('free text that goes to a list of values', () => {
    const country = aField('Country', { dataType: 'picklist', pickListValues: ['Portugal'] });

    expect(codes(check(someMetadata([country])))).toEqual(['picklist_free_text']);
  });

  it('two values with one field', () => {
    const findings = check(someMetadata(), { fields: { full_name: 'Last_Name' } });

    expect(findings).toMatchObject([
      {
        code: 'shared_target',
        severity: 'note',
        field: 'Last_Name',
        filledFrom: 'last_name, full_name',
      },
    ]);
  });

  it('nothing of several values that go into the description', () => {
    expect(check(someMetadata(), { fields: { form_name: 'Description' } })).toEqual([]);
  });

  it('saved metadata that Zoho has left behind', () => {
    const findings = check(someMetadata([aField('City', { length: 50 })]), {
      metadata: saved(aField('City', { length: 80 })),
    });

    expect(codes(findings)).toContain('metadata_outdated');
    expect(findings.find(({ code }) => code === 'metadata_outdated')).toMatchObject({
      field: 'City',
      message: 'zoho.metadata has text of 80, and Zoho says text of 50.',
    });
  });

  it('saved metadata of a field that is of another type by now', () => {
    const findings = check(someMetadata([aField('City', { length: 100 })]), {
      metadata: saved(aField('City', { dataType: 'textarea', length: 100 })),
    });

    expect(codes(findings)).toEqual(['metadata_outdated']);
  });

  it('layouts that could not be read', () => {
    const findings = check(someMetadata([], { layoutsRead: false }));

    expect(findings).toMatchObject([{ code: 'layouts_not_read', severity: 'warning' }]);
  });

  it('two fields of a sender that fill one', () => {
    const findings = check(
      someMetadata(),
      {},
      {
        partner: {
          provider: 'standard_webhooks',
          label: 'Partner',
          fields: { work_mail: 'email', home_mail: 'email', town: 'city' },
        },
      },
    );

    expect(findings).toMatchObject([
      { code: 'source_fields_share', severity: 'note', filledFrom: 'email' },
    ]);
    expect(findings[0]?.message).toContain('work_mail, home_mail');
  });

  it.each([
    ['a question', { fields: { size: 'custom_company_size' as const } }],
    ['a constant', { defaults: { custom_company_size: '1–10' } }],
  ])('a field of your own, filled by %s, that no field of Zoho takes', (_what, filling) => {
    const sources = {
      website: {
        provider: 'website_form' as const,
        label: 'Website',
        allowedOrigins: ['https://www.example.com'],
        ...filling,
      },
    };

    const findings = check(someMetadata(), {}, sources);
    const mapped = check(someMetadata(), { fields: { custom_company_size: 'City' } }, sources);

    expect(findings).toMatchObject([
      { code: 'custom_not_delivered', severity: 'warning', filledFrom: 'custom_company_size' },
    ]);
    expect(findings[0]?.message).toContain('stays in the event store');
    expect(codes(mapped)).not.toContain('custom_not_delivered');
  });
});

describe('findings', () => {
  it('come the worst first, one line each, with a count', () => {
    const metadata = someMetadata([aField('Holdfast_Key', { unique: true })], {
      layoutsRead: false,
    });

    const findings = check(metadata, { fields: { utm_campaign: 'Completely_Else' } });

    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'note']);
    const lines = describeFindings(findings);
    expect(lines[2]).toMatch(/^ERROR +Completely_Else +utm_campaign +Zoho has no field/);
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe('1 error, 1 warning, 1 note.');
  });

  it('of one kind about many sources are said as one, with a list', () => {
    const list = aField('Lead_Source', { dataType: 'picklist', pickListValues: ['Website'] });
    const demo = { provider: 'typeform', label: 'Demo request' } as const;
    const sources = { ...SOURCES, demo, plain: { provider: 'typeform' } } as const;

    const findings = check(someMetadata([list]), {}, sources);

    const text = describeFindings(findings).join('\n');
    expect(findings).toHaveLength(2);
    expect(text).toContain('among the values: "Demo request" (demo), "plain" (plain). Zoho says');
    expect(text).toContain('0 errors, 1 warning, 0 notes.');
    const alone = describeFindings(findings.slice(1)).join('\n');
    expect(alone).toContain('set sources.plain.label to one of the values');
  });

  it.each([60, 80, 100, 120])('fit into %i columns, and lose no word', (columns) => {
    const metadata = someMetadata([aField('Holdfast_Key', { unique: true })]);
    const findings = check(metadata, { fields: { utm_campaign: 'Completely_Else' } });

    const lines = describeFindings(findings, columns);

    const words = (each: readonly string[]) => each.join(' ').split(/\s+/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeGreaterThan(describeFindings(findings).length);
    expect(words(lines)).toEqual(words(describeFindings(findings)));
    expect(lines[3]).toMatch(/^ {4,}\S/);
  });

  it('and messages of the configuration name docs/mapping.md, which lists the canonical fields', () => {
    const page = readFileSync('docs/mapping.md', 'utf8');

    const missing = [...CANONICAL_FIELDS, ...ATTRIBUTE_NAMES, 'lead_source'].filter(
      (name) => !page.includes(`\`${name}\``),
    );

    expect(missing).toEqual([]);
  });

  it('have a row each in docs/mapping.md, and the page has no other', () => {
    const page = readFileSync('docs/mapping.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (error|warning|note) \|/gm)];

    expect(rows.map(([, code]) => code)).toEqual(FINDING_CODES);
  });
});
