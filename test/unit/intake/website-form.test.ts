import { describe, expect, it } from 'vitest';
import { anIntake, anIntakeRequest, bodyOf } from '../../support/intake-harness.ts';
import { NOW_MS } from '../../support/webhook-builders.ts';

const ORIGIN = 'https://www.example.com';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
const JSON_FROM_PAGE = { 'content-type': 'application/json', origin: ORIGIN };

function aForm(overrides: Record<string, unknown> = {}): string {
  return JSON.stringify({
    submission_id: 's-1',
    name: 'Ana Ng',
    email: 'ana@example.com',
    ...overrides,
  });
}

describe('browsers', () => {
  it('of an allowed origin may ask, post and read the answer', async () => {
    const intake = anIntake();

    const preflight = await intake.receive(
      anIntakeRequest({ method: 'OPTIONS', path: '/hooks/website', headers: { origin: ORIGIN } }),
    );
    const response = await intake.post('/hooks/website', aForm(), JSON_FROM_PAGE);

    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
        vary: 'Origin',
      },
    });
    expect(response).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': ORIGIN, vary: 'Origin' },
    });
  });

  it('of another origin get 403 and may read nothing', async () => {
    const intake = anIntake();
    const headers = { origin: 'https://attacker.example' };

    const preflight = await intake.receive(
      anIntakeRequest({ method: 'OPTIONS', path: '/hooks/website', headers }),
    );
    const response = await intake.post('/hooks/website', aForm(), headers);

    for (const answer of [preflight, response]) {
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers['vary']).toBe('Origin');
    }
    expect(intake.stored).toEqual([]);
  });

  it('may read errors, too', async () => {
    const intake = anIntake({ jsonBytesMax: 1_024 });
    const tooLarge = await intake.post('/hooks/website', 'x'.repeat(2_000), JSON_FROM_PAGE);
    intake.broken.store = 1;
    const unavailable = await intake.post('/hooks/website', aForm(), JSON_FROM_PAGE);

    expect([tooLarge.status, unavailable.status]).toEqual([413, 503]);
    for (const answer of [tooLarge, unavailable]) {
      expect(answer.headers['access-control-allow-origin']).toBe(ORIGIN);
    }
  });

  it('are not needed: a server posts without an origin', async () => {
    const response = await anIntake().post('/hooks/website', aForm());

    expect(response.status).toBe(200);
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a form', () => {
  it('is keyed by its submission id, so that a double click is one lead', async () => {
    const intake = anIntake();
    const body = 'submission_id=s-1&name=Ana+Ng&email=ana%40example.com';

    await intake.post('/hooks/website', body, FORM);
    const response = await intake.post('/hooks/website', body, FORM);

    expect(bodyOf(response)).toMatchObject({
      status: 'duplicate',
      events: [{ idempotency_key: 'website|form_submission|s-1' }],
    });
    expect(intake.messages).toHaveLength(1);
  });

  it('brings names, and attribution from the address of its page', async () => {
    const intake = anIntake();
    const page_url = 'https://www.example.com/contact?utm_source=ig&gclid=x&email=secret#top';

    await intake.post('/hooks/website', aForm({ page_url, utm_source: 'newsletter' }));

    expect(intake.stored[0]).toMatchObject({
      occurredAt: new Date(NOW_MS).toISOString(),
      normalized: {
        occurred_at_basis: 'received',
        identity: { email: 'ana@example.com' },
        attributes: {
          full_name: 'Ana Ng',
          first_name: 'Ana',
          last_name: 'Ng',
          page_url: 'https://www.example.com/contact',
          utm_source: 'newsletter',
          gclid: 'x',
        },
      },
    });
  });

  it('without a submission id is one lead within half an hour, across a tick, too', async () => {
    const intake = anIntake();
    const body = aForm({ submission_id: undefined });
    intake.clock.nowMs = NOW_MS + 29 * 60_000;
    await intake.post('/hooks/website', body);

    intake.clock.nowMs = NOW_MS + 31 * 60_000;
    const soon = await intake.post('/hooks/website', body);
    intake.clock.nowMs = NOW_MS + 61 * 60_000;
    const later = await intake.post('/hooks/website', body);

    expect(bodyOf(soon)).toMatchObject({ status: 'duplicate' });
    expect(bodyOf(later)).toMatchObject({ status: 'accepted' });
    expect(intake.stored).toHaveLength(2);
  });

  it('with something else in it is another lead', async () => {
    const intake = anIntake();

    await intake.post('/hooks/website', aForm({ submission_id: undefined, message: 'a' }));
    await intake.post('/hooks/website', aForm({ submission_id: undefined, message: 'b' }));

    expect(intake.stored).toHaveLength(2);
  });

  it('of a size that no item takes is stored all the same, whole in the raw event', async () => {
    const intake = anIntake();
    const body = aForm({ message: '字'.repeat(120_000), more: '\u0001'.repeat(60_000) });

    const response = await intake.post('/hooks/website', body);

    const event = intake.stored[0]!;
    expect(response.status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(event.normalized))).toBeLessThan(400_000);
    expect(event.normalized?.attributes['message']).toHaveLength(32_000);
    expect(event.normalized?.answers.at(-1)?.key).toBe('_cut');
    expect(Buffer.from(event.raw.body).toString()).toBe(body);
  });
});

