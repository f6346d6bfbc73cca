import { describe, expect, test } from 'vitest';
import type { FailureCode } from '../../../lambdas/core/failure.ts';
import {
  errorStatus,
  json,
  type Script,
  scriptedFetch,
  silence,
  socketError,
  text,
  writtenStatus,
} from '../../support/zoho-fetch.ts';
import { aRow, aZohoWorld, writeRows } from '../../support/zoho-world.ts';

interface Case {
  readonly name: string;
  readonly script: Script;
  readonly code: FailureCode;
  readonly mayHaveHappened: boolean;
}

const HTML = '<html><body>Sorry</body></html>';
const flat = (status: number, code: string, details = {}, message?: string): Script =>
  json(status, errorStatus(code, details, message));
const wrapped = (status: number, code: string, details = {}, message?: string): Script =>
  json(status, { data: [errorStatus(code, details, message)] });

const CASES: readonly Case[] = [
  // No answer.
  { name: 'a time-out', script: silence(), code: 'crm_no_answer', mayHaveHappened: true },
  {
    name: 'a reset',
    script: socketError('ECONNRESET'),
    code: 'crm_no_answer',
    mayHaveHappened: true,
  },
  {
    name: 'a closed socket',
    script: socketError('UND_ERR_SOCKET'),
    code: 'crm_no_answer',
    mayHaveHappened: true,
  },
  {
    name: 'a refused connection',
    script: socketError('ECONNREFUSED'),
    code: 'crm_no_answer',
    mayHaveHappened: false,
  },
  {
    name: 'an unknown host',
    script: socketError('ENOTFOUND'),
    code: 'crm_no_answer',
    mayHaveHappened: false,
  },
  {
    name: 'a wrong certificate',
    script: socketError('CERT_HAS_EXPIRED'),
    code: 'crm_no_answer',
    mayHaveHappened: false,
  },
  // An answer that can't be read.
  {
    name: '200 with JSON cut off',
    script: text(200, '{"data":[{"code":"SUC'),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '200 without a body',
    script: text(200, ''),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  { name: '200 with HTML', script: text(200, HTML), code: 'crm_bad_answer', mayHaveHappened: true },
  {
    name: '200 without rows',
    script: json(200, {}),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '200 with a row too many',
    script: json(200, { data: [writtenStatus('1'), writtenStatus('2')] }),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '200 with no row',
    script: json(200, { data: [] }),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '200 with a row that is no object',
    script: json(200, { data: ['ok'] }),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '200 without an id',
    script: json(200, { data: [{ status: 'success', code: 'SUCCESS', details: {} }] }),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '400 with a row too many',
    script: json(400, { data: [errorStatus('INVALID_DATA'), errorStatus('INVALID_DATA')] }),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  // Zoho is in trouble.
  {
    name: '500',
    script: flat(500, 'INTERNAL_ERROR'),
    code: 'crm_unavailable',
    mayHaveHappened: true,
  },
  {
    name: '500 with a row',
    script: wrapped(500, 'INVALID_DATA'),
    code: 'crm_unavailable',
    mayHaveHappened: true,
  },
  { name: '502 HTML', script: text(502, HTML), code: 'crm_unavailable', mayHaveHappened: true },
  {
    name: '503',
    script: flat(503, 'SERVICE_UNAVAILABLE'),
    code: 'crm_unavailable',
    mayHaveHappened: true,
  },
  {
    name: '504 without a body',
    script: text(504, ''),
    code: 'crm_unavailable',
    mayHaveHappened: true,
  },
  { name: 'a redirect', script: text(302, ''), code: 'crm_unavailable', mayHaveHappened: true },
  {
    name: 'a full organisation',
    script: flat(400, 'STORAGE_SPACE_EXCEEDED'),
    code: 'crm_unavailable',
    mayHaveHappened: false,
  },
  // Limits.
  {
    name: '429',
    script: flat(
      429,
      'TOO_MANY_REQUESTS',
      {},
      'Many requests fired in concurrent than the allowed limit.',
    ),
    code: 'crm_rate_limited',
    mayHaveHappened: false,
  },
  {
    name: '429 of the search kind',
    script: flat(429, 'RATE_LIMIT_EXCEEDED'),
    code: 'crm_rate_limited',
    mayHaveHappened: false,
  },
  { name: '429 HTML', script: text(429, HTML), code: 'crm_rate_limited', mayHaveHappened: false },
  {
    name: '429 for the day',
    script: flat(
      429,
      'TOO_MANY_REQUESTS',
      {},
      'Many requests fired than the allowed limit for the past 24 hours.',
    ),
    code: 'crm_credits_exhausted',
    mayHaveHappened: false,
  },
  {
    name: '429 of the oldest shape',
    script: json(429, {
      code: 429,
      error: 'TOO_MANY_REQUESTS',
      error_info: 'allowed limit for the past 24 hours',
    }),
    code: 'crm_credits_exhausted',
    mayHaveHappened: false,
  },
  // Rights.
  {
    name: '401 scope, flat',
    script: flat(401, 'OAUTH_SCOPE_MISMATCH'),
    code: 'crm_forbidden',
    mayHaveHappened: false,
  },
  {
    name: '401 scope, wrapped',
    script: wrapped(401, 'OAUTH_SCOPE_MISMATCH'),
    code: 'crm_forbidden',
    mayHaveHappened: false,
  },
  {
    name: '403',
    script: flat(403, 'NO_PERMISSION', { permissions: ['Crm_Implied_Edit_Leads'] }),
    code: 'crm_forbidden',
    mayHaveHappened: false,
  },
  {
    name: "403 HTML, a firewall's",
    script: text(403, HTML),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: "404 HTML, a proxy's",
    script: text(404, HTML),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: 'regression: 400 whose reason was cut off',
    script: text(400, '{"data":[{"code":"RECORD_LOC'),
    code: 'crm_bad_answer',
    mayHaveHappened: true,
  },
  {
    name: '400 authorization, flat',
    script: flat(400, 'AUTHORIZATION_FAILED'),
    code: 'crm_forbidden',
    mayHaveHappened: false,
  },
  {
    name: '400 authorization, wrapped',
    script: wrapped(400, 'AUTHORIZATION_FAILED'),
    code: 'crm_forbidden',
    mayHaveHappened: false,
  },
  // Configuration.
  {
    name: '400 module, flat',
    script: flat(400, 'INVALID_MODULE'),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: '400 module, wrapped',
    script: wrapped(400, 'INVALID_MODULE'),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: '400 host',
    script: flat(400, 'INVALID_HOST'),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: '404',
    script: flat(404, 'INVALID_URL_PATTERN'),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: 'an unknown field',
    script: wrapped(
      400,
      'INVALID_DATA',
      { api_name: 'Foo' },
      'the field api name given seems to be invalid',
    ),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: 'a duplicate check field that Zoho does not have',
    script: flat(400, 'INVALID_DATA', {
      api_name: 'duplicate_check_fields',
      json_path: '$.duplicate_check_fields[0]',
    }),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: 'a setting of the call, told by its path alone',
    script: flat(400, 'INVALID_DATA', { api_name: 'Foo', json_path: '$.trigger[1]' }),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  {
    name: 'a value of a row, in a field called like a setting of the call',
    script: wrapped(400, 'INVALID_DATA', { api_name: 'trigger', json_path: '$.data[0].trigger' }),
    code: 'crm_invalid_data',
    mayHaveHappened: false,
  },
  {
    name: 'a value of a row, told with its path',
    script: wrapped(400, 'INVALID_DATA', { api_name: 'Email', json_path: '$.data[0].Email' }),
    code: 'crm_invalid_data',
    mayHaveHappened: false,
  },
  {
    name: 'an error with status 200',
    script: flat(200, 'INVALID_MODULE'),
    code: 'crm_misconfigured',
    mayHaveHappened: false,
  },
  // The row.
  {
    name: 'a wrong type',
    script: wrapped(400, 'INVALID_DATA', { api_name: 'Company', expected_data_type: 'text' }),
    code: 'crm_invalid_data',
    mayHaveHappened: false,
  },
  {
    name: 'a row error with status 200',
    script: wrapped(200, 'INVALID_DATA', { api_name: 'Company' }),
    code: 'crm_invalid_data',
    mayHaveHappened: false,
  },
  {
    name: 'a row error with status 202',
    script: wrapped(202, 'MANDATORY_NOT_FOUND', { api_name: 'Company' }),
    code: 'crm_mandatory_missing',
    mayHaveHappened: false,
  },
  {
    name: 'a missing field',
    script: wrapped(400, 'MANDATORY_NOT_FOUND', { api_name: 'Last_Name' }),
    code: 'crm_mandatory_missing',
    mayHaveHappened: false,
  },
  {
    name: 'a duplicate',
    script: wrapped(400, 'DUPLICATE_DATA', { api_name: 'Email' }),
    code: 'crm_duplicate_data',
    mayHaveHappened: false,
  },
  {
    name: 'a lock',
    script: wrapped(400, 'RECORD_LOCKED'),
    code: 'crm_record_locked',
    mayHaveHappened: false,
  },
  {
    name: 'an open approval',
    script: wrapped(400, 'NOT_APPROVED'),
    code: 'crm_record_locked',
    mayHaveHappened: false,
  },
  {
    name: '412',
    script: wrapped(412, 'ALREADY_MODIFIED'),
    code: 'crm_conflict',
    mayHaveHappened: false,
  },
  {
    name: '409 without a known code',
    script: text(409, ''),
    code: 'crm_conflict',
    mayHaveHappened: false,
  },
  { name: '413', script: text(413, ''), code: 'crm_refused', mayHaveHappened: false },
  {
    name: 'an error inside Zoho in one row',
    script: wrapped(207, 'INTERNAL_ERROR'),
    code: 'crm_unavailable',
    mayHaveHappened: true,
  },
  {
    name: 'a dependent service in trouble',
    script: wrapped(400, 'DEPENDENT_SERVICE_ERROR', { dependency_error: 'PROCESSING_ERROR' }),
    code: 'crm_unavailable',
    mayHaveHappened: true,
  },
  {
    name: 'a dependent service that refuses',
    script: wrapped(400, 'DEPENDENT_SERVICE_ERROR', { dependency_error: 'NO_PERMISSION' }),
    code: 'crm_refused',
    mayHaveHappened: false,
  },
  {
    name: 'a code that nobody documents',
    script: wrapped(400, 'SOMETHING_NEW'),
    code: 'crm_refused',
    mayHaveHappened: false,
  },
];

describe('one row written alone', () => {
  test.each(CASES)('$name is $code, may have happened: $mayHaveHappened', async (each) => {
    const { crm, log } = aZohoWorld(scriptedFetch({ crm: [each.script] }), {
      delivery: { crmTimeoutMs: each.name === 'a time-out' ? 100 : 10_000 },
    });

    const outcomes = await writeRows(crm, [aRow()]);

    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({
      kind: 'failed',
      failure: { code: each.code },
      mayHaveHappened: each.mayHaveHappened,
    });
    expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
  });
});

const REQUEST_LEVEL = CASES.filter((each) =>
  ['crm_rate_limited', 'crm_forbidden', 'crm_misconfigured', 'crm_unavailable'].includes(each.code),
).filter((each) => each.name !== 'an unknown field' && !each.name.startsWith('a dependent'));

describe('a refusal of the whole call', () => {
  test.each(REQUEST_LEVEL)('$name holds for each of its rows', async (each) => {
    const { crm } = aZohoWorld(scriptedFetch({ crm: [each.script] }));

    const outcomes = await writeRows(crm, [aRow({ identity: 'a' }), aRow({ identity: 'b' })]);

    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        failure: { code: each.code },
        mayHaveHappened: each.mayHaveHappened,
      });
    }
  });
});

