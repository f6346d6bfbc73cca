import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
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

const SOURCE = aSource('framer');
const ID = 'framer-webhook-submission-id';
const BODY = '{"Name":"Ana Ng","Email":"ana@example.com"}';

function sign(body: string, id: string, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).update(id).digest('hex')}`;
}

function headersOf(body: string, id = 'submission-1') {
  return { 'framer-signature': sign(body, id), [ID]: id };
}

function verify(headers: Record<string, string>, body = BODY) {
  return verifyAs(aRequest({ headers, body }), SOURCE, { current: SECRET }, NOW_MS);
}

describe('the signature', () => {
  it('is over the body and right after it the id', () => {
    fc.assert(
      fc.property(fc.json(), fc.stringMatching(/^[A-Za-z0-9-]{1,40}$/), (body, id) => {
        expect(verify(headersOf(body, id), body).kind).toBe('verified');
        expect(verify({ ...headersOf(body, id), [ID]: `${id}1` }, body)).toEqual({
          kind: 'refused',
          reason: 'mismatch',
        });
      }),
    );
  });

  it.each([
    ['of another body', headersOf(`${BODY} `), 'mismatch'],
    [
      'of another secret',
      { ...headersOf(BODY), 'framer-signature': sign(BODY, 'submission-1', 'x'.repeat(20)) },
      'mismatch',
    ],
    [
      'without its prefix',
      { ...headersOf(BODY), 'framer-signature': sign(BODY, 'submission-1').slice(7) },
      'malformed',
    ],
    ['without the id', { 'framer-signature': sign(BODY, '') }, 'missing'],
    [
      'with the id twice',
      { ...headersOf(BODY), [ID]: 'submission-1,submission-1' },
      'duplicate_header',
    ],
    ['that is missing', { [ID]: 'submission-1' }, 'missing'],
  ])('%s is refused', (_, headers, reason) => {
    expect(verify(headers as unknown as Record<string, string>)).toEqual({
      kind: 'refused',
      reason,
    });
  });
});

describe('a submission', () => {
  it('is read by the names of its inputs, with the id of the header', async () => {
    const submission = await readOneAs(SOURCE, BODY, headersOf(BODY));

    expect(submission).toMatchObject({
      eventType: 'form_submission',
      sourceEventId: 'submission-1',
      email: 'ana@example.com',
      attributes: { full_name: 'Ana Ng' },
      answers: [
        { key: 'Name', value: 'Ana Ng' },
        { key: 'Email', value: 'ana@example.com' },
      ],
    });
    expect(submission.occurredAt).toBeUndefined();
  });

  it('has its id still when it is read again from what is kept', async () => {
    const intake = anIntake({ sources: { site: { provider: 'framer' } } });

    await intake.post('/hooks/site', BODY, headersOf(BODY));

    const { raw, sourceEventId } = intake.stored[0]!;
    expect(raw.headers).toEqual({ [ID]: 'submission-1' });
    const reading = await bindProvider(SOURCE).read({ method: 'POST', ...raw });
    expect(reading).toMatchObject({ submissions: [{ sourceEventId }] });
  });

  it('is one event however often it is sent', async () => {
    const intake = anIntake({ sources: { site: { provider: 'framer' } } });

    for (let time = 0; time < 6; time += 1) {
      expect((await intake.post('/hooks/site', BODY, headersOf(BODY))).status).toBe(200);
    }

    expect(intake.stored).toHaveLength(1);
  });
});

it('a body that is no object has an unknown shape, and its id is told', async () => {
  expect(await readAs(SOURCE, '[]', headersOf('[]'))).toMatchObject({
    failure: { code: 'unknown_shape' },
    sourceEventId: 'submission-1',
  });
});
