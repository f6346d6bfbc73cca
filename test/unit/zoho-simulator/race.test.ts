import { expect, test } from 'vitest';
import { aRow, startHarness } from './harness.ts';

const EMAIL = { Email: 'e@example.com' };

test('in race mode two concurrent upserts of one e-mail address make two leads', async () => {
  const { admin, token, upsert } = await startHarness({ race: { delayMs: 200 } });
  await token();

  const answers = await Promise.all([upsert([aRow(EMAIL)]), upsert([aRow(EMAIL)])]);

  expect(answers.map(({ json }) => json.data[0].action)).toEqual(['insert', 'insert']);
  expect(await admin.records()).toHaveLength(2);
});

test('in race mode a unique field still lets only one of them, the other is DUPLICATE_DATA', async () => {
  const { admin, token, upsert } = await startHarness({ race: { delayMs: 200 } });
  await token();
  const row = aRow({ ...EMAIL, Holdfast_Key: 'k' });
  const more = { duplicate_check_fields: ['Holdfast_Key', 'Email'] };

  const answers = await Promise.all([upsert([row], more), upsert([row], more)]);

  const codes = answers.map(({ json }) => json.data[0].code).toSorted();
  const [record] = await admin.records();
  expect(codes).toEqual(['DUPLICATE_DATA', 'SUCCESS']);
  expect(await admin.records()).toHaveLength(1);
  expect(
    answers.find(({ status }) => status === 400)?.json.data[0].details.duplicate_record.id,
  ).toBe(record?.id);
});

test('in race mode upserts one after the other make one lead', async () => {
  const { admin, upsert } = await startHarness({ race: { delayMs: 5 } });

  await upsert([aRow(EMAIL)]);
  await upsert([aRow(EMAIL)]);

  expect(await admin.records()).toHaveLength(1);
});

test('without race mode two concurrent upserts of one e-mail address make one lead', async () => {
  const { admin, token, upsert } = await startHarness({ latencyMs: 20 });
  await token();

  await Promise.all([upsert([aRow(EMAIL)]), upsert([aRow(EMAIL)])]);

  expect(await admin.records()).toHaveLength(1);
});

test('one e-mail address twice in one call: one lead, but two in race mode', async () => {
  const { admin, upsert } = await startHarness();

  await upsert([aRow(EMAIL), aRow(EMAIL)]);
  const calm = await admin.records();
  await admin.knobs({ race: { delayMs: 1 } });
  await upsert([aRow({ Email: 'f@example.com' }), aRow({ Email: 'f@example.com' })]);

  expect(calm).toHaveLength(1);
  expect(await admin.records()).toHaveLength(3);
});

test('an e-mail field without duplicates is kept unique in race mode too', async () => {
  const { admin, token, upsert } = await startHarness({
    race: { delayMs: 200 },
    uniqueFields: ['Holdfast_Key', 'Email'],
  });
  await token();

  const answers = await Promise.all([upsert([aRow(EMAIL)]), upsert([aRow(EMAIL)])]);

  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
  expect(await admin.records()).toHaveLength(1);
});
