import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { normalizedEventSchema } from '../../../lambdas/core/lead-event.ts';
import { anIntake, anIntakeRequest, bodyOf } from '../../support/intake-harness.ts';
import {
  aTypeformBody,
  headersOf,
  NOW_MS,
  providerRequest,
  SECRET,
  typeformHeaders,
} from '../../support/webhook-builders.ts';

const KEY = 'demo|form_response|response-1';

function eventsHeaders(body: string): Record<string, string> {
  return { 'x-signature': createHmac('sha256', SECRET).update(body).digest('hex') };
}

describe('a signed lead', () => {
  it('is stored, queued and answered with 200 and its key', async () => {
    const intake = anIntake();
    const body = aTypeformBody();

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(response.status).toBe(200);
    expect(bodyOf(response)).toEqual({
      status: 'accepted',
      events: [{ idempotency_key: KEY, duplicate: false }],
      correlation_id: 'id-1',
    });
    expect(intake.stored).toHaveLength(1);
    expect(intake.messages).toEqual([
      {
        message: {
          schema_version: 1,
          idempotency_key: KEY,
          source: 'demo',
          event_type: 'form_response',
          correlation_id: 'id-1',
        },
        group: 'demo',
      },
    ]);
    expect(intake.metrics.counted).toEqual(['LeadAccepted{demo}']);
  });

  it('is stored with the bytes that came and the headers that may be kept', async () => {
    const intake = anIntake();
    const body = aTypeformBody();
    const secrets = { cookie: 'c', authorization: 'a', 'x-api-key': 'k' };
    const headers = { ...typeformHeaders(body), 'user-agent': 'Typeform', ...secrets };

    await intake.post('/hooks/demo', body, headers);

    expect(intake.stored[0]?.raw).toEqual({
      body: new TextEncoder().encode(body),
      contentType: 'application/json',
      headers: { 'content-type': 'application/json', 'user-agent': 'Typeform' },
      signature: 'current',
    });
  });

  it('leaves no personal datum and no signature in log lines and metrics', async () => {
    const intake = anIntake();
    const sample = providerRequest('typeform-form_response');
    intake.secrets.set('source/demo', JSON.stringify({ current: sample.secret }));

    await intake.post('/hooks/demo', sample.body, headersOf(sample.headers));
    await intake.post('/hooks/demo', sample.body, { 'typeform-signature': 'sha256=x' });
    await intake.post('/hooks/website', '{"name":"Inés","email":"no"}');

    const told = JSON.stringify([intake.log.lines, intake.metrics.counted, intake.messages]);
    expect(told).not.toMatch(/prado|Inés|600123456|Cj0EXAMPLE|sha256=|tf_secret/i);
  });

  it.each([
    [
      'typeform-form_response',
      'demo',
      'demo|form_response|9f3c2a7be1d84c5fa0b6d7e8c9f01234',
      '2026-11-22T03:58:41.000Z',
      { email: 'ines.prado@example.com', phone_e164: '+34600123456' },
      { first_name: 'Inés', utm_source: 'google', utm_medium: 'cpc', gclid: 'Cj0EXAMPLE' },
    ],
    [
      'standard-webhooks',
      'partner',
      'partner|lead.created|msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      '2026-11-22T03:59:50.344Z',
      { email: 'ana@example.com', contact_external_id: 'partner:person:L-1' },
      {},
    ],
  ])(
    '%s is accepted with the id and the time that it has',
    async (id, source, key, occurredAt, identity, attributes) => {
      const intake = anIntake();
      const sample = providerRequest(id);
      intake.secrets.set(`source/${source}`, JSON.stringify({ current: sample.secret }));

      const response = await intake.post(
        `/hooks/${source}`,
        sample.body,
        headersOf(sample.headers),
      );

      const event = intake.stored[0]!;
      expect(response.status).toBe(200);
      expect(event).toMatchObject({ key, occurredAt, initial: { state: 'received' } });
      expect(event.normalized).toMatchObject({
        identity,
        attributes,
        occurred_at_basis: 'provider',
      });
      expect(normalizedEventSchema.safeParse(event.normalized).success).toBe(true);
    },
  );

  it('that came before is answered as a duplicate and queued once', async () => {
    const intake = anIntake();
    const body = aTypeformBody();
    await intake.post('/hooks/demo', body, typeformHeaders(body));

    const again = aTypeformBody().replace('delivery-1', 'delivery-2');
    const response = await intake.post('/hooks/demo', again, typeformHeaders(again));

    expect(response.status).toBe(200);
    expect(bodyOf(response)).toMatchObject({
      status: 'duplicate',
      events: [{ idempotency_key: KEY, duplicate: true }],
    });
    expect(intake.messages).toHaveLength(1);
    expect(intake.metrics.counted).toContain('LeadDuplicate{demo}');
  });

  it('that came before and still waits after 30 s is queued again', async () => {
    const intake = anIntake();
    const body = aTypeformBody();
    intake.broken.queue = true;
    await intake.post('/hooks/demo', body, typeformHeaders(body));
    intake.broken.queue = false;

    intake.clock.nowMs = NOW_MS + 30_000;
    await intake.post('/hooks/demo', body, typeformHeaders(body));
    const queuedInTime = intake.messages.length;
    intake.clock.nowMs = NOW_MS + 30_001;
    await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(queuedInTime).toBe(0);
    expect(intake.messages.map(({ message }) => message.idempotency_key)).toEqual([KEY]);
  });

  it('with a known key and other content leaves the first one as it is', async () => {
    const intake = anIntake();
    const first = aTypeformBody();
    const other = aTypeformBody({ hidden: { utm_source: 'other' } });
    await intake.post('/hooks/demo', first, typeformHeaders(first));

    const response = await intake.post('/hooks/demo', other, typeformHeaders(other));

    expect(response.status).toBe(200);
    expect(bodyOf(response)).toMatchObject({ events: [{ idempotency_key: KEY, duplicate: true }] });
    expect(intake.metrics.counted).toContain('LeadConflict{demo}');
    const record = await intake.store.readRecord(KEY);
    expect(record?.payloadHash).toBe(intake.stored[0]?.payloadHash);
  });

  it('is marked when it was signed with the previous secret', async () => {
    const intake = anIntake();
    const previous = 'the-previous-secret';
    intake.secrets.set('source/demo', JSON.stringify({ current: SECRET, previous }));
    const body = aTypeformBody();

    await intake.post('/hooks/demo', body, typeformHeaders(body, previous));

    expect(intake.stored[0]?.raw.signature).toBe('previous');
    expect(intake.metrics.counted).toContain('PreviousSecretUsed{demo}');
    expect(await intake.store.readPreviousSecretMs('demo')).toBe(NOW_MS);
  });

  it('is not noted as that when it was signed with the current one', async () => {
    const intake = anIntake();
    const body = aTypeformBody();

    await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(await intake.store.readPreviousSecretMs('demo')).toBeUndefined();
  });
});