describe('a spam trap', () => {
  it('keeps the lead from the CRM, and tells the bot nothing', async () => {
    const trapped = anIntake();
    const honest = anIntake();

    const toBot = await trapped.post('/hooks/website', aForm({ website: 'x' }), JSON_FROM_PAGE);
    const toPerson = await honest.post('/hooks/website', aForm(), JSON_FROM_PAGE);

    expect(toBot).toEqual(toPerson);
    expect(trapped.stored[0]?.initial).toEqual({ state: 'suppressed', suppression: 'spam_trap' });
    expect(trapped.messages).toEqual([]);
    expect(trapped.letters).toEqual([]);
    expect(trapped.metrics.counted).toContain('LeadSuppressed{website}');
  });

  it('does not swallow the person whose browser had filled it in the first time', async () => {
    const intake = anIntake();

    await intake.post('/hooks/website', aForm({ website: 'x' }), JSON_FROM_PAGE);
    const again = await intake.post('/hooks/website', aForm(), JSON_FROM_PAGE);

    expect(bodyOf(again)).toMatchObject({ status: 'accepted', events: [{ duplicate: false }] });
    expect(intake.messages).toHaveLength(1);
  });

  it('keeps quiet for a lead that names nobody, too', async () => {
    const intake = anIntake();

    await intake.post('/hooks/website', '{"website":"x"}');

    expect(intake.stored[0]?.initial.state).toBe('suppressed');
    expect(intake.letters).toEqual([]);
  });
});

describe("onRepeat: 'conflict'", () => {
  it('answers 409 to an e-mail address that was submitted before, and delivers the lead', async () => {
    const intake = anIntake();
    await intake.post('/hooks/strict', aForm());

    const response = await intake.post(
      '/hooks/strict',
      aForm({ submission_id: 's-2', email: ' ANA@example.com', message: 'again' }),
      JSON_FROM_PAGE,
    );

    expect(response.status).toBe(409);
    expect(bodyOf(response)).toMatchObject({
      status: 'repeat',
      message: expect.stringContaining('updated'),
      events: [{ idempotency_key: 'strict|form_submission|s-2', duplicate: false }],
    });
    expect(response.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(intake.messages).toHaveLength(2);
    expect(intake.metrics.counted).toContain('LeadRepeat{strict}');
  });

  it('answers 200 to the very first one, however often it comes', async () => {
    const intake = anIntake();
    await intake.post('/hooks/strict', aForm());
    await intake.post('/hooks/strict', aForm({ submission_id: 's-2' }));

    const first = await intake.post('/hooks/strict', aForm());
    const second = await intake.post('/hooks/strict', aForm({ submission_id: 's-2' }));

    expect(first.status).toBe(200);
    expect(second.status).toBe(409);
    expect(intake.messages).toHaveLength(2);
  });

  it('answers 200 to the repetition of a first one that could not be stored', async () => {
    const intake = anIntake();
    intake.broken.store = 1;
    const lost = await intake.post('/hooks/strict', aForm());
    intake.broken.store = 0;

    const repeated = await intake.post('/hooks/strict', aForm());

    expect([lost.status, repeated.status]).toEqual([503, 200]);
  });

  it('answers 200 to another person whose page sends the id of the one before', async () => {
    const intake = anIntake();
    const ben = aForm({ email: 'ben@example.com' });
    await intake.post('/hooks/strict', aForm());

    const other = await intake.post('/hooks/strict', ben);
    const repeated = await intake.post('/hooks/strict', ben);
    const anaAgain = await intake.post('/hooks/strict', aForm({ message: 'once more' }));
    const benAgain = await intake.post(
      '/hooks/strict',
      aForm({ submission_id: 's-2', email: 'ben@example.com' }),
    );

    expect([other.status, repeated.status]).toEqual([200, 200]);
    expect([anaAgain.status, benAgain.status]).toEqual([409, 409]);
    expect(intake.stored).toHaveLength(4);
  });

  it('takes no notice of bots, of other sources, and of leads without an address', async () => {
    const intake = anIntake();
    await intake.post('/hooks/strict', aForm({ submission_id: 'bot', website: 'x' }));
    await intake.post('/hooks/website', aForm({ submission_id: 'elsewhere' }));
    await intake.post(
      '/hooks/strict',
      aForm({ submission_id: 'p1', email: '', phone: '+12025550143' }),
    );

    const phoneAgain = await intake.post(
      '/hooks/strict',
      aForm({ submission_id: 'p2', email: '', phone: '+12025550143' }),
    );
    const first = await intake.post('/hooks/strict', aForm());

    expect(phoneAgain.status).toBe(200);
    expect(first.status).toBe(200);
  });
});

describe('a page that is not reloaded between two people', () => {
  it('brings both, though it sends one submission id', async () => {
    const intake = anIntake();
    const first = aForm({ email: 'ana@example.com' });
    const second = aForm({ email: 'ben@example.com' });

    await intake.post('/hooks/website', first, JSON_FROM_PAGE);
    const other = await intake.post('/hooks/website', second, JSON_FROM_PAGE);
    const repeated = await intake.post('/hooks/website', second, JSON_FROM_PAGE);

    expect(bodyOf(other)).toMatchObject({ status: 'accepted', events: [{ duplicate: false }] });
    expect(bodyOf(repeated)).toMatchObject({ status: 'duplicate' });
    expect(intake.messages).toHaveLength(2);
    expect(intake.metrics.counted).toContain('LeadConflict{website}');
  });
});

describe('what a page sends as an id', () => {
  it('stands in no key, message or log line if it may name a person', async () => {
    const intake = anIntake();

    await intake.post(
      '/hooks/website',
      aForm({ submission_id: 'leak.person@example.com' }),
      JSON_FROM_PAGE,
    );

    const told = JSON.stringify([intake.messages, intake.log.lines, intake.stored[0]?.key]);
    expect(told).not.toMatch(/leak\.person/);
  });
});
