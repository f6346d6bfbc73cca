import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import type { HumanAnswer } from '../../../lambdas/core/ports/human-check.ts';
import { mapAnew } from '../../../lambdas/operations/mapping/map-anew.ts';
import { anIntake, bodyOf, type IntakeHarness, PEPPER } from '../../support/intake-harness.ts';
import { SECRET } from '../../support/webhook-builders.ts';

const ORIGIN = 'https://www.example.com';
const TOKEN = '0.aBcD-eF_gH1234567890.iJkL';
const FIELD = 'cf-turnstile-response';
const JSON_TYPE = { 'content-type': 'application/json', origin: ORIGIN };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function sourcesWith(turnstile: Record<string, unknown>): HoldfastConfigInput['sources'] {
  return {
    form: {
      provider: 'website_form',
      allowedOrigins: [ORIGIN],
      honeypotField: 'website',
      turnstile,
    },
  };
}

function aFormIntake(turnstile: Record<string, unknown> = {}, answer?: HumanAnswer): IntakeHarness {
  const intake = anIntake({ sources: sourcesWith(turnstile) });
  if (answer !== undefined) intake.humans.answer = () => answer;
  return intake;
}

function aForm(members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    submission_id: 's-1',
    email: 'ana@example.com',
    message: 'Hi',
    [FIELD]: TOKEN,
    ...members,
  };
}

const post = (intake: IntakeHarness, form: Record<string, unknown> = aForm()) =>
  intake.post('/hooks/form', JSON.stringify(form), JSON_TYPE);

function multipartOf(form: Record<string, unknown>): string {
  const parts = Object.entries(form).map(
    ([name, value]) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${String(value)}\r\n`,
  );
  return `${parts.join('')}--b--\r\n`;
}

/** A token counts once, for the question that it was first asked with. */
function askedOnce(intake: IntakeHarness): void {
  const keys = new Map<string, string>();
  intake.humans.answer = ({ token, idempotencyKey }) => {
    const first = keys.get(token) ?? idempotencyKey;
    keys.set(token, first);
    return first === idempotencyKey ? { kind: 'passed' } : { kind: 'spent' };
  };
}

describe('a person', () => {
  it('is let in, and the token is asked about with the secret of the source', async () => {
    const intake = aFormIntake();

    const answer = await post(intake);

    expect(answer.status).toBe(200);
    expect(intake.stored[0]?.initial).toEqual({ state: 'received' });
    expect(intake.humans.asked).toEqual([
      { secret: SECRET, token: TOKEN, idempotencyKey: expect.stringMatching(UUID) as string },
    ]);
  });

  it.each([
    ['JSON', 'application/json', (form: object) => JSON.stringify(form)],
    [
      'a form',
      'application/x-www-form-urlencoded',
      (form: object) => String(new URLSearchParams(form as Record<string, string>)),
    ],
    [
      'several parts',
      'multipart/form-data; boundary=b',
      (form: object) => multipartOf({ ...form }),
    ],
  ])('who posts %s leaves no token behind', async (_what, type, write) => {
    const intake = aFormIntake();
    const odd = `${TOKEN}+/="\\~!`;

    for (const [index, token] of [TOKEN, odd].entries()) {
      const body = write(
        aForm({ submission_id: `s-${index}`, [FIELD]: token, page: `?t=${token}` }),
      );
      const answer = await intake.post('/hooks/form', body, { 'content-type': type });

      expect(answer.status).toBe(200);
      const event = intake.stored[index];
      expect(event?.normalized?.identity.email).toBe('ana@example.com');
      expect(event?.normalized?.answers.map(({ key }) => key)).not.toContain(FIELD);
      const raw = new TextDecoder().decode(event?.raw.body);
      expect(raw).toContain('ana');
      expect(raw).not.toContain('aBcD-eF');
      expect(JSON.stringify(event?.normalized)).not.toContain('aBcD-eF');
    }
  });

  it('is read again from what was kept as at first', async () => {
    const intake = aFormIntake();
    await post(intake);
    const [event] = intake.stored;
    const record = await intake.store.readRecord(event?.key ?? '');

    const config = defineConfig({ sources: sourcesWith({}) });
    const again = await mapAnew(record!, intake.store, { config, pepper: PEPPER });

    expect(again).toMatchObject({
      kind: 'mapped',
      normalized: { answers: event?.normalized?.answers, identity: event?.normalized?.identity },
    });
  });

  it('is found by the field that is configured', async () => {
    const intake = aFormIntake({ field: 'proof' });

    const answer = await post(intake, { email: 'ana@example.com', proof: TOKEN });

    expect(answer.status).toBe(200);
    expect(intake.stored[0]?.normalized?.answers.map(({ key }) => key)).toEqual(['email']);
  });

  it('on an allowed page, for the named action, is let in', async () => {
    const settings = { hostnames: ['www.example.com'], action: 'contact' };
    const solved = { kind: 'passed', hostname: 'www.example.com', action: 'contact' } as const;

    expect((await post(aFormIntake(settings, solved))).status).toBe(200);
  });
});