describe('a previous secret with an end', () => {
  const previous = 'the-previous-secret';
  const body = aTypeformBody();
  const endingAt = (ms: number) =>
    JSON.stringify({ current: SECRET, previous, previous_until: new Date(ms).toISOString() });

  it.each([
    ['is accepted until then', NOW_MS + 1, 200, []],
    [
      'is refused from then on',
      NOW_MS,
      401,
      ['SignatureRejected{demo}', 'ExpiredSecretUsed{demo}'],
    ],
  ])('%s', async (_, untilMs, status, counted) => {
    const intake = anIntake();
    intake.secrets.set('source/demo', endingAt(untilMs));

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body, previous));

    expect(response.status).toBe(status);
    expect(intake.metrics.counted).toEqual(expect.arrayContaining(counted));
    expect(intake.stored).toHaveLength(status === 200 ? 1 : 0);
  });

  it('is told apart from a wrong one in the log, and not to the sender', async () => {
    const intake = anIntake();
    intake.secrets.set('source/demo', endingAt(NOW_MS));

    const ended = await intake.post('/hooks/demo', body, typeformHeaders(body, previous));
    const wrong = await intake.post(
      '/hooks/demo',
      body,
      typeformHeaders(body, 'a-secret-of-nobody'),
    );

    expect(intake.log.lines.map(({ fields }) => fields.outcome)).toEqual([
      'secret_expired',
      'mismatch',
    ]);
    expect(wrong).toEqual(ended);
    expect(
      intake.metrics.counted.filter((name) => name === 'ExpiredSecretUsed{demo}'),
    ).toHaveLength(1);
  });

  it('may have got another end meanwhile: the secret is read afresh before it is refused', async () => {
    const intake = anIntake();
    intake.secrets.set('source/demo', endingAt(NOW_MS));
    await intake.post('/hooks/demo', body, typeformHeaders(body));
    intake.secrets.set('source/demo', endingAt(NOW_MS + 60_000));

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body, previous));

    expect(response.status).toBe(200);
  });

  it('is a fault of ours when its end is no time: the sender keeps the lead', async () => {
    const intake = anIntake();
    intake.secrets.set(
      'source/demo',
      JSON.stringify({ current: SECRET, previous, previous_until: 'soon' }),
    );

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(response.status).toBe(503);
  });
});

