import { expect, test } from 'vitest';
import { aRow, startHarness } from './harness.ts';

const find = (parameter: string, value: string) =>
  `Leads/search?${parameter}=${encodeURIComponent(value)}`;

test('search finds a new record only once the index has caught up', async () => {
  const { call, clock, upsert } = await startHarness({ searchLagMs: 30_000 });
  await upsert([aRow({ Email: 'e@example.com' })]);

  clock.advance(29_999);
  const early = await call('GET', find('email', 'e@example.com'));
  clock.advance(1);
  const late = await call('GET', find('email', 'e@example.com'));

  expect([early.status, early.text]).toEqual([204, '']);
  expect(late.status).toBe(200);
  expect(late.json.data[0].Email).toBe('e@example.com');
  expect(late.json.info).toEqual({ per_page: 200, count: 1, page: 1, more_records: false });
});

test('search goes by the old values until the index has caught up with an update', async () => {
  const { admin, call, clock } = await startHarness({ searchLagMs: 10_000 });
  const [seeded] = await admin.seed({ records: [aRow({ Email: 'old@example.com' })] });
  await call('PUT', `Leads/${seeded?.id}`, { data: [{ Email: 'new@example.com' }] });

  const before = [
    await call('GET', find('email', 'old@example.com')),
    await call('GET', find('email', 'new@example.com')),
  ];
  clock.advance(10_000);
  const after = [
    await call('GET', find('email', 'old@example.com')),
    await call('GET', find('email', 'new@example.com')),
  ];

  expect(before.map(({ status }) => status)).toEqual([200, 204]);
  expect(after.map(({ status }) => status)).toEqual([204, 200]);
});

test('COQL and reads by id do not lag', async () => {
  const { call, upsert } = await startHarness({ searchLagMs: 60_000 });
  const id = (await upsert([aRow({ Email: 'e@example.com' })])).json.data[0].details.id;

  const byQuery = await call('POST', 'coql', {
    select_query: "select Email from Leads where Email = 'e@example.com' limit 10",
  });
  const byId = await call('GET', `Leads/${id}`);

  expect(byQuery.json).toEqual({
    data: [{ Email: 'e@example.com', id }],
    info: { count: 1, more_records: false },
  });
  expect(byId.status).toBe(200);
});

test('an e-mail search finds parts, look-alikes and the second address', async () => {
  const { admin, call } = await startHarness();
  await admin.seed({
    records: [
      aRow({ Email: 'sales_team@example.com' }),
      aRow({ Email: 'sales-team@example.com' }),
      aRow({ Email: 'x@example.com', Secondary_Email: 'big-sales-team@example.com' }),
      aRow({ Email: 'other@example.com' }),
    ],
  });

  const { json } = await call('GET', find('email', 'sales-team@'));

  expect(json.data.map((record: { Email: string }) => record.Email)).toEqual([
    'sales_team@example.com',
    'sales-team@example.com',
    'x@example.com',
  ]);
});

test('a phone search compares digits, a word search looks into every text', async () => {
  const { admin, call } = await startHarness();
  await admin.seed({
    records: [aRow({ Mobile: '+1 (555) 010-0199' }), aRow({ Description: 'Wants a Demo today' })],
  });

  const byPhone = await call('GET', find('phone', '5550100199'));
  const byWord = await call('GET', find('word', 'demo'));

  expect(byPhone.json.data).toHaveLength(1);
  expect(byWord.json.data).toHaveLength(1);
});

test.each([
  ['(Last_Name:equals:Burns\\,B)', ['Burns,B']],
  ['(Last_Name:equals:O\\(x\\))', ['O(x)']],
  ['(Last_Name:equals:urn)', ['Burns,B', 'Burnside']],
  ['((Last_Name:starts_with:Burn)and(City:equals:Oslo))', ['Burnside']],
  ['((City:equals:Oslo)or(City:equals:Bergen))', ['Burns,B', 'Burnside']],
  ['(((City:equals:Oslo)or(City:equals:Bergen))and(Last_Name:equals:side))', ['Burnside']],
  ['(Last_Name:in:Burnside,O\\(x\\))', ['Burnside', 'O(x)']],
  ['(Holdfast_Version:equals:2)', ['Burnside']],
  ['(Lead_Source:equals:Web)', []],
  ['(Lead_Source:equals:Web Download)', ['O(x)']],
])('criteria %s find %j', async (criteria, names) => {
  const { admin, call } = await startHarness();
  await admin.seed({
    records: [
      { Last_Name: 'Burns,B', City: 'Bergen' },
      { Last_Name: 'Burnside', City: 'Oslo', Holdfast_Version: 2 },
      { Last_Name: 'O(x)', Lead_Source: 'Web Download' },
    ],
  });

  const { json } = await call('GET', find('criteria', criteria));

  expect((json?.data ?? []).map((record: { Last_Name: string }) => record.Last_Name)).toEqual(
    names,
  );
});

