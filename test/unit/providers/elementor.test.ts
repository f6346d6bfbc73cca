import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { Submission } from '../../../lambdas/providers/provider.ts';
import { anIntake } from '../../support/intake-harness.ts';
import {
  aRequest,
  aSource,
  headersOf,
  NOW_MS,
  providerRequest,
  SECRET,
  verifyAs,
} from '../../support/webhook-builders.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SAMPLE = providerRequest('elementor-urlencoded');
const SAMPLE_BODY = SAMPLE.body;

async function read(
  form: Record<string, string> | string,
  settings: Record<string, unknown> = {},
): Promise<Submission> {
  const body = typeof form === 'string' ? form : String(new URLSearchParams(form));
  const provider = bindProvider(aSource('elementor', settings));
  const reading = await provider.read(aRequest({ body, headers: FORM }));
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions[0]!;
}

/** A field of the advanced mode. */
function aField(id: string, members: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ id, ...members }).map(([name, value]) => [`fields[${id}][${name}]`, value]),
  );
}

/** The sample with one of its texts replaced. */
function altered(from: string, to: string): string {
  expect(SAMPLE_BODY).toContain(from);
  return SAMPLE_BODY.replace(from, to);
}

describe('a captured request', () => {
  it('is verified by its header, and becomes the lead', async () => {
    const intake = anIntake({ sources: { site: { provider: 'elementor' } } });
    intake.secrets.set('source/site', JSON.stringify({ current: SAMPLE.secret }));

    const answer = await intake.post('/hooks/site', SAMPLE_BODY, headersOf(SAMPLE.headers));

    expect(answer.status).toBe(200);
    const [event] = intake.stored;
    expect(event).toMatchObject({ eventType: 'form_submission', initial: { state: 'received' } });
    expect(event?.sourceEventId).toBeUndefined();
    expect(event?.normalized).toMatchObject({
      occurred_at_basis: 'received',
      identity: { email: 'ana@example.com' },
      attributes: {
        full_name: 'Ana Ng',
        utm_source: 'ig',
        fbclid: 'abc',
        page_url: 'https://www.example.com/contato/',
        form_id: 'c1d6fde',
        form_name: 'Contact',
        phone_raw: '(11) 96123-4567',
      },
      answers: [
        { key: 'name', label: 'Nome', type: 'text', value: 'Ana Ng' },
        { key: 'email', label: 'E-mail', type: 'email', value: 'ana@example.com' },
        { key: 'field_4c63868', label: 'Telefone', type: 'tel', value: '(11) 96123-4567' },
        { key: 'utm_source', type: 'hidden', value: 'ig' },
      ],
    });
  });

  it('is the same event with another date, time and address, within the tick', async () => {
    const intake = anIntake({ sources: { site: { provider: 'elementor' } } });
    const headers = { ...FORM, 'x-lead-secret': SECRET };
    const later = altered('00%3A59', '01%3A02')
      .replace('22%2F11%2F2026', '23%2F11%2F2026')
      .replace('203.0.113.9', '203.0.113.77');

    await intake.post('/hooks/site', SAMPLE_BODY, headers);
    const again = await intake.post('/hooks/site', later, headers);
    const other = await intake.post('/hooks/site', altered('Ana+Ng', 'Ana+Maria+Ng'), headers);

    expect(JSON.parse(again.body)).toMatchObject({ status: 'duplicate' });
    expect(JSON.parse(other.body)).toMatchObject({ status: 'accepted' });
    expect(intake.stored).toHaveLength(2);
    expect(intake.metrics.counted.filter((name) => name.includes('Conflict'))).toEqual([]);
  });
});

describe('the secret', () => {
  const source = aSource('elementor');
  const secrets = { current: SECRET, previous: 'the-secret-that-was-before' };
  const verify = (headers: Record<string, string>, token?: string) =>
    verifyAs(
      { ...aRequest({ headers }), ...(token === undefined ? {} : { token }) },
      source,
      secrets,
      NOW_MS,
    );

  it('is taken in the header and as the last part of the URL, the one before as well', () => {
    expect(verify({ 'x-lead-secret': SECRET })).toMatchObject({ secretUsed: 'current' });
    expect(verify({}, SECRET)).toMatchObject({ secretUsed: 'current' });
    expect(verify({}, secrets.previous)).toMatchObject({ secretUsed: 'previous' });
  });

  it.each([
    [{}, 'missing'],
    [{ 'x-lead-secret': '' }, 'missing'],
    [{ 'x-lead-secret': `${SECRET}x` }, 'mismatch'],
    [{ 'x-lead-secret': `${SECRET},${SECRET}` }, 'duplicate_header'],
    [{ 'x-other-secret': SECRET }, 'missing'],
  ])('is refused as %j (%s)', (headers, reason) => {
    expect(verify(headers)).toEqual({ kind: 'refused', reason });
  });

  it('is in another header where the source says so', () => {
    const verification = verifyAs(
      aRequest({ headers: { 'x-own': SECRET } }),
      aSource('elementor', { secretHeader: 'x-own' }),
      secrets,
      NOW_MS,
    );

    expect(verification.kind).toBe('verified');
  });
});

