import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import { rawPayload } from '../../../../lambdas/intake/new-event.ts';
import { mapAnew } from '../../../../lambdas/operations/mapping/map-anew.ts';
import { mappingChangeOf } from '../../../../lambdas/operations/mapping/mapping-change.ts';
import { bindProvider } from '../../../../lambdas/providers/bind-provider.ts';
import { anIntake, PEPPER } from '../../../support/intake-harness.ts';
import {
  aRequest,
  aSource,
  headersOf,
  providerRequest,
  SECRET,
} from '../../../support/webhook-builders.ts';

const PLAIN_FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function svixRequest() {
  const { headers, body } = providerRequest('standard-webhooks');
  const renamed = Object.entries(headersOf(headers)).map(([name, value]) => [
    name.replace('webhook-', 'svix-'),
    value,
  ]);
  return { headers: Object.fromEntries(renamed) as object, body };
}

type Sources = HoldfastConfigInput['sources'];

const signed = (body: string) => ({
  'content-type': 'application/json',
  'x-signature': createHmac('sha256', SECRET).update(body).digest('hex'),
});

const generic = (settings: Record<string, unknown> = {}): Sources => ({
  shop: {
    provider: 'generic_hmac',
    signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
    ...settings,
  },
});

const form = (settings: Record<string, unknown> = {}): Sources => ({
  shop: { provider: 'website_form', allowedOrigins: ['https://www.example.com'], ...settings },
});

/** Takes a request in with one configuration, and reads its events again with another. */
async function readAgain(taken: Sources, now: Sources, body: unknown) {
  const intake = anIntake({ sources: taken });
  const text = JSON.stringify(body);
  const isForm = taken['shop']?.provider === 'website_form';
  const headers = isForm ? { 'content-type': 'application/json' } : signed(text);
  const answer = await intake.post('/hooks/shop', text, headers);
  expect(answer.status).toBe(200);
  intake.clock.nowMs += 7 * 24 * 60 * 60 * 1_000;
  const settings = { config: defineConfig({ sources: now }), pepper: PEPPER };
  return await Promise.all(
    intake.stored.map(async (event) => {
      const record = (await intake.store.readRecord(event.key))!;
      return { event, record, mapped: await mapAnew(record, intake.store, settings) };
    }),
  );
}

