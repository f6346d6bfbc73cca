import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anIntake } from '../../support/intake-harness.ts';
import {
  aRequest,
  aSource,
  headersOf,
  NOW_MS,
  providerRequest,
  readAs,
  readOneAs,
  SECRET,
  signatureVector,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('calendly');
const NOW_SECONDS = NOW_MS / 1_000;
const INVITEE = 'https://api.calendly.com/scheduled_events/EV1/invitees/INV1';

function headers(body: string, at = NOW_SECONDS, secret = SECRET) {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'calendly-webhook-signature': `t=${at},v1=${signature}` };
}

function verify(value: string, source = SOURCE) {
  const request = aRequest({ headers: { 'calendly-webhook-signature': value }, body: '{}' });
  return verifyAs(request, source, { current: SECRET }, NOW_MS);
}

function aBody(payload: Record<string, unknown> = {}, event = 'invitee.created') {
  return {
    event,
    created_at: '2026-11-22T03:59:30.000000Z',
    created_by: 'https://api.calendly.com/users/AAAA',
    payload: {
      uri: INVITEE,
      email: 'sam@example.com',
      name: 'Sam Ode',
      created_at: '2026-11-22T03:59:20.000000Z',
      ...payload,
    },
  };
}

describe('the signature', () => {
  it('of the sample request is verified', () => {
    const sample = providerRequest('calendly-invitee.created');
    const request = aRequest({ headers: headersOf(sample.headers), body: sample.body });

    expect(verifyAs(request, SOURCE, { current: sample.secret }, sample.nowMs)).toEqual({
      kind: 'verified',
      secretUsed: 'current',
    });
  });

  it.each(['calendly-3p-body', 'calendly-3p-empty'])('of the vector %s is verified', (id) => {
    const { expected, timestamp = '', body, secret } = signatureVector(id);
    const value = `t=${timestamp},v1=${expected}`;
    const request = aRequest({ headers: { 'calendly-webhook-signature': value }, body });

    expect(verifyAs(request, SOURCE, { current: secret }, Number(timestamp) * 1_000).kind).toBe(
      'verified',
    );
  });

  it('of the documentation has the right form, and belongs to another body', () => {
    const { header_value: value = '' } = signatureVector('calendly-doc-header-shape') as {
      header_value?: string;
    };
    const request = aRequest({ headers: { 'calendly-webhook-signature': value }, body: '{}' });

    expect(verifyAs(request, SOURCE, { current: SECRET }, 1_492_774_577_000)).toEqual({
      kind: 'refused',
      reason: 'mismatch',
    });
  });

  const [right] = Object.values(headers('{}'));
  it.each([
    ['of another body', Object.values(headers('{ }'))[0], 'mismatch'],
    ['of another secret', Object.values(headers('{}', NOW_SECONDS, 'x'.repeat(20)))[0], 'mismatch'],
    ['that is too old', Object.values(headers('{}', NOW_SECONDS - 301))[0], 'stale'],
    ['that is too new', Object.values(headers('{}', NOW_SECONDS + 301))[0], 'stale'],
    ['without its time', right?.split(',')[1], 'missing'],
    ['without a signature', right?.split(',')[0], 'malformed'],
    ['that comes twice', `${right},${right}`, 'duplicate_header'],
    ['that is something else', 'v1', 'malformed'],
  ])('%s is refused', (_, value, reason) => {
    expect(verify(value ?? '')).toEqual({ kind: 'refused', reason });
  });

  it('may be held to the 180 seconds of the documentation', () => {
    const source = aSource('calendly', { toleranceSeconds: 180 });
    const at = (seconds: number) => Object.values(headers('{}', seconds))[0] ?? '';

    expect(verify(at(NOW_SECONDS - 180), source).kind).toBe('verified');
    expect(verify(at(NOW_SECONDS - 181), source).kind).toBe('refused');
  });
});

