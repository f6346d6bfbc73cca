import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GUIDES, PROVIDERS } from '../../../../lambdas/providers/catalogue.ts';
import { ownSettings } from '../../../../local/docs/own-settings.ts';
import { PROVIDERS_PAGE, providersPage } from '../../../../local/docs/providers-page.ts';

const names = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[];

describe('docs/providers.md', () => {
  it('is what "npm run docs" writes', () => {
    expect(readFileSync(PROVIDERS_PAGE, 'utf8')).toBe(providersPage());
  });

  it.each(names)('has a row and a section of %s', (name) => {
    const page = providersPage();
    const { title, steps } = GUIDES[name];

    expect(page).toContain(`\n## ${title}\n\`provider: '${name}'\``);
    expect(page.split('\n').filter((line) => line.startsWith(`| [${title}](#`))).toHaveLength(1);
    expect(page.split('\n').filter((line) => line.startsWith('1. '))).toHaveLength(names.length);
    expect(steps.length).toBeGreaterThan(0);
  });

  it('has as many cells in each row as its head', () => {
    const widths = providersPage()
      .split('\n\n')
      .flatMap((block) => block.split('\n').filter((line) => line.startsWith('|')))
      .map((line) => line.split(/(?<!\\)\|/).length);

    expect(new Set(widths)).toEqual(new Set([5, 8]));
  });

  it.each(names)('says what each setting of %s is for', (name) => {
    for (const setting of ownSettings(name)) expect(setting.about, setting.name).toMatch(/\w{3}/);
  });

  it('knows what is required and what is not set', () => {
    expect(ownSettings('website_form')).toMatchObject([
      { name: 'allowedOrigins', isRequired: true },
      { name: 'honeypotField', isRequired: false },
      { name: 'turnstile', isRequired: false },
    ]);
    expect(ownSettings('calendly')).toMatchObject([{ name: 'toleranceSeconds', byDefault: 300 }]);
    expect(ownSettings('typeform')).toEqual([]);
  });
});