describe('anything else', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, HumanAnswer]>([
    ['without a token', {}, aForm({ [FIELD]: undefined }), { kind: 'passed' }],
    ['with an empty token', {}, aForm({ [FIELD]: '' }), { kind: 'passed' }],
    ['with two tokens', {}, aForm({ [FIELD]: [TOKEN, TOKEN] }), { kind: 'passed' }],
    [
      'with a token that is too long',
      {},
      aForm({ [FIELD]: 'x'.repeat(2_049) }),
      { kind: 'passed' },
    ],
    ['with a token that is too short', {}, aForm({ [FIELD]: 'ana' }), { kind: 'passed' }],
    ['with a token of blanks', {}, aForm({ [FIELD]: ' '.repeat(40) }), { kind: 'passed' }],
    ['with a wrong token', {}, aForm(), { kind: 'failed' }],
    ['with a spent token', {}, aForm(), { kind: 'spent' }],
    [
      'of another page',
      { hostnames: ['a.example'] },
      aForm(),
      { kind: 'passed', hostname: 'b.example' },
    ],
    ['of no page', { hostnames: ['a.example'] }, aForm(), { kind: 'passed' }],
    ['for another action', { action: 'contact' }, aForm(), { kind: 'passed', action: 'login' }],
    ['for no action', { action: 'contact' }, aForm(), { kind: 'passed' }],
  ])('%s gets 403, and leaves nothing but a count', async (_what, settings, form, answer) => {
    const intake = aFormIntake(settings, answer);

    const response = await post(intake, form);

    expect(response).toMatchObject({
      status: 403,
      headers: { 'access-control-allow-origin': ORIGIN },
    });
    expect(bodyOf(response)).toMatchObject({
      status: 'not_human',
      message: expect.stringContaining('try again') as string,
    });
    expect(intake.stored).toEqual([]);
    expect(intake.letters).toEqual([]);
    expect(intake.metrics.counted.some((name) => name.startsWith('HumanCheckFailed'))).toBe(true);
    expect(JSON.stringify(intake.log.lines)).not.toMatch(/ana@|aBcD-eF/);
  });

  it('with a token that is no form gets 403 and is not asked about', async () => {
    const intake = aFormIntake();

    for (const body of ['{oops', '[]', '"text"', `"${TOKEN}"`]) {
      expect((await intake.post('/hooks/form', body, JSON_TYPE)).status).toBe(403);
    }
    expect(intake.humans.asked).toEqual([]);
    expect(intake.stored).toEqual([]);
  });

  it('whose token is written so that it could not be taken out again gets 403', async () => {
    const intake = aFormIntake();
    const escaped = TOKEN.replace('a', '\\u0061');
    const body = JSON.stringify(aForm()).replace(TOKEN, escaped);

    expect((await intake.post('/hooks/form', body, JSON_TYPE)).status).toBe(403);
    expect(intake.humans.asked).toEqual([]);
  });

  it('of a page that is not allowed is refused before anybody is asked', async () => {
    const intake = aFormIntake();
    const headers = { ...JSON_TYPE, origin: 'https://attacker.example' };

    expect((await intake.post('/hooks/form', JSON.stringify(aForm()), headers)).status).toBe(403);
    expect(intake.humans.asked).toEqual([]);
  });
});

describe('a token counts once', () => {
  it('but the same form may come again with it: after a 503, and as a duplicate', async () => {
    const intake = aFormIntake();
    askedOnce(intake);
    intake.broken.store = 1;

    const lost = await post(intake, aForm({ rendered_at: 1 }));
    intake.broken.store = 0;
    const taken = await post(intake, aForm({ rendered_at: 2 }));
    const again = await post(intake);

    expect([lost.status, taken.status, again.status]).toEqual([503, 200, 200]);
    expect(bodyOf(again)).toMatchObject({ status: 'duplicate' });
    expect(intake.stored).toHaveLength(1);
  });

  it('and another form with it gets 403, whatever it calls itself', async () => {
    const intake = aFormIntake();
    askedOnce(intake);
    await post(intake);

    const others = [
      aForm({ submission_id: 's-2' }),
      aForm({ message: 'Buy this' }),
      aForm({ email: 'other@example.com' }),
    ];
    for (const form of others) expect((await post(intake, form)).status).toBe(403);

    expect(intake.stored).toHaveLength(1);
  });

  it('and a form that is stored is answered as a duplicate when its token is too old', async () => {
    const intake = aFormIntake();
    await post(intake);
    intake.humans.answer = () => ({ kind: 'spent' });

    const again = await post(intake);
    const withoutId = await post(intake, aForm({ submission_id: undefined }));

    expect(again.status).toBe(200);
    expect(bodyOf(again)).toMatchObject({ status: 'duplicate', events: [{ duplicate: true }] });
    expect(withoutId.status).toBe(403);
    expect(intake.stored).toHaveLength(1);
  });

  it('and so is a form without an id, and one that shares its id with another', async () => {
    const intake = aFormIntake();
    const anonymous = aForm({ submission_id: undefined });
    const second = aForm({ email: 'ben@example.com' });
    for (const form of [anonymous, aForm(), second]) await post(intake, form);
    expect(intake.stored).toHaveLength(3);
    intake.humans.answer = () => ({ kind: 'spent' });

    for (const form of [anonymous, second]) {
      expect(bodyOf(await post(intake, form))).toMatchObject({ status: 'duplicate' });
    }
    expect(intake.stored).toHaveLength(3);
  });

  it('and a bot in the trap learns nothing from it', async () => {
    const intake = aFormIntake();
    const trapped = aForm({ website: 'https://spam.example' });
    const first = await post(intake, trapped);
    intake.humans.answer = () => ({ kind: 'spent' });

    const again = await post(intake, trapped);

    expect(intake.stored[0]?.initial).toEqual({ state: 'suppressed', suppression: 'spam_trap' });
    const keyOf = (response: typeof first) =>
      (bodyOf(response)?.['events'] as { idempotency_key: string }[] | undefined)?.[0]
        ?.idempotency_key;
    expect(keyOf(again)).toBe(keyOf(first));
  });
});

