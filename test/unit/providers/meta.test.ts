import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { meta } from '../../../lambdas/providers/meta.ts';
import type { Submission } from '../../../lambdas/providers/provider.ts';
import type { Json } from '../../../lambdas/providers/reading/json.ts';
import { completed, pathsFor, submissionsOf, thinExample } from '../../support/thin-examples.ts';
import {
  aRequest,
  aSource,
  NOW_MS,
  providerRequest,
  SECRET,
  signatureVector,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('meta');
const LEAD_ID = '1000200030004000';

function hmac(content: string | Uint8Array, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(content).digest('hex')}`;
}

function verifyBody(body: string, signature: string, source = SOURCE) {
  const headers = { 'x-hub-signature-256': signature };
  return verifyAs(aRequest({ body, headers }), source, { current: SECRET }, NOW_MS);
}

function aChange(value: unknown = { leadgen_id: LEAD_ID, form_id: '1' }, field = 'leadgen') {
  return { field, value };
}

function aBody(...changes: unknown[]): unknown {
  return { object: 'page', entry: [{ id: '5', time: 1_795_319_998, changes }] };
}

function aThin(overrides: Partial<Submission> = {}): Submission {
  return {
    eventType: 'leadgen',
    sourceEventId: LEAD_ID,
    occurredAt: '2026-11-22T03:59:58.000Z',
    attributes: { form_id: '1' },
    answers: [],
    consent: [],
    details: { leadgen_id: LEAD_ID },
    content: {},
    ...overrides,
  };
}

function aLead(fields: Record<string, Json>, more: Record<string, Json> = {}): Json {
  const data = Object.entries(fields).map(([name, value]) => ({
    name,
    values: Array.isArray(value) ? value : [value],
  })) as Json;
  return { id: LEAD_ID, field_data: data, ...more };
}

describe('signatures', () => {
  it.each(['meta-3p-body', 'meta-3p-empty', 'meta-3p-unicode'])(
    'the vector %s is verified',
    (id) => {
      const vector = signatureVector(id);
      const headers = { 'x-hub-signature-256': vector.expected ?? '' };
      const request = aRequest({ headers, body: vector.body });

      const verification = verifyAs(request, SOURCE, { current: vector.secret }, NOW_MS);

      expect(verification).toEqual({ kind: 'verified', secretUsed: 'current', variant: 'raw' });
    },
  );

  it('over the escaped form of a body that came unescaped are taken, and told apart', () => {
    const body = '{"name":"José 🦀"}';
    const escaped = String.raw`{"name":"Jos\u00e9 \ud83e\udd80"}`;

    expect(verifyBody(body, hmac(escaped))).toMatchObject({ variant: 'escaped' });
    expect(verifyBody(body, hmac(body))).toMatchObject({ variant: 'raw' });
    expect(verifyBody(body, hmac(escaped.toUpperCase()))).toMatchObject({ reason: 'mismatch' });
  });

  it.each([
    ['another secret', hmac('{}', 'another-secret-of-example-length'), 'mismatch'],
    ['another body', hmac('{ }'), 'mismatch'],
    ['SHA-1', `sha1=${createHmac('sha1', SECRET).update('{}').digest('hex')}`, 'malformed'],
    ['no prefix', hmac('{}').slice('sha256='.length), 'malformed'],
    ['two values', `${hmac('{}')}, ${hmac('{}')}`, 'duplicate_header'],
    ['nothing', '', 'missing'],
  ])('with %s are refused', (_, signature, reason) => {
    expect(verifyBody('{}', signature)).toEqual({ kind: 'refused', reason });
  });
});

describe('the handshake', () => {
  const sample = providerRequest('meta-verify-get');
  const secrets = { current: SECRET, verifyToken: sample.secret };
  const ask = (query: Record<string, string>, verifyToken: string | undefined = sample.secret) =>
    meta.handshake(
      { ...aRequest({ method: 'GET' }), query: new Map(Object.entries(query)) },
      verifyToken === undefined ? { current: SECRET } : { current: SECRET, verifyToken },
    );
  const query = Object.fromEntries(sample.query);

  it('sends the bare challenge back as text', () => {
    expect(ask(query)).toEqual({ contentType: 'text/plain', body: '1158201444' });
  });

  it.each([
    ['another token', { 'hub.verify_token': `${sample.secret}x` }],
    ['an empty token', { 'hub.verify_token': '' }],
    ['another mode', { 'hub.mode': 'unsubscribe' }],
    ['no challenge', { 'hub.challenge': '' }],
    ['markup for a challenge', { 'hub.challenge': '<script>alert(1)</script>' }],
    ['a challenge with a line break', { 'hub.challenge': '1\r\nset-cookie: a' }],
    ['a challenge without end', { 'hub.challenge': '1'.repeat(201) }],
  ])('is not answered for %s', (_, change) => {
    expect(ask({ ...query, ...change })).toBeUndefined();
  });

  it('is not answered without a query, nor where no token was agreed', () => {
    expect(meta.handshake(aRequest({ method: 'GET' }), secrets)).toBeUndefined();
    expect(
      meta.handshake(
        { ...aRequest({ method: 'GET' }), query: new Map(Object.entries(query)) },
        { current: SECRET },
      ),
    ).toBeUndefined();
  });
});

describe('a webhook', () => {
  it('names its lead, with form and ad, and says nothing of the person', async () => {
    const [submission] = await submissionsOf(SOURCE, thinExample('meta').body);

    expect(submission).toMatchObject({
      eventType: 'leadgen',
      occurredAt: '2026-11-22T04:00:00.000Z',
      attributes: { form_id: '998877665544332', ad_id: '120210000000000001' },
      answers: [],
      details: { leadgen_id: submission!.sourceEventId },
    });
    expect(submission?.part).toBeUndefined();
  });

  it('with several leads is several submissions, each with a body of its own', async () => {
    const submissions = await submissionsOf(SOURCE, thinExample('meta.batch').body);

    expect(submissions).toHaveLength(3);
    for (const submission of submissions) {
      const [again, ...others] = await submissionsOf(
        SOURCE,
        new TextDecoder().decode(submission.part),
      );
      const { part: _, ...alone } = submission;
      expect(again).toEqual(alone);
      expect(others).toEqual([]);
    }
  });

  it('keeps ids of 64 bits digit by digit, as numbers and as texts', async () => {
    const body = `{"object":"page","entry":[{"changes":[
      {"field":"leadgen","value":{"leadgen_id":9007199254740993}},
      {"field":"leadgen","value":{"leadgen_id":"444444444444444444"}}]}]}`;

    const ids = (await submissionsOf(SOURCE, body)).map(({ details }) => details);

    expect(ids).toEqual([{ leadgen_id: '9007199254740993' }, { leadgen_id: '444444444444444444' }]);
  });

  it('about other things holds no lead', async () => {
    const others = aBody(aChange({ item: 'post' }, 'feed'), { field: 'leadgen' }, null, 7);

    expect(await submissionsOf(SOURCE, others)).toEqual([]);
    expect(await submissionsOf(SOURCE, { object: 'page', entry: [] })).toEqual([]);
    expect(await submissionsOf(SOURCE, { object: 'page', entry: [{ changes: {} }, 1] })).toEqual(
      [],
    );
  });

  it.each([
    ['has no entries', { object: 'page' }],
    ['is a list', []],
    ['names no lead by digits', aBody(aChange({ leadgen_id: '../me' }), aChange({}))],
    ['names more leads than can be stored', aBody(...Array<unknown>(1_001).fill(aChange()))],
  ])('that %s is of no known shape', async (_, body) => {
    const reading = await bindProvider(SOURCE).read(aRequest({ body: JSON.stringify(body) }));

    expect(reading).toMatchObject({ kind: 'unreadable', failure: { code: 'unknown_shape' } });
  });

  it('lets a lead without a usable id not hold up the others', async () => {
    const body = aBody(aChange({ leadgen_id: 'x/../me' }), aChange());

    const submissions = await submissionsOf(SOURCE, body);

    expect(submissions.map(({ details, sourceEventId }) => [details, sourceEventId])).toEqual([
      [undefined, undefined],
      [{ leadgen_id: LEAD_ID }, LEAD_ID],
    ]);
  });

  it('tells leads without a usable id apart by what is said of them', async () => {
    const body = aBody(aChange({ leadgen_id: 'a-1' }), aChange({ leadgen_id: 'b-2' }), aChange());

    const [one, other, named] = await submissionsOf(SOURCE, body);

    expect(one?.answers).toContainEqual({ key: 'leadgen_id', value: 'a-1' });
    expect(other?.answers).toContainEqual({ key: 'leadgen_id', value: 'b-2' });
    expect(named?.answers).toEqual([]);
  });
});

describe('the API', () => {
  const api = bindProvider(SOURCE).detailsApi!;

  it('is asked as the example says, in the configured version, with the token in a header', () => {
    const source = aSource('meta', { apiVersion: 'v99.1', apiUrl: 'https://graph.example.com' });

    expect(pathsFor(source, aThin())[0]).toMatch(/^\/v99\.1\/1000200030004000\?fields=[a-z_,]+$/);
    expect(bindProvider(source).detailsApi!.origin).toBe('https://graph.example.com');
    expect(api.origin).toBe('https://graph.facebook.com');
    expect(api.authorize('page-token')).toEqual({ authorization: 'Bearer page-token' });
  });

  it('is called by the paths of the example', async () => {
    const { body, paths } = thinExample('meta');
    const [thin] = await submissionsOf(SOURCE, body);

    expect(pathsFor(SOURCE, thin!)).toEqual(paths);
  });

  it.each([
    [190, undefined, 'unauthorized'],
    [102, undefined, 'unauthorized'],
    [10, undefined, 'unauthorized'],
    [200, undefined, 'unauthorized'],
    [299, undefined, 'unauthorized'],
    [4, undefined, 'rate_limited'],
    [17, undefined, 'rate_limited'],
    [32, undefined, 'rate_limited'],
    [613, undefined, 'rate_limited'],
    [80005, undefined, 'rate_limited'],
    [100, 33, 'gone'],
    [1, undefined, 'retry'],
    [2, undefined, 'retry'],
    [100, 2_018_001, undefined],
    [300, undefined, undefined],
  ])('refuses with code %s and subcode %s for the reason %s', (code, subcode, reason) => {
    const error = {
      message: 'x',
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
    };

    expect(meta.detailsApi.refusal(400, { error })).toBe(reason);
  });

  it('refuses without a code for the reason that its status tells', () => {
    expect(meta.detailsApi.refusal(500, undefined)).toBeUndefined();
    expect(meta.detailsApi.refusal(400, { error: { code: '190' } })).toBeUndefined();
    expect(meta.detailsApi.refusal(500, { error: { code: 999, is_transient: true } })).toBe(
      'retry',
    );
  });
});

describe('a lead’s details', () => {
  it('of the sample name the person, keep every answer, and are no test', async () => {
    const { created_time: _, ...sample } = JSON.parse(
      providerRequest('meta-hydrated-lead').body,
    ) as Record<string, Json>;

    const submission = await completed(SOURCE, aThin(), [sample]);

    expect(submission).toMatchObject({
      eventType: 'leadgen',
      sourceEventId: LEAD_ID,
      occurredAt: '2026-11-22T03:59:58.000Z',
      email: 'ana@example.com',
      phone: '+12025550143',
      attributes: {
        full_name: 'Ana María de la Cruz',
        form_id: '998877665544332',
        ad_id: '120210000000000001',
        platform: 'ig',
      },
      consent: [],
    });
    expect(submission.answers).toContainEqual({
      key: 'wie_können_wir_helfen?',
      label: 'wie können wir helfen?',
      value: 'Angebot',
    });
    expect(submission.answers).toContainEqual({
      key: 'interests',
      label: 'interests',
      value: ['a', 'b'],
    });
    expect(submission.answers).toContainEqual({ key: 'is_organic', value: 'false' });
    expect(submission.suppression).toBeUndefined();
    expect(submission.details).toBeUndefined();
  });

  it('hold what the boxes of the disclaimer say; one that says neither counts for nothing', async () => {
    const boxes = [
      { checkbox_key: 'news', is_checked: '1' },
      { checkbox_key: 'calls', is_checked: '' },
      { checkbox_key: 'sms', is_checked: true },
      { checkbox_key: 'post', is_checked: false },
      { checkbox_key: 'fax', is_checked: 'perhaps' },
      { is_checked: '1' },
      null,
    ];
    const lead = aLead({ email: 'ana@example.com' }, { custom_disclaimer_responses: boxes });

    expect((await completed(SOURCE, aThin(), [lead])).consent).toEqual([
      { key: 'news', granted: true },
      { key: 'calls', granted: false },
      { key: 'sms', granted: true },
      { key: 'post', granted: false },
    ]);
  });

  it('of the testing tool are a test', async () => {
    const lead = aLead({
      email: '<test lead: dummy data for email>',
      full_name: '<test lead: dummy data for full_name>',
    });

    expect((await completed(SOURCE, aThin(), [lead])).suppression).toBe('test_lead');
    const honest = aLead({ message: 'Is a <test lead: dummy data for email> a lead?' });
    expect((await completed(SOURCE, aThin(), [honest])).suppression).toBeUndefined();
  });

  it('are recognised by usual names with a hint, and by configured questions', async () => {
    const lead = aLead({
      'phone_number_(eg.65xxxxxxxx)': '6552467291',
      work_email: 'ana@example.com',
      'welche_stadt?': 'Berlin',
      'was_suchen_sie?': 'Angebot',
    });
    const source = aSource('meta', {
      fields: { 'label:welche stadt?': 'city', 'was_suchen_sie?': 'message' },
    });

    expect(await completed(source, aThin(), [lead])).toMatchObject({
      phone: '6552467291',
      email: 'ana@example.com',
      attributes: { city: 'Berlin', message: 'Angebot', form_id: '1' },
    });
  });

  it('keep what the webhook said where the API is silent', async () => {
    const thin = aThin({ attributes: { form_id: '1', ad_id: '2' } });

    const { attributes } = await completed(SOURCE, thin, [aLead({}, { ad_id: '3' })]);

    expect(attributes).toEqual({ form_id: '1', ad_id: '3' });
  });

  it.each([
    ['another lead', { id: '77', field_data: [] }],
    ['no fields', { id: LEAD_ID }],
    ['an error', { error: { code: 1 } }],
    ['a list', []],
    ['nothing', undefined],
  ])('that are %s are of no known shape', async (_, answer) => {
    const answers = answer === undefined ? [] : [answer as Json];

    expect(await bindProvider(SOURCE).detailsApi!.read(aThin(), answers)).toMatchObject({
      failure: { code: 'unknown_shape' },
    });
  });

  it('of odd shape are read as far as they go', async () => {
    const odd = { id: LEAD_ID, field_data: [null, {}, { name: 'a' }, { name: 'b', values: 'x' }] };

    expect((await completed(SOURCE, aThin(), [odd])).answers).toEqual([
      { key: 'a', label: 'a', value: '' },
      { key: 'b', label: 'b', value: 'x' },
    ]);
  });
});