test('names field and fault, never the value, and the record that stands in the way', async () => {
  const secretValue = 'private-value-of-a-person';
  const duplicate = errorStatus(
    'DUPLICATE_DATA',
    {
      api_name: 'Email',
      duplicate_record: { id: '2008662000006256222', module: { api_name: 'Leads' } },
      json_path: '$.data[0].Email',
    },
    secretValue,
  );
  const { crm, log } = aZohoWorld(scriptedFetch({ crm: [json(400, { data: [duplicate] })] }));

  const [outcome] = await writeRows(crm, [aRow()]);

  expect(outcome).toMatchObject({
    failure: {
      message:
        'Zoho refused the lead because another record holds the same unique value: Email, held by record 2008662000006256222 in Leads.',
      crmCode: 'DUPLICATE_DATA',
      crmField: 'Email',
    },
  });
  expect(JSON.stringify([outcome, log.lines])).not.toContain(secretValue);
});

test('lets the gravest of several errors of a row decide, and names them all', async () => {
  const several = errorStatus('MULTIPLE_OR_MULTI_ERRORS', {
    errors: [
      errorStatus('DUPLICATE_DATA', { api_name: 'Email' }),
      errorStatus('INVALID_DATA', { api_name: 'Phone', expected_data_type: 'phone' }),
    ],
  });
  const { crm } = aZohoWorld(scriptedFetch({ crm: [json(400, { data: [several] })] }));

  const [outcome] = await writeRows(crm, [aRow()]);

  expect(outcome).toMatchObject({
    failure: { code: 'crm_invalid_data', class: 'permanent', crmField: 'Phone' },
  });
  expect(outcome).toHaveProperty(
    'failure.message',
    expect.stringMatching(/Phone, not of type phone\. .*: Email\./),
  );
});