describe('while nobody can tell', () => {
  it.each([{ kind: 'no_answer' }, { kind: 'secret_refused' }] as const)(
    'a form is set aside by default (%j), for a person to decide',
    async (answer) => {
      const intake = aFormIntake({}, answer);

      const response = await post(intake);

      expect(response.status).toBe(200);
      expect(intake.stored[0]?.initial).toMatchObject({
        state: 'quarantined',
        failure: { code: 'unverified_human', class: 'permanent' },
      });
      expect(intake.messages).toEqual([]);
      expect(intake.letters).toMatchObject([{ failure_code: 'unverified_human' }]);
      expect(intake.metrics.counted.some((name) => name.startsWith('HumanCheckUnavailable'))).toBe(
        true,
      );
      expect(new TextDecoder().decode(intake.stored[0]?.raw.body)).not.toContain(TOKEN);
    },
  );

  it('it is taken where the source says so', async () => {
    const intake = aFormIntake({ whenDown: 'accept' }, { kind: 'no_answer' });

    expect((await post(intake)).status).toBe(200);
    expect(intake.stored[0]?.initial).toEqual({ state: 'received' });
  });

  it('it is refused with 503 where the source says so, and told when to come again', async () => {
    const intake = aFormIntake({ whenDown: 'refuse' }, { kind: 'no_answer' });

    const response = await post(intake);

    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toMatch(/^\d+$/);
    expect(intake.stored).toEqual([]);
  });

  it('a form that names nobody is set aside for that, and a bot in the trap is not set aside', async () => {
    const intake = aFormIntake({}, { kind: 'no_answer' });

    await post(intake, aForm({ email: undefined }));
    await post(intake, aForm({ submission_id: 's-2', website: 'x' }));

    expect(intake.stored.map(({ initial }) => initial)).toMatchObject([
      { state: 'quarantined', failure: { code: 'missing_identity' } },
      { state: 'suppressed' },
    ]);
  });
});

describe('the secret', () => {
  const NEW = 'the-secret-that-is-new-now';

  it('is read anew when it is refused, since it may just have been replaced', async () => {
    const intake = aFormIntake();
    await post(intake);
    intake.secrets.set('source/form', JSON.stringify({ current: NEW }));
    intake.humans.answer = ({ secret }) => ({ kind: secret === NEW ? 'passed' : 'secret_refused' });

    expect((await post(intake, aForm({ submission_id: 's-2' }))).status).toBe(200);
    expect(intake.humans.asked.map(({ secret }) => secret)).toEqual([SECRET, SECRET, NEW]);
    expect(intake.stored[1]?.initial).toEqual({ state: 'received' });
  });

  it('may be the one before, and none is tried twice', async () => {
    const intake = aFormIntake({}, { kind: 'secret_refused' });
    intake.secrets.set('source/form', JSON.stringify({ current: NEW, previous: SECRET }));

    await post(intake);

    expect(intake.humans.asked.map(({ secret }) => secret)).toEqual([NEW, SECRET]);
  });

  it('that cannot be read is our fault: 503', async () => {
    const intake = aFormIntake();
    intake.broken.secrets = true;

    expect((await post(intake)).status).toBe(503);
  });

  it('of a form vouches for nobody: what is no form at all is still refused', async () => {
    const intake = aFormIntake();

    const answer = await intake.post('/hooks/form', '<a/>', { 'content-type': 'application/xml' });

    expect(answer.status).toBe(415);
  });
});

it.each([
  [{ field: '' }],
  [{ hostnames: [] }],
  [{ hostnames: ['https://www.example.com'] }],
  [{ action: 'a b' }],
  [{ whenDown: 'later' }],
  [{ secret: 'x' }],
])('does not take the settings %j', (turnstile) => {
  expect(() => defineConfig({ sources: sourcesWith(turnstile) })).toThrow(/turnstile/);
});
