import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { hubspotSettings } from '../../../lambdas/providers/hubspot.ts';
import type { Json } from '../../../lambdas/providers/reading/json.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { completed, pathsFor, submissionsOf, thinExample } from '../../support/thin-examples.ts';
import {
  aRequest,
  aSource,
  NOW_MS,
  SECRET,
  signatureVector,
  verifyAs,
} from '../../support/webhook-builders.ts';

const URL = 'https://leads.example.com/hooks/hubspot';
const SOURCE = aSource('hubspot');

function signed(
  body: string,
  { url = URL, secret = SECRET, atMs = NOW_MS, method = 'POST' } = {},
): Record<string, string> {
  const signature = createHmac('sha256', secret)
    .update(`${method}${url}${body}${atMs}`)
    .digest('base64');
  return {
    'x-hubspot-signature-v3': signature,
    'x-hubspot-request-timestamp': String(atMs),
  };
}

function verify(headers: Record<string, string>, body = '[]', method = 'POST') {
  return verifyAs(aRequest({ headers, body, method }), SOURCE, { current: SECRET }, NOW_MS);
}

function aNotice(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventId: 1,
    subscriptionId: 12345,
    portalId: 62515,
    appId: 54321,
    occurredAt: 1_795_319_990_000,
    subscriptionType: 'contact.creation',
    attemptNumber: 0,
    objectId: 123,
    ...overrides,
  };
}

async function aThin(overrides: Record<string, unknown> = {}) {
  const [thin] = await submissionsOf(SOURCE, [aNotice(overrides)]);
  return thin!;
}

describe('signatures', async () => {
  it('of the published vector are verified, with the address as it is configured', () => {
    const vector = signatureVector('hubspot-v3-py');
    const source = aSource('hubspot', { publicUrl: vector.url });
    const headers = {
      'x-hubspot-signature-v3': vector.expected ?? '',
      'x-hubspot-request-timestamp': vector.timestamp ?? '',
    };
    const request = aRequest({ headers, body: vector.body });

    const at = Number(vector.timestamp);

    expect(verifyAs(request, source, { current: vector.secret }, at)).toEqual({
      kind: 'verified',
      secretUsed: 'current',
    });
    expect(verifyAs(request, SOURCE, { current: vector.secret }, at)).toMatchObject({
      reason: 'mismatch',
    });
  });

  it('may be five minutes old or ahead, and no more', () => {
    for (const atMs of [NOW_MS - 300_000, NOW_MS + 300_000]) {
      expect(verify(signed('[]', { atMs })).kind).toBe('verified');
    }
    for (const atMs of [NOW_MS - 300_001, NOW_MS + 300_001]) {
      expect(verify(signed('[]', { atMs }))).toMatchObject({ reason: 'stale' });
    }
  });

  it.each([
    ['another address', signed('[]', { url: `${URL}/` }), 'mismatch'],
    ['another method', signed('[]', { method: 'PUT' }), 'mismatch'],
    ['another body', signed('[ ]'), 'mismatch'],
    ['another secret', signed('[]', { secret: 'another-secret-of-example-length' }), 'mismatch'],
    [
      'another time than the header’s',
      { ...signed('[]', { atMs: NOW_MS - 1 }), 'x-hubspot-request-timestamp': String(NOW_MS) },
      'mismatch',
    ],
    [
      'a time in seconds',
      { ...signed('[]'), 'x-hubspot-request-timestamp': '1795320000' },
      'malformed',
    ],
    ['two times', { ...signed('[]'), 'x-hubspot-request-timestamp': '1,2' }, 'duplicate_header'],
    ['no time', { 'x-hubspot-signature-v3': signed('[]')['x-hubspot-signature-v3']! }, 'missing'],
    [
      'a signature of version 1',
      {
        ...signed('[]'),
        'x-hubspot-signature-v3': createHash('sha256').update(`${SECRET}[]`).digest('hex'),
      },
      'malformed',
    ],
  ])('over %s are refused', (_, headers, reason) => {
    expect(verify(headers)).toEqual({ kind: 'refused', reason });
  });

  it.each(['hubspot-v1-doc', 'hubspot-v2-post-sdk'])('of the old kind (%s) are refused', (id) => {
    const vector = signatureVector(id);
    const headers = { 'x-hubspot-signature': vector.expected ?? '' };
    const request = aRequest({ headers, body: vector.body });

    expect(verifyAs(request, SOURCE, { current: vector.secret }, NOW_MS)).toMatchObject({
      reason: 'missing',
    });
  });
});

