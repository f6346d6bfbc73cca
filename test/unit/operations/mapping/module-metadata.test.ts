import { describe, expect, it } from 'vitest';
import {
  formatMetadata,
  parseMetadata,
} from '../../../../lambdas/operations/mapping/module-metadata.ts';
import { nearestName } from '../../../../lambdas/core/nearest-name.ts';
import { aField, someMetadata } from '../../../support/metadata-builders.ts';

describe('saved metadata', () => {
  it('are read back as they were', () => {
    const metadata = someMetadata([aField('Team', { mandatory: 'layout', pickListValues: ['A'] })]);

    const read = parseMetadata(formatMetadata(metadata));

    expect(read).toEqual({
      ...metadata,
      fields: metadata.fields.toSorted((a, b) => (a.apiName < b.apiName ? -1 : 1)),
    });
  });

  it('are the same text, in whatever order Zoho names the fields', () => {
    const metadata = someMetadata();

    const other = formatMetadata({ ...metadata, fields: metadata.fields.toReversed() });

    expect(other).toBe(formatMetadata(metadata));
  });

  it.each(['', '{', '[]', '{"fields":[]}', '{"module":"Leads","fields":[{"api_name":"City"}]}'])(
    'are not what %j is',
    (text) => {
      expect(parseMetadata(text)).toBeUndefined();
    },
  );
});

describe('the nearest name', () => {
  const names = ['Campaign_Source', 'City', 'Country'];

  it.each([
    ['Campaign_Sorce', 'Campaign_Source'],
    ['campaign_source', 'Campaign_Source'],
    ['CampaignSource', 'Campaign_Source'],
    ['Contry', 'Country'],
    ['Citi', 'City'],
  ])('to %s is %s', (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });

  it.each(['Team', 'Campaign', 'Street'])('to %s is none', (name) => {
    expect(nearestName(name, names)).toBeUndefined();
  });
});