describe('an invitee', () => {
  it('of the sample request is read', async () => {
    const submission = await readOneAs(SOURCE, providerRequest('calendly-invitee.created').body);

    expect(submission).toMatchObject({
      eventType: 'invitee.created',
      sourceEventId: INVITEE,
      occurredAt: '2026-11-22T03:59:20.000000Z',
      email: 'sam@example.com',
      phone: '020 7946 0018',
    });
    expect(submission.attributes).toEqual({ full_name: 'Sam Ode', utm_source: 'ig' });
    expect(submission.suppression).toBeUndefined();
  });

  it('may be named in parts', async () => {
    const { attributes } = await readOneAs(
      SOURCE,
      aBody({ name: null, first_name: 'Sam', last_name: 'Ode' }),
    );

    expect(attributes).toEqual({ first_name: 'Sam', last_name: 'Ode' });
  });

  it('has a phone in an answer, else in the number for reminders, else in the number to call', async () => {
    const question = { question: 'Phone Number', answer: '1', position: 0 };
    const call = { scheduled_event: { location: { type: 'outbound_call', location: '3' } } };
    const phone = async (payload: object) => (await readOneAs(SOURCE, aBody({ ...payload }))).phone;

    expect(
      await phone({ ...call, text_reminder_number: '2', questions_and_answers: [question] }),
    ).toBe('1');
    expect(await phone({ ...call, text_reminder_number: '2' })).toBe('2');
    expect(await phone(call)).toBe('3');
  });

  it('has neither the place of a meeting for a phone, nor its host for a person', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody({
        email: null,
        scheduled_event: {
          name: '30 minutes',
          event_type: 'https://api.calendly.com/event_types/ET1',
          start_time: '2026-12-01T10:00:00.000000Z',
          location: { type: 'physical', location: '1 High Street' },
          event_memberships: [{ user_email: 'sales@example.com' }],
        },
      }),
    );

    expect(submission.phone).toBeUndefined();
    expect(submission.email).toBeUndefined();
    expect(submission.attributes).toEqual({
      full_name: 'Sam Ode',
      form_id: 'https://api.calendly.com/event_types/ET1',
      form_name: '30 minutes',
    });
    expect(submission.answers).toContainEqual({
      key: 'scheduled_event.start_time',
      value: '2026-12-01T10:00:00.000000Z',
    });
  });

  it('has every answer with its question, and its campaign', async () => {
    const submission = await readOneAs(
      SOURCE,
      aBody({
        questions_and_answers: [
          { question: 'Company', answer: 'Example Ltd' },
          { question: 'How did you hear of us?', answer: 'A friend' },
          { question: 'Newsletter', answer: 'Yes' },
          { question: 'Unanswered', answer: null },
          null,
          7,
        ],
        tracking: { utm_source: 'x', utm_term: 'y', utm_content: 7, salesforce_uuid: 'sf-1' },
      }),
    );

    expect(submission.attributes).toEqual({
      full_name: 'Sam Ode',
      company: 'Example Ltd',
      utm_source: 'x',
      utm_term: 'y',
      utm_content: '7',
    });
    expect(submission.answers).toContainEqual({
      key: 'How did you hear of us?',
      label: 'How did you hear of us?',
      value: 'A friend',
    });
    expect(submission.answers).toContainEqual({ key: 'tracking.salesforce_uuid', value: 'sf-1' });
    expect(submission.consent).toEqual([{ key: 'Newsletter', granted: true }]);
  });
});

describe('a routing form', () => {
  it('is a lead by its own id, with its questions named by theirs', async () => {
    const uri = 'https://api.calendly.com/routing_form_submissions/RS1';
    const source = aSource('calendly', { fields: { 'q-2': 'company' } });

    const submission = await readOneAs(
      source,
      aBody(
        {
          uri,
          email: undefined,
          name: undefined,
          routing_form: 'https://api.calendly.com/routing_forms/RF1',
          questions_and_answers: [
            { question_uuid: 'q-1', question: 'Work email', answer: 'ana@example.com' },
            { question_uuid: 'q-2', question: 'Where do you work?', answer: 'Example Ltd' },
          ],
          result: { type: 'custom_message', value: { headline: 'Thanks' } },
        },
        'routing_form_submission.created',
      ),
    );

    expect(submission).toMatchObject({
      eventType: 'routing_form_submission.created',
      sourceEventId: uri,
      email: 'ana@example.com',
      attributes: { company: 'Example Ltd', form_id: 'https://api.calendly.com/routing_forms/RF1' },
    });
    expect(submission.suppression).toBeUndefined();
    expect(submission.answers[0]).toEqual({
      key: 'q-1',
      label: 'Work email',
      value: 'ana@example.com',
    });
  });
});

describe('events', () => {
  it.each(['invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted'])(
    '%s are notices, of the time at which they were sent',
    async (event) => {
      const submission = await readOneAs(SOURCE, aBody({}, event));

      expect(submission).toMatchObject({
        eventType: event,
        sourceEventId: INVITEE,
        suppression: 'not_a_lead',
        occurredAt: '2026-11-22T03:59:30.000000Z',
      });
    },
  );

  it.each([
    ['of another type', aBody({}, 'event_type.created')],
    ['of no type', { ...aBody(), event: null }],
    ['without a payload', { event: 'invitee.created' }],
    ['with a list for a payload', { event: 'invitee.created', payload: [] }],
  ])('%s have an unknown shape', async (_, body) => {
    expect(await readAs(SOURCE, body)).toMatchObject({ failure: { code: 'unknown_shape' } });
  });

  it('of a booking that is moved are three: made, cancelled, and made again for the same person', async () => {
    const intake = anIntake({ sources: { calls: { provider: 'calendly' } } });
    const post = async (body: unknown) => {
      const text = JSON.stringify(body);
      expect((await intake.post('/hooks/calls', text, headers(text))).status).toBe(200);
    };

    await post(aBody());
    // They come in any order.
    await post(aBody({ uri: `${INVITEE}-2`, old_invitee: INVITEE }));
    await post(aBody({ rescheduled: true, new_invitee: `${INVITEE}-2` }, 'invitee.canceled'));

    expect(
      intake.stored.map(({ eventType, initial, normalized }) => [
        eventType,
        initial.state,
        normalized?.identity.email,
      ]),
    ).toEqual([
      ['invitee.created', 'received', 'sam@example.com'],
      ['invitee.created', 'received', 'sam@example.com'],
      ['invitee.canceled', 'suppressed', 'sam@example.com'],
    ]);
    expect(new Set(intake.stored.map(({ key }) => key)).size).toBe(3);
  });

  it('are the same event when another subscription sends them, too', async () => {
    const other = { ...aBody(), created_by: 'https://api.calendly.com/users/BBBB' };

    expect((await readOneAs(SOURCE, other)).content).toEqual(
      (await readOneAs(SOURCE, aBody())).content,
    );
  });
});
