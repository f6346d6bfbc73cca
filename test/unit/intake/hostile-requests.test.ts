import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../../lambdas/intake/http-event.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { aTypeformBody, typeformHeaders } from '../../support/webhook-builders.ts';

const OTHER_SECRET = 'another-source-has-this-one';

/** Two sources of one provider, each with a secret of its own. */
function aPair() {
  const intake = anIntake({
    sources: { demo: { provider: 'typeform' }, partner: { provider: 'typeform' } },
  });
  intake.secrets.set('source/partner', JSON.stringify({ current: OTHER_SECRET }));
  return intake;
}

describe('a request that claims to be of another source', () => {
  it('is refused with the signature of its own', async () => {
    const intake = aPair();
    const body = aTypeformBody();

    const own = await intake.post('/hooks/partner', body, typeformHeaders(body));
    const right = await intake.post('/hooks/demo', body, typeformHeaders(body));

    expect([own.status, right.status]).toEqual([401, 200]);
    expect(intake.stored.map(({ source }) => source)).toEqual(['demo']);
  });

  it('is of the source of its path, whatever body, query and headers say', async () => {
    const intake = aPair();
    const body = aTypeformBody().replace('{', '{"source":"partner","provider":"meta",');
    const headers = {
      ...typeformHeaders(body),
      'x-source': 'partner',
      'x-original-url': '/hooks/partner',
    };

    const response = await intake.post('/hooks/demo', body, headers);

    expect(response.status).toBe(200);
    expect(intake.stored[0]).toMatchObject({ source: 'demo' });
    expect(intake.stored[0]?.key).toMatch(/^demo\|/);
  });

  it.each([
    '/hooks/__proto__',
    '/hooks/constructor',
    '/hooks/toString',
    '/hooks/hasOwnProperty',
    '/hooks/DEMO',
    '/hooks/d\u0435mo',
    '/hooks/demo\u0000',
    '/hooks/demo%2Fx',
    '/hooks/demo%00',
    '/hooks/../hooks/demo',
    '/hooks//demo',
    '/hooks/demo/x/y',
    '/hooks/demo;partner',
  ])('under the path %j is of none, and nothing is stored', async (path) => {
    const intake = aPair();
    const body = aTypeformBody();

    const response = await intake.post(path, body, typeformHeaders(body));

    expect(response.status).toBe(503);
    expect(intake.stored).toEqual([]);
    expect(intake.metrics.counted).toEqual(['UnknownSource']);
  });

  it.each(['//hooks/demo', '/HOOKS/demo', '/hooksdemo', '/', '/hooks.php/demo', '/%2Fhooks/demo'])(
    'under %j does not get in',
    async (path) => {
      const intake = aPair();
      const body = aTypeformBody();

      expect((await intake.post(path, body, typeformHeaders(body))).status).toBe(404);
      expect(intake.stored).toEqual([]);
    },
  );
});

describe('a header that is there twice', () => {
  const name = 'typeform-signature';
  const right = typeformHeaders(aTypeformBody())[name]!;

  it.each([
    [
      'in two spellings, the wrong one first',
      { [name]: 'sha256=AAAA', [name.toUpperCase()]: right },
    ],
    [
      'in two spellings, the right one first',
      { [name]: right, [name.toUpperCase()]: 'sha256=AAAA' },
    ],
    ['twice the same', { [name]: right, [name.toUpperCase()]: right }],
    ['in one line', { [name]: `${right},sha256=AAAA` }],
    ['with a line break', { [name]: `${right}\r\nx-other: 1` }],
  ])('proves nothing: %s', async (_, headers) => {
    const intake = aPair();
    const event = {
      rawPath: '/hooks/demo',
      rawQueryString: '',
      headers: { 'content-type': 'application/json', ...headers },
      body: aTypeformBody(),
      isBase64Encoded: false,
      requestContext: { http: { method: 'POST' }, stage: '$default' },
    } as unknown as APIGatewayProxyEventV2;

    const response = await intake.receive(readHttpEvent(event));

    expect(response.status).toBe(401);
    expect(intake.stored).toEqual([]);
  });
});

describe('a form that is filled in to reach the log', () => {
  it('breaks no line and names nobody there', async () => {
    const intake = anIntake();
    const forged = 'x\r\n{"level":"ERROR","message":"All is lost"}\u2028\u001b[2J';
    const fields = {
      submission_id: forged,
      email: 'ana@example.com',
      [forged]: forged,
      form_id: forged,
    };

    await intake.post('/hooks/website', JSON.stringify(fields), {
      'content-type': 'application/json',
      origin: 'https://www.example.com',
      'user-agent': forged,
    });

    expect(intake.stored).toHaveLength(1);
    const said = intake.log.lines.flatMap(({ message, fields: logged }) => [
      message,
      ...Object.values(logged).map(String),
    ]);
    expect(said.filter((text) => /[\p{Cc}\u2028\u2029]/u.test(text))).toEqual([]);
    expect(said.join(' ')).not.toContain('ana@example.com');
    expect(intake.metrics.counted.join(' ')).not.toContain('lost');
  });
});

describe('a body that is made to be too much', () => {
  const deep = (open: string, close: string, levels: number): string =>
    `${open.repeat(levels)}1${close.repeat(levels)}`;

  it.each([
    ['arrays in arrays', deep('[', ']', 450_000)],
    ['objects in objects', deep('{"a":', '}', 150_000)],
    ['objects in an answer', `{"email":"ana@example.com","x":${deep('{"a":', '}', 140_000)}}`],
    [
      'a hundred thousand fields',
      `{${Array.from({ length: 60_000 }, (_, at) => `"f${at}":"1"`).join(',')}}`,
    ],
    ['a field name of 900 KB', `{"${'n'.repeat(900_000)}":"1","email":"ana@example.com"}`],
    ['a number of 900,000 digits', `{"email":"ana@example.com","n":${'9'.repeat(900_000)}}`],
  ])('is answered for good, and never asked for again: %s', async (_, body) => {
    const intake = anIntake({
      sources: {
        website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
        secret: { provider: 'shared_secret' },
      },
    });
    const { current } = JSON.parse(intake.secrets.get('source/secret')!) as { current: string };
    const type = { 'content-type': 'application/json' };

    const answers = [
      await intake.post('/hooks/website', body, { ...type, origin: 'https://www.example.com' }),
      await intake.post('/hooks/secret', body, { ...type, 'x-lead-secret': current }),
    ];

    // What is answered 5xx would come again and again.
    for (const { status } of answers) expect([200, 400, 413, 422]).toContain(status);
    expect(intake.metrics.counted.filter((name) => name.startsWith('IntakeUnavailable'))).toEqual(
      [],
    );
  });
});
