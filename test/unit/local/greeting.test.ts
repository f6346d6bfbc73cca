import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { describeSamples, samplesHeading } from '../../../local/greeting.ts';

const APIS = 'http://127.0.0.1:4014';

describe('the commands that send a sample', () => {
  it.each([
    ['meta', { provider: 'meta' }],
    ['jotform, when it is asked,', { provider: 'jotform', readDetails: true }],
    ['hubspot', { provider: 'hubspot', publicUrl: 'https://leads.example.com/hooks/demo' }],
  ] as const)('tell the API of %s first what its submission says', (_, source) => {
    const lines = samplesOf(source);

    const [, told = '', ...rest] = lines;
    expect(told).toContain(`-X PUT '${APIS}/_admin/${source.provider}/submissions/`);
    expect(told).toContain('ana.ng.x1@example.com');
    expect(rest.join('\n')).toContain('/hooks/demo');
  });

  it('tell everything that is asked of an API, such as the form of a lead', () => {
    const told = samplesOf({ provider: 'linkedin' }).filter((line) => line.includes('-X PUT'));

    expect(told.map((line) => /_admin\/linkedin\/\w+/.exec(line)?.[0])).toEqual([
      '_admin/linkedin/submissions',
      '_admin/linkedin/forms',
    ]);
  });

  it.each([
    ['typeform', { provider: 'typeform' }],
    ['jotform, whose webhook says all', { provider: 'jotform' }],
  ] as const)('are one command for %s', (_, source) => {
    expect(samplesOf(source).join('\n')).not.toContain('_admin');
  });
});

describe('the heading of the samples', () => {
  it('names the command that prints new ones for the pipeline that runs', () => {
    expect(samplesHeading([]).join(' ')).toContain('`npm run samples` prints');
    expect(samplesHeading(['--port', '5000']).join(' ')).toContain(
      '`npm run samples -- --port 5000` prints',
    );
  });
});

function samplesOf(source: HoldfastConfigInput['sources'][string]): readonly string[] {
  return describeSamples({
    config: defineConfig({ sources: { demo: source } }),
    endpoint: 'http://127.0.0.1:4000',
    providerApisUrl: APIS,
    sourceSecret: () => 'a secret of sixteen',
    nowMs: Date.parse('2026-11-22T04:00:00.000Z'),
    newId: () => 'x1',
    hasOpenssl: false,
  });
}
