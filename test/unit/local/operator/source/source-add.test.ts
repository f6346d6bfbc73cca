import { PassThrough } from 'node:stream';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../../lambdas/core/config.ts';
import { bindProvider } from '../../../../../lambdas/providers/bind-provider.ts';
import { GUIDES, PROVIDERS } from '../../../../../lambdas/providers/catalogue.ts';
import { makeSecret } from '../../../../../local/make-secret.ts';
import { openSecretPrompt } from '../../../../../local/operator/secret/ask-secret.ts';
import { chooseSource } from '../../../../../local/operator/source/choose-source.ts';
import {
  isUsableSecret,
  planSourceSecret,
  type SecretSituation,
} from '../../../../../local/operator/secret/plan-source-secret.ts';
import { sourceBlock } from '../../../../../local/operator/source/source-block.ts';
import {
  describeGuide,
  fillSteps,
  showsSecret,
} from '../../../../../local/operator/source/source-guide-text.ts';
import { readsDetails } from '../../../../../lambdas/providers/reads-details.ts';
import { readExample } from '../../../../../local/samples/webhook-example.ts';
import { aSource } from '../../../../support/webhook-builders.ts';

const SECRET = 'a-secret-of-example-length';
const names = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[];

const aPlan = (
  stored: object,
  change: Partial<Omit<SecretSituation, 'stored'>> & { isGenerated?: boolean } = {},
) => {
  const { isGenerated = false, ...rest } = change;
  return planSourceSecret({
    provider: bindProvider(aSource('typeform')),
    guide: { secret: 'ours', steps: [] },
    readsDetails: false,
    isTheirs: false,
    rotate: false,
    ...rest,
    stored: { text: JSON.stringify(stored), isGenerated },
  });
};

describe('the secret of a source that is added', () => {
  it('stays while it may be in use', () => {
    expect(aPlan({ current: SECRET }).members).toEqual({ current: 'keep' });
    expect(aPlan({ current: SECRET }, { isTheirs: true }).members).toEqual({ current: 'keep' });
  });

  it('is replaced when that was asked for, and valid a while longer', () => {
    expect(aPlan({ current: SECRET }, { rotate: true })).toMatchObject({
      members: { current: 'make' },
      movesCurrent: true,
    });
    expect(aPlan({ current: SECRET }, { rotate: true, isTheirs: true })).toMatchObject({
      members: { current: 'ask' },
      movesCurrent: true,
    });
  });

  it('is asked for where the sender makes it and the stack has generated one', () => {
    const guide = { secret: 'theirs', steps: [] } as const;

    expect(aPlan({ current: SECRET }, { guide, isGenerated: true })).toMatchObject({
      members: { current: 'ask' },
      movesCurrent: false,
    });
    expect(aPlan({ current: SECRET }, { isGenerated: true }).members).toEqual({ current: 'keep' });
  });

  it('is made where none is stored that the functions could use', () => {
    const provider = bindProvider(aSource('standard_webhooks'));

    expect(aPlan({}).members).toEqual({ current: 'make' });
    expect(aPlan({ current: 'short' }).members).toEqual({ current: 'make' });
    expect(aPlan({ current: SECRET }, { provider, rotate: true })).toMatchObject({
      members: { current: 'make' },
      movesCurrent: false,
    });
  });

  it('is ours where the address ends with it', () => {
    const provider = bindProvider(aSource('url_token'));

    expect(aPlan({}, { provider, isTheirs: true }).members).toEqual({ current: 'make' });
  });

  it('is asked for where it proves no sender, but that a person filled in the form', () => {
    const provider = bindProvider(aSource('website_form', { turnstile: {} }));

    expect(aPlan({ current: SECRET }, { provider, isGenerated: true }).members).toEqual({
      current: 'ask',
    });
  });

  it('comes with a token for the handshake, and one for the API, where the provider needs them', () => {
    const needs = { readsDetails: true };
    const guide = { secret: 'ours', steps: ['Verify token: {verify_token}'] } as const;
    const all = { current: SECRET, verify_token: 'a', api_token: 'b' };

    expect(aPlan({ current: SECRET }, { ...needs, guide }).members).toEqual({
      current: 'keep',
      verify_token: 'make',
      api_token: 'ask',
    });
    expect(aPlan(all, { ...needs, guide }).members).toEqual({
      current: 'keep',
      verify_token: 'keep',
      api_token: 'keep',
    });
    expect(aPlan(all, { ...needs, guide, rotate: true }).members).toEqual({
      current: 'make',
      verify_token: 'keep',
      api_token: 'ask_or_keep',
    });
  });

  it.each(names)('is usable by the functions when it was made for %s', (name) => {
    const { settings = {} } = readExample(name);
    const { authentication } = bindProvider(aSource(name, settings));

    expect(isUsableSecret(authentication, makeSecret(authentication))).toBe(true);
    expect(isUsableSecret(authentication, 'too-short')).toBe(false);
    expect(isUsableSecret(authentication, undefined)).toBe(false);
  });
});