describe('the public address', () => {
  const accepts = (publicUrl: unknown) =>
    hubspotSettings.safeParse({ provider: 'hubspot', publicUrl }).success;

  it.each([URL, 'https://leads.example.com:8443/prod/hooks/crm_1.a~b-c'])('may be %s', (url) => {
    expect(accepts(url)).toBe(true);
  });

  it.each([
    undefined,
    'http://leads.example.com/hooks/hubspot',
    'https://leads.example.com',
    `${URL}?a=1`,
    `${URL}#a`,
    'https://leads.example.com/hooks/a%2Fb',
    'https://leads.example.com/hooks/a:b',
    'https://leads.example.com/hooks/{body}',
    'https://a@leads.example.com/hooks/hubspot',
    `${URL}\n`,
  ])('may not be %j', (url) => {
    expect(accepts(url)).toBe(false);
  });
});

describe('a refused request', () => {
  it('gets 503, so that HubSpot sends it again once the secret is right', async () => {
    const intake = anIntake({ sources: { crm: { provider: 'hubspot', publicUrl: URL } } });
    const body = JSON.stringify([aNotice()]);
    const headers = signed(body, { secret: 'the-secret-that-is-not-known-yet' });

    const refused = await intake.post('/hooks/crm', body, headers);
    intake.secrets.set('source/crm', '{"current":"the-secret-that-is-not-known-yet"}');
    intake.clock.nowMs += 60_000;
    const atMs = intake.clock.nowMs;
    const repeated = signed(body, { secret: 'the-secret-that-is-not-known-yet', atMs });
    const taken = await intake.post('/hooks/crm', body, repeated);

    expect([refused.status, taken.status]).toEqual([503, 200]);
    expect(intake.stored).toHaveLength(1);
  });
});