describe('an event that is mapped anew', () => {
  it('with the same configuration is what intake made of it', async () => {
    const body = {
      id: '7',
      email: 'ana@example.com',
      name: 'Ana Ng',
      created: '2026-11-22T03:00:00Z',
    };
    const sources = generic({ idPath: 'id', occurredAtPath: 'created' });

    const [again] = await readAgain(sources, sources, body);

    expect(again?.mapped).toEqual({
      kind: 'mapped',
      mappingVersion: again?.event.mappingVersion,
      normalized: again?.event.normalized,
    });
  });

  it('keeps key, receipt and correlation, and names the mapping that it was read with', async () => {
    const [again] = await readAgain(form(), form({ fields: { shop_name: 'company' } }), {
      submission_id: 's1',
      email: 'ana@example.com',
      shop_name: 'Example Ltd',
    });

    if (again?.mapped.kind !== 'mapped') throw new Error('it was not mapped');
    const { normalized, mappingVersion } = again.mapped;
    expect(normalized.attributes['company']).toBe('Example Ltd');
    expect(normalized.idempotency_key).toBe(again.record.key);
    expect(normalized.audit).toEqual({
      ...again.event.normalized!.audit,
      mapping_version: mappingVersion,
    });
    expect(mappingVersion).not.toBe(again.record.mappingVersion);
  });

  it('is found by its id in a list', async () => {
    const person = (id: string) => ({ id, email: `${id}@example.com`, firm: `Firm ${id}` });
    const ids = ['a', 'b', 'c'];

    const all = await readAgain(
      generic({ idPath: 'id' }),
      generic({ idPath: 'id', fields: { firm: 'company' } }),
      ids.map(person),
    );

    expect(
      all.map(({ mapped }) => mapped.kind === 'mapped' && mapped.normalized.attributes['company']),
    ).toEqual(['Firm a', 'Firm b', 'Firm c']);
  });

  it.each([
    ['another field holds the id', generic({ idPath: 'id' }), generic({ idPath: 'nr' })],
    ['no id was known', generic(), generic({ idPath: 'id' })],
    ['another field holds the e-mail address', generic(), generic({ fields: { mail: 'email' } })],
  ])('is found by its content when %s', async (_name, taken, now) => {
    const people = ['a', 'b'].map((id) => ({
      id,
      nr: `${id}1`,
      mail: `${id}@example.com`,
      email: `${id}.other@example.com`,
    }));

    const all = await readAgain(taken, now, people);

    expect(all.map(({ mapped }) => mapped.kind)).toEqual(['mapped', 'mapped']);
    expect(
      all.map(
        ({ mapped }) =>
          mapped.kind === 'mapped' &&
          mapped.normalized.answers.find((answer) => answer.key === 'id')?.value,
      ),
    ).toEqual(all.map(({ event }) => event.normalized!.answers[0]!.value));
  });

  it('without an id is found by its content half an hour later, too', async () => {
    const body = { email: 'ana@example.com' };

    const [again] = await readAgain(generic(), generic(), body);

    expect(again?.mapped.kind).toBe('mapped');
  });

  it('that could not be read at first can be read once the configuration is mended', async () => {
    const body = { lead: { email: 'ana@example.com', last_name: 'Ng' } };

    const [again] = await readAgain(
      generic({ dataPath: 'data' }),
      generic({ dataPath: 'lead' }),
      body,
    );

    expect(again?.record.key).toMatch(/^shop\|unreadable\|h1:/);
    if (again?.mapped.kind !== 'mapped') throw new Error('it was not mapped');
    expect(again.mapped.normalized).toMatchObject({
      idempotency_key: again.record.key,
      identity: { email: 'ana@example.com' },
    });
    expect(mappingChangeOf(undefined, again.mapped.normalized)).toMatchObject({
      email: { added: 1, changed: 0, removed: 0 },
      last_name: { added: 1, changed: 0, removed: 0 },
    });
  });

  it('of a list that could not be read is read entry by entry', async () => {
    const all = await readAgain(generic({ dataPath: 'data' }), generic({ dataPath: 'lead' }), [
      { lead: { email: 'ana@example.com' } },
      { lead: { email: 'ben@example.com' } },
    ]);

    expect(all.map(({ record }) => record.state)).toEqual(['quarantined', 'quarantined']);
    expect(
      all.map(({ mapped }) => mapped.kind === 'mapped' && mapped.normalized.identity.email),
    ).toEqual(['ana@example.com', 'ben@example.com']);
  });

  it('stays as it is when its request holds several', async () => {
    const [again] = await readAgain(form(), generic(), [
      { email: 'ana@example.com' },
      { email: 'ben@example.com' },
    ]);

    expect(again?.mapped).toEqual({ kind: 'unmapped', why: 'several_submissions' });
  });

  it.each([
    ['its body still cannot be read', 'still_unreadable', { other: {} }],
    ['it still names nobody', 'names_nobody', { lead: { last_name: 'Ng' } }],
  ])('stays as it is when %s', async (_name, why, body) => {
    const [again] = await readAgain(
      generic({ dataPath: 'data' }),
      generic({ dataPath: 'lead' }),
      body,
    );

    expect(again?.mapped).toEqual({ kind: 'unmapped', why });
  });

  it('stays as it is when the present configuration takes it for a trap', async () => {
    const [again] = await readAgain(form(), form({ honeypotField: 'fax' }), {
      submission_id: 's1',
      email: 'ana@example.com',
      fax: '12',
    });

    expect(again?.mapped).toEqual({ kind: 'unmapped', why: 'now_suppressed' });
  });

  it('stays as it is when its source is gone, or its request', async () => {
    const intake = anIntake();
    await intake.post('/hooks/website', '{"email":"ana@example.com","submission_id":"s"}', {
      'content-type': 'application/json',
    });
    const record = (await intake.store.readRecord(intake.stored[0]!.key))!;
    const gone = { ...intake.store, readRaw: async () => undefined };

    const answers = [
      await mapAnew(record, intake.store, {
        config: defineConfig({ sources: generic() }),
        pepper: PEPPER,
      }),
      await mapAnew(record, gone, {
        config: defineConfig({
          sources: {
            website: { provider: 'website_form', allowedOrigins: ['https://a.example.com'] },
          },
        }),
        pepper: PEPPER,
      }),
    ];

    expect(answers).toEqual([
      { kind: 'unmapped', why: 'source_gone' },
      { kind: 'unmapped', why: 'raw_gone' },
    ]);
  });

  it('tells how many of which field are added, changed and removed, never their values', async () => {
    const [again] = await readAgain(
      form({ fields: { a: 'company', c: 'city' } }),
      form({ fields: { b: 'company', c: 'region' } }),
      { submission_id: 's', email: 'ana@example.com', a: 'A', b: 'B', c: 'C' },
    );

    if (again?.mapped.kind !== 'mapped') throw new Error('it was not mapped');
    expect(mappingChangeOf(again.event.normalized, again.mapped.normalized)).toEqual({
      company: { added: 0, changed: 1, removed: 0 },
      city: { added: 0, changed: 0, removed: 1 },
      region: { added: 1, changed: 0, removed: 0 },
    });
  });

  it.each([
    ['typeform', 'typeform', providerRequest('typeform-form_response')],
    ['standard webhooks', 'standard_webhooks', providerRequest('standard-webhooks')],
    ['svix', 'standard_webhooks', svixRequest()],
    ['a plain form', 'website_form', { headers: PLAIN_FORM, body: 'email=ana%40example.com&a=1' }],
    ['a signed body', 'generic_hmac', { headers: signed('{"id":1}'), body: '{"id":1}' }],
  ] as const)('is read from what is kept of the headers of %s', async (_name, provider, sent) => {
    const request = aRequest({ headers: headersOf(sent.headers), body: sent.body });
    const bound = bindProvider(aSource(provider));
    const { headers } = rawPayload(request, 'current');

    const again = await bound.read({ ...request, headers });

    expect(again.kind).toBe('read');
    expect(again).toEqual(await bound.read(request));
  });
});
