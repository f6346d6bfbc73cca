import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aRow, startHarness } from './harness.ts';

function aDataFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zoho-simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'records', 'zoho.jsonl');
}

test('records, ids, workflow counts and unique values survive a restart', async () => {
  const dataFile = aDataFile();
  const first = await startHarness({ dataFile });
  await first.upsert([aRow({ Email: 'e@example.com', Holdfast_Key: 'k' })]);
  await first.upsert([aRow({ Email: 'e@example.com', City: 'Oslo' })]);
  await first.upsert([aRow({ Email: 'gone@example.com' })]);
  const [kept, gone] = await first.admin.records();
  await first.admin.remove(gone?.id ?? '');
  const before = await first.admin.records();
  await first.close();

  const second = await startHarness({ dataFile });

  expect(await second.admin.records()).toEqual(before);
  expect(before).toMatchObject([{ id: kept?.id, workflowFires: { total: 2 } }]);
  const again = await second.upsert([aRow({ Holdfast_Key: 'K' })]);
  const fresh = await second.upsert([aRow({ Email: 'new@example.com' })]);
  expect(again.json.data[0].details.id).toBe(kept?.id);
  expect(fresh.json.data[0].details.id > String(gone?.id)).toBe(true);
  expect((await second.call('GET', 'Leads/search?email=e@example.com')).status).toBe(200);
});

test('a converted lead is still converted after a restart', async () => {
  const dataFile = aDataFile();
  const first = await startHarness({ dataFile });
  const [lead] = await first.admin.seed({ records: [aRow()] });
  await first.admin.convert(lead?.id ?? '');
  await first.close();

  const { admin } = await startHarness({ dataFile });

  expect((await admin.records())[0]?.converted).toBe(true);
  expect(await admin.records('Contacts')).toHaveLength(1);
});

test('a reset is kept too, and does not give an id twice', async () => {
  const dataFile = aDataFile();
  const first = await startHarness({ dataFile });
  const [old] = await first.admin.seed({ records: [aRow()] });
  await first.admin.reset();
  await first.close();

  const { admin } = await startHarness({ dataFile });
  const [fresh] = await admin.seed({ records: [aRow()] });

  expect(await admin.records()).toHaveLength(1);
  expect(fresh?.id).not.toBe(old?.id);
});

test('a last line that a crash cut is dropped, and the next write starts a new line', async () => {
  const dataFile = aDataFile();
  const first = await startHarness({ dataFile });
  await first.admin.seed({ records: [aRow()] });
  await first.close();
  appendFileSync(dataFile, '{"op":"put","record":{"id":"41');

  const second = await startHarness({ dataFile });
  await second.admin.seed({ records: [aRow()] });
  await second.close();
  const third = await startHarness({ dataFile });

  expect(await third.admin.records()).toHaveLength(2);
  expect(readFileSync(dataFile, 'utf8').trim().split('\n')).toHaveLength(2);
});

test('a file that is none is refused with its path and line', async () => {
  const dataFile = join(aDataFile(), '..', '..', 'other.txt');
  writeFileSync(dataFile, 'hello\n');

  await expect(startHarness({ dataFile })).rejects.toThrow(/other\.txt, line 1/);
});