describe('advanced data', () => {
  it('is mapped by type before id, whatever the title', async () => {
    const submission = await read({
      ...aField('name', { type: 'email', title: 'Ihr Name', value: 'ana@example.com' }),
      ...aField('field_1', { type: 'tel', title: 'מספר', value: '+12025550143' }),
      ...aField('field_2', { type: 'url', title: 'Seite', value: 'https://example.com' }),
      ...aField('field_3', { type: 'textarea', title: 'Text', value: 'Hallo' }),
    });

    expect(submission).toMatchObject({
      email: 'ana@example.com',
      phone: '+12025550143',
      attributes: { website: 'https://example.com', message: 'Hallo' },
    });
    expect(submission.attributes.full_name).toBeUndefined();
  });

  it('takes what a field is called over what its type mostly is', async () => {
    const submission = await read({
      ...aField('linkedin', { type: 'url', title: 'Profile', value: 'https://example.org/ana' }),
      ...aField('website', { type: 'url', title: 'Site', value: 'https://example.com' }),
    });

    expect(submission.attributes.website).toBe('https://example.com');
  });

  it('follows the configured mapping first', async () => {
    const submission = await read(
      aField('field_1', { type: 'text', title: 'Firma', value: 'Example Ltd' }),
      { fields: { field_1: 'job_title' } },
    );

    expect(submission.attributes).toEqual({ job_title: 'Example Ltd' });
  });

  it('prefers a question to a hidden field of the same name', async () => {
    const submission = await read({
      ...aField('utm_source', { type: 'hidden', value: 'ig' }),
      ...aField('source', { type: 'text', title: 'utm_source', value: 'friend' }),
    });

    expect(submission.attributes.utm_source).toBe('friend');
  });

  it('reads a ticked acceptance as consent with its wording, and nothing of one that is not ticked', async () => {
    const ticked = aField('field_9', { type: 'acceptance', title: 'E-mail me', value: 'on' });
    const open = aField('field_8', { type: 'acceptance', title: 'Call me', value: '' });

    const submission = await read({ ...ticked, ...open });

    expect(submission.consent).toEqual([{ key: 'field_9', granted: true, text: 'E-mail me' }]);
    expect(submission.email).toBeUndefined();
    expect(submission.answers).toHaveLength(2);
  });

  it('keeps choices as a list, and leaves the tokens of captchas out', async () => {
    const submission = await read({
      'fields[a][id]': 'a',
      'fields[a][type]': 'checkbox',
      'fields[a][value][0]': 'Sales',
      'fields[a][value][1]': 'Service',
      ...aField('c', { type: 'recaptcha_v3', value: 'token' }),
    });

    expect(submission.answers).toEqual([
      { key: 'a', type: 'checkbox', value: ['Sales', 'Service'] },
    ]);
  });

  it('is read without its type, its title, its value or its id', async () => {
    const submission = await read({
      'fields[email][raw_value]': 'ana@example.com',
      'meta[x]': '1',
    });

    expect(submission).toMatchObject({
      email: 'ana@example.com',
      answers: [{ key: 'email', value: 'ana@example.com' }],
    });
  });
});

describe('labels alone', () => {
  it('are read with their fields that have none', async () => {
    const submission = await read(
      'form_id=c1d6fde&form_name=New+Form&Name=Ana&No+Label+email=ana%40example.com&No+Label+tel=31996176245&utm_source=ig',
    );

    expect(submission).toMatchObject({
      email: 'ana@example.com',
      phone: '31996176245',
      attributes: { full_name: 'Ana', utm_source: 'ig', form_id: 'c1d6fde', form_name: 'New Form' },
    });
    expect(submission.answers.map(({ key }) => key)).toEqual([
      'Name',
      'No Label email',
      'No Label tel',
      'utm_source',
    ]);
  });

  it('leave out what the plugin adds behind them, but no date that the form asks for', async () => {
    const meta = { 'Page URL': 'https://www.example.com/?gclid=x', 'Remote IP': '203.0.113.9' };
    const clocked = await read({ Email: 'a@example.com', Date: 'May 5', Time: '9 am', ...meta });
    const asked = await read({ Date: 'May 5', Time: '9 am', Email: 'a@example.com', ...meta });

    expect(clocked.answers.map(({ key }) => key)).toEqual(['Email']);
    expect(asked.answers.map(({ key }) => key)).toEqual(['Date', 'Time', 'Email']);
    expect(asked.attributes.page_url).toBe('https://www.example.com/?gclid=x');
    expect(JSON.stringify([clocked, asked])).not.toContain('203.0.113.9');
  });

  it('can be mapped by the id of a field without a label', async () => {
    const submission = await read(
      { 'No Label field_1': 'Example Ltd' },
      { fields: { field_1: 'company' } },
    );

    expect(submission.attributes).toEqual({ company: 'Example Ltd' });
  });
});

it.each(['', 'form_id=1&form_name=x', 'fields%5Ba%5D=text', '[]'])(
  'keeps %j for a person to look at',
  async (body) => {
    const type = body.startsWith('[') ? 'application/json' : FORM['content-type'];
    const reading = await bindProvider(aSource('elementor')).read(
      aRequest({ body, headers: { 'content-type': type } }),
    );

    expect(reading).toMatchObject({ kind: 'unreadable', failure: { code: 'unknown_shape' } });
  },
);