describe('a request that does not prove who sent it', () => {
  it.each([
    ['no signature', {}],
    ['a wrong signature', { 'typeform-signature': `sha256=${'A'.repeat(43)}=` }],
    ['a signature cut short', { 'typeform-signature': 'sha256=AAAA' }],
  ])('gets 401 for %s, and nothing is stored', async (_, headers) => {
    const intake = anIntake();

    const response = await intake.post('/hooks/demo', aTypeformBody(), headers);

    expect(response.status).toBe(401);
    expect(intake.stored).toEqual([]);
    expect(intake.messages).toEqual([]);
    expect(intake.metrics.counted).toEqual(['SignatureRejected{demo}']);
    expect(intake.log.lines.at(-1)?.fields).toMatchObject({
      source: 'demo',
      http_status: 401,
      body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('gets 401 for a signature header that came twice', async () => {
    const intake = anIntake();
    const body = aTypeformBody();
    const { 'typeform-signature': signature } = typeformHeaders(body);

    const response = await intake.post('/hooks/demo', body, {
      'typeform-signature': `${signature},${signature}`,
    });

    expect(response.status).toBe(401);
    expect(intake.stored).toEqual([]);
  });

  it('gets 401 for a signature that is too old', async () => {
    const intake = anIntake();
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    intake.secrets.set('source/partner', JSON.stringify({ current: secret }));
    const sentAt = new Date(NOW_MS - 301_000);

    const response = await intake.post('/hooks/partner', '{}', {
      'webhook-id': 'm',
      'webhook-timestamp': String(sentAt.getTime() / 1_000),
      'webhook-signature': new Webhook(secret).sign('m', sentAt, '{}'),
    });

    expect(response.status).toBe(401);
    expect(intake.stored).toEqual([]);
  });

  it('is checked against a secret that was replaced a moment ago before it is refused', async () => {
    const intake = anIntake();
    const first = aTypeformBody();
    await intake.post('/hooks/demo', first, typeformHeaders(first));
    const replaced = 'the-secret-that-is-new';
    intake.secrets.set('source/demo', JSON.stringify({ current: replaced }));

    const second = aTypeformBody({ token: 'response-2' });
    const response = await intake.post('/hooks/demo', second, typeformHeaders(second, replaced));

    expect(response.status).toBe(200);
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['not JSON', 'nonsense', 'unreadable_body'],
    ['empty', '', 'unreadable_body'],
    ['not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'unreadable_body'],
    ['of an unknown shape', '{"hello":1}', 'unknown_shape'],
    ['nested without end', '['.repeat(100_000), 'unknown_shape'],
  ])('but is signed is kept and quarantined with the reason: %s', async (_, body, code) => {
    const intake = anIntake();

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body));

    const event = intake.stored[0]!;
    expect(response.status).toBe(200);
    expect(event).toMatchObject({
      eventType: 'unreadable',
      initial: { state: 'quarantined', failure: { code } },
    });
    expect(event.key).toMatch(/^demo\|unreadable\|h1:[0-9a-f]{64}$/);
    expect(event.normalized).toBeUndefined();
    expect(Buffer.from(event.raw.body)).toEqual(Buffer.from(body));
    expect(intake.letters).toMatchObject([
      { idempotency_key: event.key, failure_code: code, attempt_count: 0 },
    ]);
    expect((await intake.store.readRecord(event.key))?.dlqSentAt).toBeDefined();
    expect(intake.messages).toEqual([]);
  });

  it('is one event however often it is sent', async () => {
    const intake = anIntake();
    const headers = typeformHeaders('nonsense');

    await intake.post('/hooks/demo', 'nonsense', headers);
    intake.clock.nowMs += 7_200_000;
    const response = await intake.post('/hooks/demo', 'nonsense', headers);

    expect(bodyOf(response)).toMatchObject({ status: 'duplicate' });
    expect(intake.letters).toHaveLength(1);
    expect(intake.messages).toEqual([]);
  });

  it('leaves its dead letter to the sweeper when that cannot be sent', async () => {
    const intake = anIntake();
    intake.broken.deadLetters = true;

    const response = await intake.post('/hooks/demo', 'x', typeformHeaders('x'));

    const record = await intake.store.readRecord(intake.stored[0]!.key);
    expect(response.status).toBe(200);
    expect(record).toMatchObject({ state: 'quarantined' });
    expect(record?.dlqSentAt).toBeUndefined();
    expect(intake.metrics.counted).toContain('DeadLetterFailed{demo}');
  });
});

describe('a lead that names nobody', () => {
  it('is answered with 200 and quarantined', async () => {
    const intake = anIntake();

    const response = await intake.post('/hooks/website', '{"name":"Ana","email":"not one"}');

    expect(response.status).toBe(200);
    expect(intake.stored[0]).toMatchObject({
      initial: { state: 'quarantined', failure: { code: 'missing_identity' } },
      normalized: { attributes: { email_raw: 'not one', last_name: 'Ana' } },
    });
    expect(intake.letters).toMatchObject([{ failure_code: 'missing_identity' }]);
    expect(intake.metrics.counted).toContain('LeadQuarantined{website}');
  });

  it('is somebody if a person can call the number', async () => {
    const intake = anIntake();

    await intake.post('/hooks/website', '{"phone":"(020) 7946 0018"}');

    expect(intake.stored[0]).toMatchObject({
      initial: { state: 'received' },
      normalized: { identity: {}, attributes: { phone_raw: '(020) 7946 0018' } },
    });
  });

  it('is nobody if what it names does not count as an identity here', async () => {
    const intake = anIntake({ identity: { order: ['email'] } });

    await intake.post('/hooks/website', '{"phone":"+442079460018"}');

    expect(intake.stored[0]?.initial).toMatchObject({ failure: { code: 'missing_identity' } });
  });
});

describe('our own faults', () => {
  const body = aTypeformBody();

  it.each([
    ['the table is down', { store: 1 }],
    ['the secret store is down', { secrets: true }],
  ])('get 503 when %s, so that the sender keeps the lead', async (_, broken) => {
    const intake = anIntake();
    Object.assign(intake.broken, broken);

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(response.status).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(intake.stored).toEqual([]);
    expect(intake.messages).toEqual([]);
    expect(intake.metrics.counted).toEqual(['IntakeUnavailable{demo}']);
  });

  it.each([
    ['has no secret', undefined],
    ['has an empty secret', JSON.stringify({ current: '' })],
    ['has a short secret', JSON.stringify({ current: 'fifteen-letters' })],
    ['has a secret that is not JSON', SECRET],
  ])('get 503 when a source %s', async (_, secret) => {
    const intake = anIntake();
    intake.secrets.delete('source/demo');
    if (secret !== undefined) intake.secrets.set('source/demo', secret);

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body, ''));

    expect(response.status).toBe(503);
    expect(intake.stored).toEqual([]);
  });

  it('get 503 when the pepper is too short', async () => {
    const intake = anIntake();
    intake.secrets.set('pepper', 'short');

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(response.status).toBe(503);
  });

  it('are none when only the queue is down: the lead is durable', async () => {
    const intake = anIntake();
    intake.broken.queue = true;

    const response = await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect(response.status).toBe(200);
    expect(intake.stored).toHaveLength(1);
    expect(intake.metrics.counted).toContain('EnqueueFailed{demo}');
  });

  it('in the middle of several leads get 503, and those before are not lost', async () => {
    const intake = anIntake();
    const leads = JSON.stringify([1, 2, 3].map((id) => ({ id, email: `p${id}@example.com` })));
    intake.broken.store = 3;

    const response = await intake.post('/hooks/events', leads, eventsHeaders(leads));
    intake.broken.store = 0;
    const repeated = await intake.post('/hooks/events', leads, eventsHeaders(leads));

    expect(response.status).toBe(503);
    expect(bodyOf(repeated)).toMatchObject({
      status: 'accepted',
      events: [{ duplicate: true }, { duplicate: true }, { duplicate: false }],
    });
    expect(intake.messages.map(({ message }) => message.idempotency_key)).toEqual([
      'events|lead.created|1',
      'events|lead.created|2',
      'events|lead.created|3',
    ]);
  });
});

describe('paths and methods', () => {
  it('answers the health check', async () => {
    const response = await anIntake().receive(anIntakeRequest({ method: 'GET', path: '/health' }));

    expect(response.status).toBe(200);
    expect(bodyOf(response)).toEqual({ status: 'ok' });
  });

  it.each([
    '/hooks/nobody',
    '/hooks/__proto__',
    '/hooks/constructor',
    '/hooks/',
    '/hooks',
    '/hooks/demo/token',
    '/hooks/Demo',
    '/hooks/%64emo',
  ])('never says 404 or 410 below /hooks: %s', async (path) => {
    const intake = anIntake();

    const response = await intake.post(path, '{}');

    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toBeDefined();
    expect(intake.metrics.counted).toEqual(['UnknownSource']);
    expect(JSON.stringify(intake.log.lines)).not.toContain(path.slice(7) || 'nothing to leak');
  });

  it('says 404 elsewhere', async () => {
    for (const path of ['/', '/hook/demo', '/hooksdemo', '/healthz', '']) {
      expect((await anIntake().post(path, '{}')).status).toBe(404);
    }
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])(
    'says 405 to %s of a webhook',
    async (method) => {
      const response = await anIntake().receive(anIntakeRequest({ method }));

      expect(response.status).toBe(405);
      expect(response.headers['allow']).toBe('POST');
    },
  );

  it('takes a trailing slash for none', async () => {
    const body = aTypeformBody();

    expect((await anIntake().post('/hooks/demo/', body, typeformHeaders(body))).status).toBe(200);
  });
});

describe('size and content type', () => {
  it('refuses a body over the limit before anything is computed over it', async () => {
    const intake = anIntake({ jsonBytesMax: 2_000 });

    const atLimit = await intake.post('/hooks/demo', 'x'.repeat(2_000));
    const over = await intake.post('/hooks/demo', 'x'.repeat(2_001));

    expect(atLimit.status).toBe(401);
    expect(over.status).toBe(413);
    expect(intake.stored).toEqual([]);
    expect(intake.metrics.counted).toEqual(['SignatureRejected{demo}', 'BodyTooLarge{demo}']);
  });

  it.each(['multipart/mixed; boundary=x', 'text/html', 'application/xml', 'image/png'])(
    'refuses %s from a page, with a count, for no signature vouches for it',
    async (type) => {
      const intake = anIntake();

      const answer = await intake.post('/hooks/website', 'x', { 'content-type': type });

      expect(answer.status).toBe(415);
      expect(intake.stored).toEqual([]);
      expect(intake.metrics.counted).toEqual(['UnsupportedMediaType{website}']);
    },
  );

  it.each(['multipart/form-data; boundary=x', 'text/html', 'application/xml', 'image/png'])(
    'keeps a signed body that calls itself %s, and quarantines what cannot be read',
    async (type) => {
      const intake = anIntake();
      const body = '<lead/>';
      const headers = { ...typeformHeaders(body), 'content-type': type };

      const answer = await intake.post('/hooks/demo', body, headers);

      expect(answer.status).toBe(200);
      expect(intake.letters).toMatchObject([{ failure_code: 'unreadable_body' }]);
    },
  );

  it.each(['', 'application/json; charset=utf-8', 'application/vnd.api+json', 'text/plain'])(
    'takes JSON that calls itself %j',
    async (type) => {
      const body = aTypeformBody();
      const headers = { ...typeformHeaders(body), 'content-type': type };

      expect((await anIntake().post('/hooks/demo', body, headers)).status).toBe(200);
    },
  );
});
