import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import type { ModuleMetadata } from '../../../../lambdas/operations/mapping/module-metadata.ts';
import {
  planZohoSetup,
  type SetupPlan,
} from '../../../../lambdas/operations/mapping/plan-zoho-setup.ts';
import { aField, metadataWithout, someMetadata } from '../../../support/metadata-builders.ts';

const plan = (metadata: ModuleMetadata, zoho: HoldfastConfigInput['zoho'] = {}): SetupPlan =>
  planZohoSetup(defineConfig({ sources: { demo: { provider: 'typeform' } }, zoho }), metadata);

describe('a setup of Zoho', () => {
  it('has nothing to do where all is there and right', () => {
    const { missing, wrong, impossible, right } = plan(someMetadata());

    expect({ missing, wrong, impossible }).toEqual({ missing: [], wrong: [], impossible: [] });
    expect(right).toEqual(expect.arrayContaining(['Holdfast_Key', 'Holdfast_Version', 'Email']));
  });

  it('creates the two fields that Holdfast needs, under labels that make their names', () => {
    const { missing } = plan(metadataWithout('Holdfast_Key', 'Holdfast_Version'));

    expect(missing).toMatchObject([
      { purpose: 'key', apiName: 'Holdfast_Key', label: 'Holdfast Key' },
      { purpose: 'version', apiName: 'Holdfast_Version', label: 'Holdfast Version' },
    ]);
  });

  it('needs neither where records are found by e-mail', () => {
    const metadata = metadataWithout('Holdfast_Key', 'Holdfast_Version');

    expect(plan(metadata, { match: 'email_search' }).missing).toEqual([]);
  });

  it('creates mapped fields: a text, or a text area for messages', () => {
    const fields = { utm_campaign: 'Campaign_Name', message: 'Question' };

    expect(plan(someMetadata(), { fields }).missing).toMatchObject([
      { apiName: 'Question', type: 'textarea', filledFrom: 'message', purpose: 'mapped' },
      { apiName: 'Campaign_Name', type: 'text', filledFrom: 'utm_campaign', purpose: 'mapped' },
    ]);
  });

  it('names the field that may be meant', () => {
    const fields = { utm_campaign: 'Campain_Name' };

    const { missing } = plan(someMetadata([aField('Campaign_Name')]), { fields });

    expect(missing).toMatchObject([{ apiName: 'Campain_Name', near: 'Campaign_Name' }]);
  });

  it('reports what is there and wrong, and does not create it', () => {
    const metadata = someMetadata([aField('Holdfast_Key', { length: 20 })]);

    const { missing, wrong, right } = plan(metadata);

    expect(missing).toEqual([]);
    expect(wrong.map(({ code }) => code)).toEqual(['key_too_short', 'key_not_unique']);
    expect(right).not.toContain('Holdfast_Key');
  });

  it('never creates a standard field that is missing', () => {
    const { missing, impossible } = plan(metadataWithout('Website'));

    expect(missing).toEqual([]);
    expect(impossible).toMatchObject([
      { apiName: 'Website', why: expect.stringContaining('standard field') },
    ]);
  });

  it.each(['Campaign__c', 'Campaign_'])('cannot make the name %s of any label', (apiName) => {
    const { missing, impossible } = plan(someMetadata(), { fields: { utm_campaign: apiName } });

    expect(missing).toEqual([]);
    expect(impossible).toMatchObject([{ apiName, why: expect.stringContaining('another name') }]);
  });
});
