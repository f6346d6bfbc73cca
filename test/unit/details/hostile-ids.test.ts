import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchDetails } from '../../../lambdas/details/fetch-details.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { BoundDetailsApi } from '../../../lambdas/providers/bind-details.ts';
import { type ProviderName, PROVIDERS } from '../../../lambdas/providers/catalogue.ts';
import { aSource } from '../../support/webhook-builders.ts';

const APIS = (Object.keys(PROVIDERS) as ProviderName[]).flatMap((name) => {
  const { detailsApi } = bindProvider(aSource(name));
  return detailsApi === undefined ? [] : [[name, detailsApi] as const];
});

/** The ids that the webhooks of these senders name. */
const ID_NAMES = [
  'leadgen_id',
  'contact_id',
  'submission_id',
  'response_id',
  'form_id',
  'form_urn',
  'response',
];

const HOSTILE = [
  '../../me/accounts',
  '..',
  '.',
  '%2e%2e',
  '@evil.example.com',
  '//evil.example.com/x',
  '\\\\evil.example.com\\x',
  '1?access_token=x',
  '1#',
  '1\r\nhost: evil.example.com',
  '1 HTTP/1.1',
  '\u2024\u2024/',
  ':80',
  '1;x',
];

/** The URLs that an API is called at for a submission of this id; what it answers is empty. */
async function calledFor(api: BoundDetailsApi, id: string): Promise<readonly string[]> {
  const urls: string[] = [];
  await fetchDetails(
    {
      source: 'ads',
      api,
      origin: api.origin,
      calls: api.calls(Object.fromEntries(ID_NAMES.map((name) => [name, id]))),
      token: 'token',
      untilMs: 1_000,
    },
    {
      fetch: (async (url: string) => {
        urls.push(new Request(url).url);
        return new Response('{}');
      }) as typeof globalThis.fetch,
      clock: { nowMs: () => 0, sleep: async () => {}, after: () => () => {} },
      metrics: { count: () => {}, gauge: () => {} },
    },
  );
  return urls;
}

describe.each(APIS)('an id from a webhook of %s', (_, api) => {
  /** Where every call for an honest id goes, with the id itself left out. */
  const isHonest = async (url: string, id: string): Promise<boolean> => {
    const honest = await calledFor(api, '1234567890');
    return honest.some((one) => {
      const [before = '', after = ''] = one.split('1234567890');
      const from = url.slice(0, before.length);
      const rest = url.slice(before.length, url.length - after.length);
      return (
        from === before && url.endsWith(after) && !/[/?#\\]/.test(rest) && !['.', '..'].includes(id)
      );
    });
  };

  it.each(HOSTILE)('reaches no other host and no other resource: %j', async (id) => {
    for (const url of await calledFor(api, id)) {
      expect(new URL(url).origin).toBe(new URL(api.origin).origin);
      expect([url, await isHonest(url, id)]).toEqual([url, true]);
    }
  });

  it('reaches none, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary-ascii', minLength: 1 }), async (id) => {
        for (const url of await calledFor(api, id)) expect(await isHonest(url, id)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

it('there are such senders', () => {
  expect(APIS.map(([name]) => name).toSorted()).toEqual(['hubspot', 'jotform', 'linkedin', 'meta']);
});
