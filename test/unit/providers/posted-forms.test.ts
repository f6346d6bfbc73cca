import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { Submission } from '../../../lambdas/providers/provider.ts';
import { nestNames } from '../../../lambdas/providers/reading/nest-names.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { aRequest, aSource, NOW_MS, SECRET, verifyAs } from '../../support/webhook-builders.ts';

type Name = 'shared_secret' | 'url_token' | 'wpforms' | 'contact_form_7';

const FORM = 'application/x-www-form-urlencoded';

async function readAs(
  name: Name,
  body: string,
  type: string,
  settings: Record<string, unknown> = {},
): Promise<readonly Submission[]> {
  const provider = bindProvider(aSource(name, settings));
  const reading = await provider.read(aRequest({ body, headers: { 'content-type': type } }));
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions;
}

const MULTIPART = [
  '--b',
  'Content-Disposition: form-data; name="entry[id]"',
  '',
  '7',
  '--b',
  'Content-Disposition: form-data; name="entry[email]"',
  '',
  'ana@example.com',
  '--b--',
  '',
].join('\r\n');

describe.each(['shared_secret', 'url_token', 'wpforms', 'contact_form_7'] as const)(
  '%s',
  (name) => {
    it.each([
      ['JSON', '{"entry":{"id":7,"email":"ana@example.com"}}', 'application/json'],
      ['a form', 'entry[id]=7&entry[email]=ana%40example.com', FORM],
      ['a form of several parts', MULTIPART, 'multipart/form-data; boundary=b'],
    ])('reads %s by its paths', async (_what, body, type) => {
      const paths = { idPath: 'entry.id', dataPath: 'entry' };
      const [submission] = await readAs(name, body, type, paths);

      expect(submission).toMatchObject({ sourceEventId: '7', email: 'ana@example.com' });
    });

    it('reads each submission of a list, and keeps each apart', async () => {
      const body = '[{"email":"a@example.com"},{"email":"b@example.com"}]';
      const submissions = await readAs(name, body, 'application/json');

      expect(submissions.map(({ email }) => email)).toEqual(['a@example.com', 'b@example.com']);
      expect(submissions.map(({ part }) => new TextDecoder().decode(part))).toEqual([
        '{"email":"a@example.com"}',
        '{"email":"b@example.com"}',
      ]);
    });

    it('reads what is kept of a list as it read the list', async () => {
      const body = '[{"entry[id]":"1","entry[name]":"Ana"},{"entry[id]":"2"}]';
      const paths = { idPath: 'entry.id' };
      const submissions = await readAs(name, body, 'application/json', paths);

      expect(submissions.map(({ sourceEventId }) => sourceEventId)).toEqual(['1', '2']);
      for (const { part, ...alone } of submissions) {
        const kept = new TextDecoder().decode(part);
        expect(await readAs(name, kept, 'application/json', paths)).toEqual([alone]);
      }
    });
  },
);

describe('the secret', () => {
  const secrets = { current: SECRET, previous: 'the-secret-that-was-before' };
  const verify = (name: Name, headers: Record<string, string>, token?: string) =>
    verifyAs(
      { ...aRequest({ headers }), ...(token === undefined ? {} : { token }) },
      aSource(name),
      secrets,
      NOW_MS,
    );

  it.each(['shared_secret', 'wpforms', 'contact_form_7'] as const)(
    'of %s is in a header, or the last part of the URL',
    (name) => {
      expect(verify(name, { 'x-lead-secret': SECRET }).kind).toBe('verified');
      expect(verify(name, { 'x-lead-secret': secrets.previous })).toMatchObject({
        secretUsed: 'previous',
      });
      expect(verify(name, {}, SECRET).kind).toBe('verified');
      expect(verify(name, { 'x-lead-secret': 'wrong' })).toEqual({
        kind: 'refused',
        reason: 'mismatch',
      });
      // A wrong URL is not mended by a right header.
      expect(verify(name, { 'x-lead-secret': SECRET }, 'wrong').kind).toBe('refused');
    },
  );

  it('of url_token is the last part of the URL, and nowhere else', () => {
    expect(verify('url_token', {}, SECRET).kind).toBe('verified');
    expect(verify('url_token', { 'x-lead-secret': SECRET })).toEqual({
      kind: 'refused',
      reason: 'missing',
    });
    expect(verify('url_token', {}, `${SECRET}x`)).toEqual({ kind: 'refused', reason: 'mismatch' });
  });

  it('that a sender repeats in its body is not stored', async () => {
    const intake = anIntake({ sources: { it: { provider: 'url_token' } } });
    const body = `{"email":"a@example.com","webhook":"https://hooks.example.com/hooks/it/${SECRET}"}`;

    const answer = await intake.post(`/hooks/it/${SECRET}`, body);

    expect(answer.status).toBe(200);
    expect(JSON.stringify(intake.stored)).not.toContain(SECRET);
    expect(new TextDecoder().decode(intake.stored[0]?.raw.body)).not.toContain(SECRET);
  });
});