test('takes a hostile code or field name for unknown instead of passing it on', async () => {
  const hostile = errorStatus('ana@example.com', { api_name: 'ana@example.com' });
  const { crm } = aZohoWorld(scriptedFetch({ crm: [json(400, { data: [hostile] })] }));

  const [outcome] = await writeRows(crm, [aRow()]);

  expect(outcome).toMatchObject({ failure: { code: 'crm_refused', crmCode: 'OTHER' } });
  expect(JSON.stringify(outcome)).not.toContain('ana@example.com');
});

test.each([
  { header: '7', waitMs: 7_000 },
  { header: 'Sun, 22 Nov 2026 12:00:30 GMT', waitMs: 30_000 },
  { header: '999999999', waitMs: 24 * 3_600_000 },
  { header: 'soon', waitMs: undefined },
])('passes on a Retry-After of $header as $waitMs ms', async ({ header, waitMs }) => {
  const limited = json(429, errorStatus('TOO_MANY_REQUESTS'), { 'retry-after': header });
  const { crm } = aZohoWorld(scriptedFetch({ crm: [limited] }));

  const [outcome] = await writeRows(crm, [aRow()]);

  expect(outcome).toHaveProperty('kind', 'failed');
  expect(outcome && 'retryAfterMs' in outcome ? outcome.retryAfterMs : undefined).toBe(waitMs);
});

