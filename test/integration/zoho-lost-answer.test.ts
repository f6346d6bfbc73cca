import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FaultInput } from '../../local/zoho-simulator/faults/fault.ts';
import { DEFAULT_KNOBS } from '../../local/zoho-simulator/knobs.ts';
import { type SimulatedZoho, startSimulatedZoho } from '../support/simulated-zoho.ts';
import { aRow, writeRows } from '../support/zoho-world.ts';

/** Short enough to wait for, long enough for a token on a busy machine. */
const SHORT_TIMEOUT_MS = 500;
const UPSERT = { method: 'POST', path: '/crm/v8/Leads/upsert' } as const;
const UPDATE = { method: 'PUT', path: '/crm/v8/Leads' } as const;

let zoho: SimulatedZoho;

beforeAll(async () => {
  zoho = await startSimulatedZoho();
});

beforeEach(async () => {
  await zoho.reset();
});

afterAll(async () => {
  await zoho.close();
});

/** A writer that gives up soon, with a token in its pocket: only the call itself may time out. */
async function anImpatientWriter() {
  const crm = zoho.aWriter({ crmTimeoutMs: SHORT_TIMEOUT_MS });
  await crm.readBack([{ identity: 'hf_nobody' }]);
  return crm;
}

describe('after an answer that did not come, a read-back says', () => {
  const ref = { identity: 'hf_1' };

  test.each<FaultInput>([
    { kind: 'hang', when: 'after', match: UPSERT },
    { kind: 'reset', when: 'after', match: UPSERT },
    { kind: 'truncated_json', match: UPSERT },
    { kind: 'cut_connection', match: UPSERT },
    { kind: 'bad_gateway_html', when: 'after', match: UPSERT },
  ])('held with the version that was sent, when it was committed: $kind', async (fault) => {
    const crm = await anImpatientWriter();
    await zoho.admin.faults(fault);

    const [outcome] = await writeRows(crm, [aRow({ ...ref, version: 7 })]);
    const { readings } = await zoho.aWriter().readBack([ref]);

    expect(outcome).toMatchObject({ kind: 'failed', mayHaveHappened: true });
    const [record] = await zoho.admin.records();
    expect(readings).toEqual([{ kind: 'held', recordId: record?.id, version: 7 }]);
    expect(record?.workflowFires.total).toBe(1);
  });

  test.each<FaultInput>([
    { kind: 'hang', match: UPSERT },
    { kind: 'reset', match: UPSERT },
    { kind: 'unavailable', match: UPSERT },
  ])('absent, when it was not committed: $kind', async (fault) => {
    const crm = await anImpatientWriter();
    await zoho.admin.faults(fault);

    const [outcome] = await writeRows(crm, [aRow({ ...ref, version: 7 })]);
    const { readings } = await zoho.aWriter().readBack([ref]);

    expect(outcome).toMatchObject({ kind: 'failed', mayHaveHappened: true });
    expect(readings).toEqual([{ kind: 'absent' }]);
    expect(await zoho.admin.records()).toEqual([]);
  });

  test('absent and later held, when it is committed late', async () => {
    const crm = await anImpatientWriter();
    const patient = zoho.aWriter();
    await patient.readBack([ref]);
    await zoho.admin.faults({ kind: 'delay', when: 'before', delayMs: 3_000, match: UPSERT });

    const [outcome] = await writeRows(crm, [aRow({ ...ref, version: 7 })]);
    const early = await patient.readBack([ref]);
    await vi.waitFor(async () => expect(await zoho.admin.records()).toHaveLength(1), 10_000);
    const late = await patient.readBack([ref]);

    expect(outcome).toMatchObject({ failure: { code: 'crm_no_answer' }, mayHaveHappened: true });
    expect(early.readings).toEqual([{ kind: 'absent' }]);
    expect(late.readings).toMatchObject([{ kind: 'held', version: 7 }]);
  });

  test.each([
    { when: 'after', version: 8 },
    { when: 'before', version: 7 },
  ] as const)(
    'of a known record, version $version, when the call hangs $when its commit',
    async ({ when, version }) => {
      const crm = await anImpatientWriter();
      const [created] = await writeRows(crm, [aRow({ ...ref, version: 7 })]);
      const recordId = created?.kind === 'written' ? created.recordId : '';
      await zoho.admin.faults({ kind: 'hang', when, match: UPDATE });

      const [outcome] = await writeRows(crm, [aRow({ ...ref, recordId, version: 8 })]);
      const { readings } = await zoho.aWriter().readBack([{ ...ref, recordId }]);

      expect(outcome).toMatchObject({ kind: 'failed', mayHaveHappened: true });
      expect(readings).toEqual([{ kind: 'held', recordId, version }]);
    },
  );

  test('version 0 of a record that never was ours, absent of one that is gone', async () => {
    const [theirs, gone] = await zoho.admin.seed({
      records: [{ Last_Name: 'Ng' }, { Last_Name: 'Ho' }],
    });
    await zoho.admin.remove(gone?.id ?? '');

    const { readings } = await zoho.aWriter().readBack([
      { identity: 'hf_1', recordId: theirs?.id ?? '' },
      { identity: 'hf_2', recordId: gone?.id ?? '' },
    ]);

    expect(readings).toEqual([
      { kind: 'held', recordId: theirs?.id, version: 0 },
      { kind: 'absent' },
    ]);
  });

  test.each<FaultInput>([
    { kind: 'hang' },
    { kind: 'unavailable' },
    { kind: 'too_many_concurrent' },
    { kind: 'truncated_json' },
  ])('unknown, when it fails itself: $kind', async (fault) => {
    const crm = await anImpatientWriter();
    await crm.write([aRow({ ...ref, version: 7 })]);
    await zoho.admin.faults({ ...fault, match: { path: '/crm/v8/coql' } });

    const { readings } = await crm.readBack([ref]);

    expect(readings).toMatchObject([{ kind: 'unknown', failure: { class: 'retryable' } }]);
  });

  test.each(['ZohoCRM.coql.READ', 'ZohoCRM.modules.leads.READ'])(
    'unsupported without the scope %s',
    async (missing) => {
      await zoho.admin.knobs({ scopes: DEFAULT_KNOBS.scopes.filter((each) => each !== missing) });

      const { readings } = await zoho.aWriter().readBack([ref]);

      expect(readings).toEqual([{ kind: 'unsupported' }]);
    },
  );

  test('what it says with one call and one credit for ten records', async () => {
    const crm = zoho.aWriter();
    const rows = Array.from({ length: 10 }, (_, index) =>
      aRow({ identity: `hf_${index}`, version: index + 1 }),
    );
    await crm.write(rows);

    const { readings } = await crm.readBack(rows.map(({ identity }) => ({ identity })));

    expect(readings.map((each) => (each.kind === 'held' ? each.version : 0))).toEqual(
      rows.map(({ version }) => version),
    );
    const queries = (await zoho.admin.journal()).filter(({ path }) => path.endsWith('/coql'));
    expect(queries.map(({ credits }) => credits)).toEqual([1]);
  });
});

test('reports the credits that are left once half is used', async () => {
  await zoho.admin.knobs({ dailyCredits: 5 });
  const crm = zoho.aWriter();

  const first = await crm.write([aRow({ identity: 'hf_1' })]);
  const second = await crm.readBack([{ identity: 'hf_1' }, { identity: 'hf_2' }]);
  const third = await crm.write([aRow({ identity: 'hf_2' })]);

  expect([first, second, third].map(({ creditsRemaining }) => creditsRemaining)).toEqual([
    undefined,
    undefined,
    2,
  ]);
});