describe('Contact Form 7', () => {
  const BODY = {
    _wpcf7: '17',
    _wpcf7_unit_tag: 'wpcf7-f17-p5-o1',
    _wpnonce: 'aaaa',
    'your-name': 'Ana Ng',
    'your-email': 'ana@example.com',
    'your-message': 'Hi',
    'g-recaptcha-response': 'token-1',
  };
  const post = (body: Record<string, string>) =>
    readAs('contact_form_7', String(new URLSearchParams(body)), FORM);

  it('is read by the names of its tags, without what the plugin adds for itself', async () => {
    const [submission] = await post(BODY);

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      email: 'ana@example.com',
      attributes: { full_name: 'Ana Ng', message: 'Hi', form_id: '17' },
    });
    expect(submission?.sourceEventId).toBeUndefined();
    expect(JSON.stringify([submission?.answers, submission?.content])).not.toMatch(/wpcf7|aaaa/);
  });

  it('is one event with another nonce and captcha within the tick, and two with another message', async () => {
    const intake = anIntake({ sources: { it: { provider: 'contact_form_7' } } });
    const headers = { 'content-type': FORM, 'x-lead-secret': SECRET };
    const send = (body: Record<string, string>) =>
      intake.post('/hooks/it', String(new URLSearchParams(body)), headers);

    await send(BODY);
    await send({ ...BODY, _wpnonce: 'bbbb', 'g-recaptcha-response': 'token-2' });
    expect(intake.stored).toHaveLength(1);
    await send({ ...BODY, 'your-message': 'Hi again' });
    expect(intake.stored).toHaveLength(2);
    await send({ ...BODY, _wpcf7: '18' });
    expect(intake.stored).toHaveLength(3);
    intake.clock.nowMs += 61 * 60_000;
    await send(BODY);
    expect(intake.stored).toHaveLength(4);
    expect(intake.metrics.counted.filter((name) => name.includes('Conflict'))).toEqual([]);
  });
});

describe('names with brackets', () => {
  it.each<[Record<string, string | string[]>, unknown]>([
    [
      { 'a[b][c]': '1', 'a[b][d]': '2', e: '3' },
      { a: { b: { c: '1', d: '2' } }, e: '3' },
    ],
    [{ 'a[]': ['1', '2'] }, { a: ['1', '2'] }],
    [{ 'a[b][]': '1' }, { a: { b: '1' } }],
    [
      { a: '1', 'a[b]': '2' },
      { a: '1', 'a[b]': '2' },
    ],
    [
      { 'a[b]': '2', a: '1' },
      { a: '1', 'a[b]': '2' },
    ],
    [
      { 'a[b]': '1', 'a[b][c]': '2' },
      { a: { b: '1' }, 'a[b][c]': '2' },
    ],
    [
      { 'a[b][c]': '2', 'a[b]': '1' },
      { a: { b: { c: '2' } }, 'a[b]': '1' },
    ],
    [
      { 'a[]': '1', a: '2' },
      { 'a[]': '1', a: '2' },
    ],
    [{ 'a[][b]': '1' }, { 'a[][b]': '1' }],
    [
      { 'a[b': '1', 'a]': '2', '[a]': '3', 'a[b]c': '4' },
      { 'a[b': '1', 'a]': '2', '[a]': '3', 'a[b]c': '4' },
    ],
  ])('%j are nested, or stay as they are', (form, nested) => {
    expect(nestNames(form)).toEqual(nested);
  });

  it('nest no deeper than forms do, and never touch a prototype', () => {
    const deep = `a${'[b]'.repeat(40)}`;

    expect(nestNames({ [deep]: '1' })).toEqual({ [deep]: '1' });
    const nested = nestNames({ 'a[__proto__][x]': '1', '__proto__[y]': '2' });
    expect(Object.keys(nested)).toEqual(['a', '__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });
});
