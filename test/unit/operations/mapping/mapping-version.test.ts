import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import { labelOf } from '../../../../lambdas/operations/mapping/kept-mapping.ts';
import { mappingVersionOf } from '../../../../lambdas/operations/submission/normalize-submission.ts';
import type { SourceConfig } from '../../../../lambdas/providers/catalogue.ts';

const SIGNATURE = { header: 'x-signature', template: '{body}', timestamp: 'none' } as const;

const shop = (settings: Record<string, unknown> = {}): SourceConfig => {
  const sources = { shop: { provider: 'generic_hmac', signature: SIGNATURE, ...settings } };
  return defineConfig({ sources: sources as HoldfastConfigInput['sources'] }).sources['shop']!;
};

describe('the version of a mapping', () => {
  it.each([
    ['label', { label: 'Shop' }],
    ['trust', { trust: 90 }],
    ['mode', { mode: 'update_only' }],
    ['highIntent', { highIntent: true }],
    ['onRepeat', { onRepeat: 'conflict' }],
    ['retry', { retry: { attemptsMax: 9 } }],
    ['expect', { expect: { everyHours: 24, leadsPerDay: 40 } }],
    ['signature', { signature: { ...SIGNATURE, header: 'x-other' } }],
  ])('stays when the setting %s changes, which decides no reading', (_name, settings) => {
    expect(shop(settings)).not.toEqual(shop());
    expect(mappingVersionOf(shop(settings))).toBe(mappingVersionOf(shop()));
  });

  it.each([
    ['the field map', { fields: { firma: 'company' } }],
    ['a path', { dataPath: 'lead' }],
  ])('changes with %s', (_name, settings) => {
    expect(mappingVersionOf(shop(settings))).not.toBe(mappingVersionOf(shop()));
  });

  it('changes with a setting that it has never heard of', () => {
    const newer = { ...shop(), readNumbersAs: 'text' };

    expect(mappingVersionOf(newer)).not.toBe(mappingVersionOf(shop()));
  });

  it('begins with the label, which changes nothing else of it', () => {
    const plain = mappingVersionOf(shop());

    expect(plain).toMatch(/^\d+-[0-9a-f]{12}$/);
    expect(mappingVersionOf(shop(), 'spring-form.2')).toBe(`spring-form.2:${plain}`);
    expect([labelOf(plain), labelOf(`spring-form.2:${plain}`)]).toEqual([
      undefined,
      'spring-form.2',
    ]);
  });

  it.each(['a b', '', '-spring', 'frühling', 'a:b', 'a'.repeat(41)])(
    'has no label that is %j',
    (mappingLabel) => {
      const sources = { demo: { provider: 'typeform' } } as const;

      expect(() => defineConfig({ sources, mappingLabel })).toThrow(
        /mappingLabel: must be letters/,
      );
    },
  );
});
