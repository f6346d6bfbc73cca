import { describe, expect, it } from 'vitest';
import { anIntake, type IntakeHarness } from '../../support/intake-harness.ts';
import { SECRET } from '../../support/webhook-builders.ts';

const ADDRESS = `https://leads.example.com/hooks/forms/${SECRET}`;
const BOUNDARY = '------------------------b6726c32637f0001';
const MULTIPART = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

function aForm(rawRequest = '{"q4_email":"ana@example.com"}'): Record<string, string> {
  return { formID: '1', submissionID: '5123456789012345678', webhookURL: ADDRESS, rawRequest };
}

function multipart(form: Record<string, string>): string {
  const parts = Object.entries(form).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}

function anIntakeOfForms(): IntakeHarness {
  return anIntake({ sources: { forms: { provider: 'jotform' } } });
}

/** Everything that is kept, told or sent on. */
function traces(intake: IntakeHarness): string {
  const { stored, messages, letters, log, metrics } = intake;
  const bodies = stored.map(({ raw }) => new TextDecoder().decode(raw.body));
  return JSON.stringify({ stored, bodies, messages, letters, lines: log.lines, metrics });
}

describe('an address that its sender repeats in the body', () => {
  it.each([
    ['a form of several parts', multipart(aForm()), MULTIPART],
    [
      'a plain form',
      String(new URLSearchParams(aForm())),
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['JSON', JSON.stringify(aForm()), { 'content-type': 'application/json' }],
  ])('leaves no token in what is kept of %s', async (_, body, headers) => {
    const intake = anIntakeOfForms();
    expect(body).toContain(SECRET);

    const response = await intake.post(`/hooks/forms/${SECRET}`, body, headers);

    expect(response.status).toBe(200);
    expect(intake.stored).toHaveLength(1);
    const [event] = intake.stored;
    expect(new TextDecoder().decode(event?.raw.body)).toContain('[redacted]');
    expect(traces(intake)).not.toContain(SECRET);
    expect(event?.normalized?.identity.email).toBe('ana@example.com');
  });

  it('leaves no token in what is quarantined', async () => {
    const intake = anIntakeOfForms();

    const body = multipart(aForm('no JSON'));
    const response = await intake.post(`/hooks/forms/${SECRET}`, body, MULTIPART);

    expect(response.status).toBe(200);
    expect(intake.stored[0]?.initial.state).toBe('quarantined');
    expect(traces(intake)).not.toContain(SECRET);
  });

  it('is refused with another token, of which nothing is kept either', async () => {
    const intake = anIntakeOfForms();

    const response = await intake.post('/hooks/forms/another-token', multipart(aForm()), MULTIPART);

    expect(response.status).toBe(401);
    expect(intake.stored).toEqual([]);
    expect(traces(intake)).not.toContain('another-token');
  });

  it('is known with its signs percent-encoded, and leaves no token in any spelling', async () => {
    const secret = 'AbC=dEf+gHi&0123456789';
    const intake = anIntakeOfForms();
    intake.secrets.set('source/forms', JSON.stringify({ current: secret }));
    const form = { ...aForm(), webhookURL: `https://leads.example.com/hooks/forms/${secret}` };
    const body = String(new URLSearchParams(form));

    for (const token of [secret, encodeURIComponent(secret)]) {
      const response = await intake.post(`/hooks/forms/${token}`, body, {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect(response.status).toBe(200);
    }

    expect(intake.stored).toHaveLength(1);
    expect(traces(intake)).not.toContain(secret);
    expect(traces(intake)).not.toContain(encodeURIComponent(secret));
  });

  it.each(['%', '%zz', '%ff%fe'])('that is %s is refused', async (token) => {
    const response = await anIntakeOfForms().post(`/hooks/forms/${token}`, '{}');

    expect(response.status).toBe(401);
  });
});
