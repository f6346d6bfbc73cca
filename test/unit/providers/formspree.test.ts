import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anIntake } from '../../support/intake-harness.ts';
import {
  aRequest,
  aSource,
  NOW_MS,
  readAs,
  readOneAs,
  SECRET,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('formspree');
const NOW_SECONDS = NOW_MS / 1_000;

function sign(body: string, at = NOW_SECONDS, secret = SECRET): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

function verify(value: string) {
  const request = aRequest({ headers: { 'formspree-signature': value }, body: '{}' });
  return verifyAs(request, SOURCE, { current: SECRET }, NOW_MS);
}

function aBody(submission: Record<string, unknown> = {}) {
  return {
    form: 'xpzgexmp',
    submission: {
      _date: '2026-11-22T03:58:41.123456+00:00',
      email: 'ana@example.com',
      name: 'Ana Ng',
      ...submission,
    },
  };
}

describe('the signature', () => {
  it('is over the timestamp, a dot and the body', () => {
    expect(verify(sign('{}'))).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it.each([
    ['of another body', sign('{ }'), 'mismatch'],
    ['of another secret', sign('{}', NOW_SECONDS, 'another-secret-of-length'), 'mismatch'],
    ['that is too old', sign('{}', NOW_SECONDS - 301), 'stale'],
    ['that is too new', sign('{}', NOW_SECONDS + 301), 'stale'],
    ['that comes twice', `${sign('{}')},${sign('{}')}`, 'duplicate_header'],
    ['that is the secret itself', SECRET, 'malformed'],
    ['that is empty', '', 'missing'],
  ])('%s is refused', (_, value, reason) => {
    expect(verify(value)).toEqual({ kind: 'refused', reason });
  });
});

describe('a submission', () => {
  it('is read with its form and its time, which is no answer', async () => {
    const submission = await readOneAs(SOURCE, aBody({ message: 'Hello' }));

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      occurredAt: '2026-11-22T03:58:41.123456+00:00',
      email: 'ana@example.com',
      attributes: { full_name: 'Ana Ng', message: 'Hello', form_id: 'xpzgexmp' },
    });
    expect(submission.sourceEventId).toBeUndefined();
    expect(submission.answers.map(({ key }) => key)).toEqual(['email', 'name', 'message']);
  });

  it('may have the address to reply to for its only one', async () => {
    const email = async (submission: Record<string, unknown>) =>
      (await readOneAs(SOURCE, { form: 'xpzgexmp', submission })).email;

    expect(await email({ _replyto: 'reply@example.com', email: 'ana@example.com' })).toBe(
      'ana@example.com',
    );
    expect(await email({ _replyto: 'reply@example.com', email: '' })).toBe('reply@example.com');
  });

  it('is one lead when it is sent again, and another when it says something else', async () => {
    const intake = anIntake({ sources: { contact: { provider: 'formspree' } } });
    const post = async (submission: Record<string, unknown>) => {
      const body = JSON.stringify(aBody(submission));
      const headers = { 'formspree-signature': sign(body) };
      return (await intake.post('/hooks/contact', body, headers)).body;
    };

    const first = await post({});
    const again = await post({});
    const other = await post({ message: 'One more thing' });

    expect([first, again, other].map((body) => JSON.parse(body).status as string)).toEqual([
      'accepted',
      'duplicate',
      'accepted',
    ]);
    expect(intake.stored).toHaveLength(2);
  });
});

it.each([
  ['no object', '[]'],
  ['without a submission', '{"form":"xpzgexmp"}'],
  ['with a submission that is a list', '{"form":"xpzgexmp","submission":[]}'],
])('a body that is %s has an unknown shape', async (_, body) => {
  expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
});