describe('a batch', () => {
  it('is one submission a notice, each with a body of its own', async () => {
    const submissions = await submissionsOf(SOURCE, thinExample('hubspot.batch').body);

    expect(submissions.map(({ eventType, suppression }) => [eventType, suppression])).toEqual([
      ['contact.propertyChange', undefined],
      ['contact.privacyDeletion', 'deleted_at_source'],
      ['deal.creation', 'not_a_lead'],
    ]);
    for (const { part, ...alone } of submissions) {
      expect(await submissionsOf(SOURCE, new TextDecoder().decode(part))).toEqual([alone]);
    }
  });

  it('without notices holds no lead', async () => {
    expect(await submissionsOf(SOURCE, [])).toEqual([]);
  });

  it.each([
    ['contact.deletion', 'deleted_at_source'],
    ['contact.merge', 'not_a_lead'],
    ['company.deletion', 'not_a_lead'],
    ['contact.creationX', 'not_a_lead'],
  ])('with %s asks for nothing', async (subscriptionType, suppression) => {
    const submission = await aThin({ subscriptionType });

    expect(submission.suppression).toBe(suppression);
    expect(submission.details).toBeUndefined();
  });

  it.each([
    ['object.creation', '0-1', undefined],
    ['object.propertyChange', '0-1', undefined],
    ['object.deletion', '0-1', 'deleted_at_source'],
    ['object.merge', '0-1', 'not_a_lead'],
    ['object.creation', '0-2', 'not_a_lead'],
    ['object.creation', undefined, 'not_a_lead'],
  ])('with %s of type %s is read as its name for contacts is', async (type, of, suppression) => {
    const submission = await aThin({ subscriptionType: type, objectTypeId: of });

    expect(submission.eventType).toBe(type);
    expect(submission.suppression).toBe(suppression);
    expect(submission.details).toEqual(
      suppression === undefined ? { contact_id: '123' } : undefined,
    );
  });

  it('that comes again is looked up, not written once more, so that it ends in time', async () => {
    const intake = anIntake({ sources: { crm: { provider: 'hubspot', publicUrl: URL } } });
    const notices = Array.from({ length: 35 }, (_, n) => aNotice({ objectId: n + 1 }));
    const [body, longer] = [JSON.stringify(notices.slice(0, 30)), JSON.stringify(notices)];
    await intake.post('/hooks/crm', body, signed(body));
    // Thirty were taken; of those that come again, the first ten show that they do.
    intake.broken.store = 30 + 10 + 5 + 1;

    const again = await intake.post('/hooks/crm', longer, signed(longer));

    expect(again.status).toBe(200);
    expect(intake.stored).toHaveLength(35);
    expect(intake.messages).toHaveLength(35);
    const { events } = JSON.parse(again.body) as { events: { duplicate: boolean }[] };
    expect(events.map(({ duplicate }) => duplicate)).toEqual(notices.map((_, n) => n < 30));
    expect(intake.metrics.counted.filter((name) => name === 'LeadDuplicate{crm}')).toHaveLength(30);
  });

  it('keeps notices that cannot be named apart from each other', async () => {
    const atMs = NOW_MS;
    const intake = anIntake({ sources: { crm: { provider: 'hubspot', publicUrl: URL } } });
    const body = JSON.stringify([
      aNotice({ subscriptionId: undefined, objectId: 1 }),
      aNotice({ subscriptionId: undefined, objectId: 2, attemptNumber: 1 }),
    ]);
    const again = body.replace('"attemptNumber":0', '"attemptNumber":4');

    const first = await intake.post('/hooks/crm', body, signed(body, { atMs }));
    await intake.post('/hooks/crm', again, signed(again, { atMs }));

    expect(first.status).toBe(200);
    expect(intake.stored).toHaveLength(2);
    expect(intake.stored.map(({ initial }) => initial.state)).toEqual([
      'quarantined',
      'quarantined',
    ]);
    expect(intake.metrics.counted).not.toContain('LeadConflict{crm}');
  });

  it('names a notice by subscription, contact and moment, since eventId is not unique', async () => {
    const submissions = await submissionsOf(SOURCE, [
      aNotice(),
      aNotice({ subscriptionId: 2 }),
      aNotice({ objectId: 4 }),
      aNotice({ occurredAt: 5 }),
    ]);

    expect(submissions.map(({ sourceEventId }) => sourceEventId)).toEqual([
      '12345:123:1795319990000',
      '2:123:1795319990000',
      '12345:4:1795319990000',
      '12345:123:5',
    ]);
    expect(submissions[0]?.occurredAt).toBe('2026-11-22T03:59:50.000Z');
  });

  it('that comes again says the same', async () => {
    const [first, again] = [await aThin(), await aThin({ attemptNumber: 3, eventId: 9 })];

    expect(again.content).toEqual(first.content);
    expect(again.sourceEventId).toBe(first.sourceEventId);
    expect(again.deliveryId).toBe('9');
  });

  it('keeps ids of 64 bits digit by digit', async () => {
    const body = JSON.stringify([aNotice({ objectId: 0 })]).replace(
      '"objectId":0',
      '"objectId":9007199254740993',
    );

    const [submission] = await submissionsOf(SOURCE, body);

    expect(submission?.details).toEqual({ contact_id: '9007199254740993' });
  });

  it('lets a notice that names no contact not hold up the others', async () => {
    const submissions = await submissionsOf(SOURCE, [
      aNotice({ objectId: '../me' }),
      aNotice({ objectId: null }),
      aNotice(),
    ]);

    expect(submissions.map(({ details }) => details)).toEqual([
      undefined,
      undefined,
      { contact_id: '123' },
    ]);
  });

  it('takes its notices in, and sets aside by itself what is none', async () => {
    const intake = anIntake({ sources: { crm: { provider: 'hubspot', publicUrl: URL } } });
    const body = JSON.stringify([aNotice(), 7, {}]);

    const response = await intake.post('/hooks/crm', body, signed(body));
    const again = await intake.post('/hooks/crm', body, signed(body));

    expect([response.status, again.status]).toEqual([200, 200]);
    const kept = intake.stored.map(({ raw, initial }) => [
      new TextDecoder().decode(raw.body),
      initial.state === 'quarantined' ? initial.failure.code : initial.state,
    ]);
    expect(Object.fromEntries(kept)).toEqual({
      [JSON.stringify([aNotice()])]: 'received',
      '[7]': 'unknown_shape',
      '[{}]': 'unknown_shape',
    });
    expect(intake.stored).toHaveLength(3);
    expect(intake.letters).toHaveLength(2);
  });

  it.each([
    ['an object', aNotice()],
    ['a list of what has no type', [{}]],
    ['too long a list', Array<unknown>(1_001).fill(aNotice())],
  ])('that is %s is of no known shape', async (_, body) => {
    const reading = await bindProvider(SOURCE).read(aRequest({ body: JSON.stringify(body) }));

    expect(reading).toMatchObject({ failure: { code: 'unknown_shape' } });
  });
});

