import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerAdmin } from '../../../../local/provider-apis/admin.ts';
import { PLAYED_PROVIDERS } from '../../../../local/provider-apis/api-shapes.ts';
import {
  createProviderApis,
  LOCAL_API_TOKEN,
  TROUBLES,
} from '../../../../local/provider-apis/provider-apis.ts';

const BEARER = { authorization: `Bearer ${LOCAL_API_TOKEN}` };

const at = (text: string) => {
  const url = new URL(text, 'http://127.0.0.1');
  return { path: url.pathname, query: url.searchParams };
};

describe('the README of the played APIs', () => {
  it('names every provider, every trouble and the token', () => {
    const page = readFileSync('local/provider-apis/README.md', 'utf8');

    const names = [...PLAYED_PROVIDERS, ...TROUBLES, LOCAL_API_TOKEN];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('shows requests that the admin routes take', () => {
    const page = readFileSync('local/provider-apis/README.md', 'utf8');
    const apis = createProviderApis();
    const requests = [...page.matchAll(/^curl -X (\w+) \$A\/(\S+) .*-d '(.+)'$/gm)];

    const statuses = requests.map(
      ([, method = '', path = '', body = '']) =>
        answerAdmin(apis, method, `meta/${path}`, JSON.parse(body)).status,
    );

    expect(statuses).toEqual([200, 200, 200]);
  });
});

describe('the API of a provider, played', () => {
  it('of Meta answers the fields that are asked for, and the id', () => {
    const apis = createProviderApis();
    const lead = { field_data: [], form_id: '77', ad_name: 'x' };
    apis.put('meta', { kind: 'submissions', id: '1' }, lead);

    const answer = apis.answer('meta', at('/v24.0/1?fields=field_data,form_id'), BEARER);

    expect(answer).toMatchObject({ kind: 'answer', status: 200 });
    expect((answer as { body: object }).body).toEqual({ id: '1', field_data: [], form_id: '77' });
  });

  it('of LinkedIn knows responses and the forms that they answer', () => {
    const apis = createProviderApis();
    apis.put('linkedin', { kind: 'submissions', id: 'abc-1' }, { formResponse: { answers: [] } });
    apis.put('linkedin', { kind: 'forms', id: '9' }, { questions: [] });

    const response = apis.answer('linkedin', at('/rest/leadFormResponses/abc-1'), BEARER);
    const form = apis.answer('linkedin', at('/rest/leadForms/9'), BEARER);

    expect(response).toMatchObject({ body: { id: 'abc-1', testLead: false, formResponse: {} } });
    expect(form).toMatchObject({ body: { id: '9', questions: [] } });
  });

  it('of HubSpot answers the properties that are asked for', () => {
    const apis = createProviderApis();
    apis.put(
      'hubspot',
      { kind: 'submissions', id: '7' },
      { properties: { email: 'ana@example.com', phone: '+12025550143', company: 'x' } },
    );

    const all = apis.answer('hubspot', at('/crm/v3/objects/contacts/7'), BEARER);
    const some = apis.answer(
      'hubspot',
      at('/crm/v3/objects/contacts/7?properties=phone,company'),
      BEARER,
    );

    expect(all).toMatchObject({
      body: { id: '7', properties: { email: 'ana@example.com', hs_object_id: '7' } },
    });
    expect((some as { body: object }).body).toMatchObject({
      properties: { phone: '+12025550143', company: 'x' },
    });
    expect(JSON.stringify(some)).not.toContain('ana@example.com');
  });

  it('of Jotform wraps what it says, and takes its key from its own header', () => {
    const apis = createProviderApis();
    apis.put('jotform', { kind: 'submissions', id: '5' }, { answers: {} });

    const known = apis.answer('jotform', at('/submission/5'), { apikey: LOCAL_API_TOKEN });
    const unknown = apis.answer('jotform', at('/submission/5'), BEARER);

    expect(known).toMatchObject({ status: 200, body: { content: { id: '5', answers: {} } } });
    expect(unknown).toMatchObject({ status: 401, body: { responseCode: 401 } });
  });

  it.each([
    ['meta', '/1', 400, { error: { code: 100, error_subcode: 33 } }],
    ['linkedin', '/rest/leadFormResponses/1', 404, {}],
    ['hubspot', '/crm/v3/objects/contacts/1', 404, {}],
  ])(
    'of %s says in its own way that it does not know a submission',
    (provider, path, status, body) => {
      const answer = createProviderApis().answer(provider, at(path), BEARER);

      expect(answer).toMatchObject({ status, body });
    },
  );

  it('meets planned trouble, call by call, and is well afterwards', () => {
    const apis = createProviderApis();
    apis.put('meta', { kind: 'submissions', id: '1' }, {});
    apis.plan('meta', { trouble: 'rate_limited', calls: 2, retryAfterSeconds: 5 });
    apis.plan('meta', { trouble: 'expired', calls: 1 });
    apis.plan('meta', { trouble: 'hang', calls: 1 });
    apis.plan('meta', { trouble: 'cut', calls: 1 });

    const endings = Array.from({ length: 6 }, () => apis.answer('meta', at('/1'), BEARER));

    expect(endings).toMatchObject([
      { status: 429, headers: { 'retry-after': '5' } },
      { status: 429, headers: { 'retry-after': '5' } },
      { status: 400, body: { error: { code: 190 } } },
      { kind: 'hang' },
      { kind: 'cut' },
      { kind: 'answer', status: 200 },
    ]);
    expect(apis.calls('meta').map(({ status }) => status)).toEqual([429, 429, 400, 0, 0, 200]);
  });
});

describe('the admin routes', () => {
  it('put a submission in and take it out again', () => {
    const apis = createProviderApis();
    const path = 'jotform/submissions/5';

    const put = answerAdmin(apis, 'PUT', path, { answers: {} });
    const known = apis.answer('jotform', at('/submission/5'), { apikey: LOCAL_API_TOKEN });
    const removed = answerAdmin(apis, 'DELETE', path, undefined);
    const again = answerAdmin(apis, 'DELETE', path, undefined);

    expect([put.status, removed.status, again.status]).toEqual([200, 200, 404]);
    expect(known).toMatchObject({ status: 200 });
  });

  it.each([
    ['an unknown provider', 'PUT', 'acme/submissions/1', {}, 404],
    ['an unknown kind', 'PUT', 'meta/forms/1', {}, 404],
    ['a body that is no object', 'PUT', 'meta/submissions/1', 'x', 400],
    ['unknown trouble', 'POST', 'meta/troubles', { trouble: 'bad mood' }, 400],
    ['no token', 'PUT', 'meta/token', {}, 400],
    ['another method', 'GET', 'meta/submissions/1', undefined, 405],
  ])('refuse %s', (_what, method, path, body, status) => {
    expect(answerAdmin(createProviderApis(), method, path, body).status).toBe(status);
  });
});