test.each([
  '(Last_Name:equals:Burns,B)',
  '(Last_Name:equals:O(x))',
  '(Last_Name:equals:x',
  'Last_Name:equals:x',
  '(Nothing:equals:x)',
  '(Last_Name:sounds_like:x)',
  `(Last_Name:equals:${'x'.repeat(3_000)})`,
  `(${Array.from({ length: 11 }, () => '(City:equals:Oslo)').join('or')})`,
])('criteria %.40s are INVALID_QUERY', async (criteria) => {
  const { call } = await startHarness();

  const { status, json } = await call('GET', find('criteria', criteria));

  expect(status).toBe(400);
  expect(json.code).toBe('INVALID_QUERY');
});

test('criteria win over email, email over phone, phone over word', async () => {
  const { admin, call } = await startHarness();
  await admin.seed({
    records: [
      { Last_Name: 'A', Email: 'a@example.com' },
      { Last_Name: 'B', Email: 'b@example.com', Phone: '555-0100' },
      { Last_Name: 'C', Phone: '555-0101' },
      { Last_Name: 'D' },
    ],
  });
  const names = async (query: string) =>
    (await call('GET', `Leads/search?${query}`)).json.data.map(
      (record: { Last_Name: string }) => record.Last_Name,
    );

  expect(await names('word=D&phone=5550101&email=b@&criteria=(Last_Name:equals:A)')).toEqual(['A']);
  expect(await names('word=D&phone=5550101&email=b@')).toEqual(['B']);
  expect(await names('word=D&phone=5550101')).toEqual(['C']);
});

test('a search without a parameter is EXPECTED_PARAM_MISSING', async () => {
  const { call } = await startHarness();

  const { status, json } = await call('GET', 'Leads/search');

  expect(status).toBe(400);
  expect(json).toEqual({
    code: 'EXPECTED_PARAM_MISSING',
    details: { param_names: ['criteria', 'email', 'phone', 'word'] },
    message: 'one of the expected parameter is missing',
    status: 'error',
  });
});

test('pages go on until 2,000 records', async () => {
  const { admin, call } = await startHarness();
  await admin.seed({ records: [1, 2, 3].map((index) => aRow({ City: `Oslo ${index}` })) });

  const first = await call('GET', 'Leads/search?word=Oslo&per_page=2');
  const second = await call('GET', 'Leads/search?word=Oslo&per_page=2&page=2');
  const tooFar = await call('GET', 'Leads/search?word=Oslo&page=11');

  expect(first.json.info).toMatchObject({ count: 2, more_records: true });
  expect(second.json.info).toMatchObject({ count: 1, page: 2, more_records: false });
  expect(tooFar.status).toBe(400);
  expect(tooFar.json.code).toBe('LIMIT_REACHED');
});

test.each([
  ["select id from Leads where Holdfast_Key = 'k2'", ['k2']],
  ["select Holdfast_Key from Leads where Holdfast_Key in ('k1', 'k3')", ['k1', 'k3']],
  ["select Holdfast_Key from Leads where City = 'oslo' order by id desc limit 2", ['k3', 'k2']],
  ["select Holdfast_Key from Leads where City = 'Oslo' limit 1, 1", ['k2']],
  ["select Holdfast_Key from Leads where City = 'Oslo' limit 1 offset 2", ['k3']],
  ["select Holdfast_Key from Leads where (City = 'Oslo' and Holdfast_Version = 3)", ['k3']],
  ["select Holdfast_Key from Leads where City = 'Os'", []],
])('%s', async (query, keys) => {
  const { admin, call } = await startHarness();
  const seeded = await admin.seed({
    records: [1, 2, 3].map((index) =>
      aRow({ City: 'Oslo', Holdfast_Key: `k${index}`, Holdfast_Version: index }),
    ),
  });
  const keyOf = new Map(seeded.map(({ id, fields }) => [id, fields['Holdfast_Key']]));

  const { status, json } = await call('POST', 'coql', { select_query: query });

  expect(status).toBe(keys.length === 0 ? 204 : 200);
  expect((json?.data ?? []).map((record: { id: string }) => keyOf.get(record.id))).toEqual(keys);
});

test.each([
  ['select id from Leads', 'SYNTAX_ERROR'],
  ["select id from Leads where Last_Name = 'O'Neil'", 'SYNTAX_ERROR'],
  ["select id from Leads where Last_Name like 'O%'", 'SYNTAX_ERROR'],
  ["drop id from Leads where Last_Name = 'x'", 'SYNTAX_ERROR'],
  ["select id from Deals where Last_Name = 'x'", 'INVALID_QUERY'],
  ["select id from Leads where Nothing = 'x'", 'INVALID_QUERY'],
  ["select id from Leads where Last_Name = 'x' limit 2001", 'LIMIT_EXCEEDED'],
])('%s is %s', async (query, code) => {
  const { call } = await startHarness();

  const { status, json } = await call('POST', 'coql', { select_query: query });

  expect(status).toBe(400);
  expect(json.code).toBe(code);
});

test('COQL hides converted leads unless it asks about them', async () => {
  const { admin, call } = await startHarness();
  const [lead] = await admin.seed({ records: [aRow({ Email: 'e@example.com' })] });
  await admin.convert(lead?.id ?? '');
  const query = (where: string) =>
    call('POST', 'coql', { select_query: `select Email from Leads where ${where}` });

  const hidden = await query("Email = 'e@example.com'");
  const asked = await query("Email = 'e@example.com' and Converted__s = true");

  expect(hidden.status).toBe(204);
  expect(asked.json.data).toHaveLength(1);
});