describe('the API', () => {
  it('is asked for the contact with the configured properties', async () => {
    const source = aSource('hubspot', { properties: ['email', 'my_field'] });
    const api = bindProvider(source).detailsApi!;

    expect(pathsFor(source, await aThin())).toEqual([
      '/crm/v3/objects/contacts/123?properties=email,my_field',
    ]);
    expect(api.authorize('t')).toEqual({ authorization: 'Bearer t' });
    expect(api.origin).toBe('https://api.hubapi.com');
  });

  it('is called by the paths of the example', async () => {
    const { body, paths } = thinExample('hubspot');
    const [thin] = await submissionsOf(SOURCE, body);

    expect(pathsFor(SOURCE, thin!)).toEqual(paths);
  });

  it('cannot be asked for a property with a query in it', () => {
    const properties = ['email&archived=true'];

    expect(
      hubspotSettings.safeParse({ provider: 'hubspot', publicUrl: URL, properties }).success,
    ).toBe(false);
  });
});

describe('a contact', () => {
  it('of the example has every property that it has as an answer', async () => {
    const { body, answers } = thinExample('hubspot');
    const [thin] = await submissionsOf(SOURCE, body);

    const lead = await completed(SOURCE, thin!, answers);

    expect(lead).toMatchObject({
      sourceEventId: thin!.sourceEventId,
      email: 'ana.ng.thin1@example.com',
      attributes: { first_name: 'Ana', last_name: 'Ng', gclid: 'Cj0EXAMPLE' },
    });
    expect(lead.answers.map(({ key }) => key)).toEqual([
      'firstname',
      'lastname',
      'email',
      'phone',
      'company',
      'message',
      'country',
      'hs_analytics_source',
      'hs_analytics_first_url',
      'hs_google_click_id',
      'createdate',
      'hs_object_id',
      'lastmodifieddate',
    ]);
  });

  it('can be followed by its id where the source says so', async () => {
    const source = aSource('hubspot', { fields: { hs_object_id: 'external_id' } });
    const contact = { id: '123', properties: { hs_object_id: '123', email: 'ana@example.com' } };

    expect((await completed(source, await aThin(), [contact])).externalId).toBe('123');
    expect((await completed(SOURCE, await aThin(), [contact])).externalId).toBeUndefined();
  });

  it('that was archived is kept from the CRM', async () => {
    const contact = { id: '123', properties: { email: 'ana@example.com' }, archived: true };

    expect((await completed(SOURCE, await aThin(), [contact])).suppression).toBe(
      'deleted_at_source',
    );
  });

  it.each([
    ['has no properties', { id: '123' }],
    ['has no id', { properties: {} }],
    ['is a list', []],
  ])('that %s is of no known shape', async (_, answer) => {
    expect(
      await bindProvider(SOURCE).detailsApi!.read(await aThin(), [answer as Json]),
    ).toMatchObject({
      failure: { code: 'unknown_shape' },
    });
  });
});
