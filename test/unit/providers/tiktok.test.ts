import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  aRequest,
  aSource,
  headersOf,
  NOW_MS,
  providerRequest,
  readAs,
  readOneAs,
  SECRET,
  verifyAs,
} from '../../support/webhook-builders.ts';

const SOURCE = aSource('tiktok');
const NOW_SECONDS = NOW_MS / 1_000;

function headers(body: string, { at = NOW_SECONDS, secret = SECRET, name = 's' } = {}) {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'tiktok-signature': `t=${at},${name}=${signature}` };
}

function verify(given: Record<string, string>, source = SOURCE) {
  return verifyAs(aRequest({ headers: given, body: '{}' }), source, { current: SECRET }, NOW_MS);
}

function aBody(overrides: Record<string, unknown> = {}) {
  return {
    client_key: 'ck',
    event: 'lead.submit',
    create_time: 1_795_319_990,
    content: '{"lead":{"id":9007199254740993,"email":"ana@example.com","phone":"+12025550143"}}',
    ...overrides,
  };
}

describe('the signature', () => {
  it('of the sample request is verified', () => {
    const sample = providerRequest('tiktok-developer-signature');
    const request = aRequest({ headers: headersOf(sample.headers), body: sample.body });

    const verification = verifyAs(request, SOURCE, { current: sample.secret }, sample.nowMs);

    expect(verification).toEqual({ kind: 'verified', secretUsed: 'current' });
  });

  it.each([
    ['of another body', headers('{ }'), 'mismatch'],
    ['of another secret', headers('{}', { secret: 'another-secret-of-length' }), 'mismatch'],
    ['of a newer time', headers('{}', { at: NOW_SECONDS + 301 }), 'stale'],
    ['of an older time', headers('{}', { at: NOW_SECONDS - 301 }), 'stale'],
    ['under another name', headers('{}', { name: 'v1' }), 'malformed'],
    ['that comes twice', twice(headers('{}')), 'duplicate_header'],
    ['that is missing', {}, 'missing'],
  ])('%s is refused', (_, given, reason) => {
    expect(verify(given as Record<string, string>)).toEqual({ kind: 'refused', reason });
  });

  it('counts for as long as the source says', () => {
    const source = aSource('tiktok', { toleranceSeconds: 900 });

    expect(verify(headers('{}', { at: NOW_SECONDS - 900 }), source).kind).toBe('verified');
    expect(verify(headers('{}', { at: NOW_SECONDS - 901 }), source).kind).toBe('refused');
  });
});

function twice({ 'tiktok-signature': value }: Record<string, string>) {
  return { 'tiktok-signature': `${value},${value}` };
}

describe('the body', () => {
  it('is read by the paths of the source, which lead into the JSON of its content', async () => {
    const source = aSource('tiktok', { idPath: 'content.lead.id', dataPath: 'content.lead' });

    expect(await readOneAs(source, aBody())).toMatchObject({
      eventType: 'lead.submit',
      sourceEventId: '9007199254740993',
      occurredAt: '1795319990',
      email: 'ana@example.com',
      phone: '+12025550143',
    });
  });

  it('is read by the names of its fields where no path is set, and without an id', async () => {
    const submission = await readOneAs(SOURCE, { email: 'ana@example.com', full_name: 'Ana Ng' });

    expect(submission).toMatchObject({
      eventType: 'lead.created',
      email: 'ana@example.com',
      attributes: { full_name: 'Ana Ng' },
    });
    expect(submission.sourceEventId).toBeUndefined();
    expect(submission.occurredAt).toBeUndefined();
  });

  it.each(['{"lead":', '[]', 'ana@example.com', 7, null])(
    'stays as it is when its content is %j',
    async (content) => {
      const { answers } = await readOneAs(SOURCE, aBody({ content }));

      const kept = answers.find(({ key }) => key === 'content')?.value;
      expect(kept).toBe(content === null ? undefined : String(content));
    },
  );

  it('that is a list holds several submissions, each with a part of its own', async () => {
    const source = aSource('tiktok', { idPath: 'content.lead.id', dataPath: 'content.lead' });
    const other = aBody({ content: '{"lead":{"id":"2","email":"bo@example.com"}}' });

    const reading = await readAs(source, [aBody(), other]);

    if (reading.kind !== 'read') throw new Error(reading.failure.message);
    expect(reading.submissions.map(({ email }) => email)).toEqual([
      'ana@example.com',
      'bo@example.com',
    ]);
    for (const submission of reading.submissions) {
      const { part, ...alone } = submission;
      expect(await readOneAs(source, new TextDecoder().decode(part))).toEqual(alone);
    }
  });

  it('without an object at the path has an unknown shape', async () => {
    const source = aSource('tiktok', { dataPath: 'content.lead' });

    expect(await readAs(source, aBody({ content: '{}' }))).toMatchObject({
      failure: { code: 'unknown_shape' },
    });
  });
});