describe('a token for the API of a provider', () => {
  it('is needed where details are read, and where that is a setting, once it is set', () => {
    expect(readsDetails(aSource('meta'))).toBe(true);
    expect(readsDetails(aSource('typeform'))).toBe(false);
    expect(readsDetails(aSource('jotform'))).toBe(false);
    expect(readsDetails(aSource('jotform', { readDetails: true }))).toBe(true);
  });
});

describe('the source that is meant', () => {
  const { sources } = defineConfig({
    sources: {
      demo: { provider: 'typeform' },
      second: { provider: 'typeform' },
      shop: { provider: 'shared_secret' },
      url_token: { provider: 'shared_secret' },
    },
  });
  const choose = (provider: keyof typeof PROVIDERS, name?: string) =>
    chooseSource(sources, provider, name);

  it('is the one of that name, or the only one of its provider', () => {
    expect(choose('typeform', 'second')).toEqual({ kind: 'found', name: 'second' });
    expect(choose('standard_webhooks')).toEqual({ kind: 'missing', name: 'standard_webhooks' });
    expect(choose('url_token')).toEqual({ kind: 'missing', name: 'url_token_2' });
    expect(choose('url_token', 'new')).toEqual({ kind: 'missing', name: 'new' });
  });

  it('is not guessed', () => {
    expect(choose('typeform')).toMatchObject({ why: expect.stringContaining('demo | second') });
    expect(choose('typeform', 'shop')).toMatchObject({
      why: 'The source shop has the provider shared_secret, not typeform.',
    });
    expect(choose('typeform', 'Wrong Name').kind).toBe('wrong');
  });
});

describe('the lines for the configuration', () => {
  it.each(names)('are a source of %s that is valid as it is', (name) => {
    const block = sourceBlock(`my-${name}`, name, "Label's", readExample(name).settings);

    // What a person pastes, as JavaScript reads it.
    const pasted = runInThisContext(`({ ${block.join('\n')} })`) as { [name: string]: never };
    const config = defineConfig({ sources: pasted });

    expect(config.sources[`my-${name}`]).toMatchObject({ provider: name, label: "Label's" });
  });

  it('hold no setting that can be left out', () => {
    expect(sourceBlock('demo', 'typeform', 'Typeform', { trust: 60 })).toEqual([
      'demo: {',
      "  provider: 'typeform',",
      "  label: 'Typeform',",
      '},',
    ]);
  });
});

describe('a guide', () => {
  it('is filled in with the address and the secrets of the source', () => {
    const steps = ['Post to {url}/{secret}', 'Token: {verify_token}', 'As {other} says'];

    const filled = fillSteps(steps, {
      url: 'https://x.example/hooks/a',
      secret: '$&',
      verifyToken: 't',
    });

    expect(filled).toEqual(['Post to https://x.example/hooks/a/$&', 'Token: t', 'As {other} says']);
    expect(showsSecret(steps)).toBe(true);
    expect(showsSecret(['Post to {url}'])).toBe(false);
  });

  it.each(names)('of %s warns of secrets in its steps, and leaves no placeholder', (name) => {
    const guide = GUIDES[name];
    const steps = fillSteps(guide.steps, { url: 'U', secret: 'S', verifyToken: 'V' });

    const text = describeGuide(guide, steps).join('\n');

    expect(text).not.toMatch(/\{(?:url|secret|verify_token)\}/);
    expect(text.includes('do not leave them in a log')).toBe(showsSecret(guide.steps));
  });
});

describe('a secret that is asked for', () => {
  it('is read line by line from a pipe', async () => {
    const input = new PassThrough();
    const shown: string[] = [];
    const prompt = openSecretPrompt(input, (text) => shown.push(text));
    input.end('  first-secret  \nsecond\n');

    const answers = [await prompt.ask('One: '), await prompt.ask('Two: ')];

    expect(answers).toEqual(['first-secret', 'second']);
    expect(shown).toEqual(['One: ', 'Two: ']);
    await expect(prompt.ask('Three: ')).rejects.toThrow('No secret was given');
    prompt.close();
  });

  it('is not shown on a terminal', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const shown: string[] = [];
    const prompt = openSecretPrompt(input, (text) => shown.push(text));
    setImmediate(() => input.write('their-secret\r'));

    const answer = await prompt.ask('Secret: ');

    expect(answer).toBe('their-secret');
    expect(shown).toEqual(['Secret: ', '\n']);
    prompt.close();
  });
});