test('logs one line for a failed call, without values, and counts it', async () => {
  const { crm, log, metrics } = aZohoWorld(
    scriptedFetch({ crm: [json(403, errorStatus('NO_PERMISSION'))] }),
  );

  await crm.write([aRow()]);

  const lines = log.lines.filter((line) => line.level === 'warn');
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'Zoho refused a call',
      fields: {
        crm_module: 'Leads',
        rows: 1,
        duration_ms: 0,
        failure_code: 'crm_forbidden',
        failure_class: 'authorization',
        http_status: 403,
        crm_code: 'NO_PERMISSION',
      },
    },
  ]);
  expect(metrics.counts).toMatchObject({ CrmCall: 1, CrmCallFailed: 1 });
});

test('reports the credits that are left when Zoho says so', async () => {
  const answer = json(200, { data: [writtenStatus('1')] }, { 'x-api-credits-remaining': '1234' });
  const { crm, metrics } = aZohoWorld(scriptedFetch({ crm: [answer] }));

  const result = await crm.write([aRow()]);

  expect(result.creditsRemaining).toBe(1_234);
  expect(metrics.gauges).toEqual({ CrmCreditsRemaining: 1_234 });
});

test('reports the credits of the last answer of a write, even if it is a refusal', async () => {
  const credits = (count: number) => ({ 'x-api-credits-remaining': String(count) });
  const server = scriptedFetch({
    crm: [
      json(200, { data: [writtenStatus('20', 'update')] }, credits(501)),
      json(429, errorStatus('TOO_MANY_REQUESTS'), credits(500)),
    ],
  });
  const { crm } = aZohoWorld(server);

  const result = await crm.write([
    aRow({ identity: 'known', recordId: '20' }),
    aRow({ identity: 'new' }),
  ]);

  expect(result.creditsRemaining).toBe(500);
});

test('says nothing of credits when Zoho does not, and does not keep those of an earlier write', async () => {
  const server = scriptedFetch({
    crm: [
      json(200, { data: [writtenStatus('1')] }, { 'x-api-credits-remaining': '7' }),
      json(200, { data: [writtenStatus('1')] }),
    ],
  });
  const { crm } = aZohoWorld(server);
  await crm.write([aRow()]);

  const result = await crm.write([aRow()]);

  expect(result).not.toHaveProperty('creditsRemaining');
});
