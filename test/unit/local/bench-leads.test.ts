import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { config } from '../../../holdfast.config.ts';
import { buildBenchRequest, LEAD_BYTES } from '../../../local/bench-leads.ts';

const secretOf = () => `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const INDEXES = Array.from({ length: 40 }, (_, index) => index);

describe('the leads of the bench', () => {
  it('have a body of the promised size, whatever their source', () => {
    const sizes = INDEXES.map((index) =>
      Buffer.byteLength(buildBenchRequest(config, index, secretOf).body),
    );

    expect(new Set(sizes)).toEqual(new Set([LEAD_BYTES]));
  });

  it('take turns with the sources', () => {
    const sources = INDEXES.slice(0, 4).map(
      (index) => buildBenchRequest(config, index, secretOf).source,
    );

    expect(sources).toEqual(Object.keys(config.sources));
  });

  it('compress no better than what people write', () => {
    const websites = INDEXES.filter((index) => index % 4 === 3);

    for (const index of websites) {
      const { body } = buildBenchRequest(config, index, secretOf);
      expect(gzipSync(body).length).toBeGreaterThan(LEAD_BYTES * 0.48);
    }
  });
});
