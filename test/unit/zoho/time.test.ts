import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scriptedFetch, silence } from '../../support/zoho-fetch.ts';
import { aRow, aZohoWorld, writeRows } from '../../support/zoho-world.ts';

const FOLDER = new URL('../../../lambdas/zoho/', import.meta.url);

test('the client knows no time but its clock', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts'));

  for (const name of files) {
    const source = await readFile(new URL(name, FOLDER), 'utf8');
    expect(source, name).not.toMatch(
      /setTimeout|setInterval|setImmediate|Date\.now|new Date\(\)|performance\.|AbortSignal\.timeout/,
    );
  }
  expect(files.length).toBeGreaterThan(20);
});

test('a call that is not answered ends by the clock, at its time-out', async () => {
  const { crm, clock } = aZohoWorld(scriptedFetch({ crm: [silence()] }), {
    delivery: { crmTimeoutMs: 10_000 },
  });
  const startedAtMs = clock.nowMs();

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([{ failure: { code: 'crm_no_answer' }, mayHaveHappened: true }]);
  expect(clock.nowMs() - startedAtMs).toBe(10_000);
});

test('a call ends at its time-out although the fetcher does not heed its signal', async () => {
  const { fetch } = scriptedFetch({});
  const deaf: typeof globalThis.fetch = async (input, init) =>
    new Request(input).url.includes('/crm/') ? new Promise<Response>(() => {}) : fetch(input, init);
  const { crm, clock } = aZohoWorld({ fetch: deaf }, { delivery: { crmTimeoutMs: 10_000 } });
  const startedAtMs = clock.nowMs();

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([{ failure: { code: 'crm_no_answer' }, mayHaveHappened: true }]);
  expect(clock.nowMs() - startedAtMs).toBe(10_000);
});

test('a write whose every call hangs ends by the clock, at its own limit', async () => {
  const { crm, clock } = aZohoWorld(scriptedFetch({ crm: [silence()] }), {
    zoho: { match: 'email_search' },
    delivery: { crmTimeoutMs: 10_000 },
  });
  const startedAtMs = clock.nowMs();

  await crm.write(
    Array.from({ length: 10 }, (_, index) => aRow({ identity: `p-${index}`, recordId: '9' })),
  );

  expect(clock.nowMs() - startedAtMs).toBe(crm.writeTimeoutMs);
});

test('a token that is not answered for ends by the clock, too', async () => {
  const { crm, clock } = aZohoWorld(scriptedFetch({ accounts: [silence()] }), {
    delivery: { crmTimeoutMs: 10_000 },
  });
  const startedAtMs = clock.nowMs();

  const outcomes = await writeRows(crm, [aRow()]);

  expect(outcomes).toMatchObject([{ failure: { code: 'crm_token_unavailable' } }]);
  expect(clock.nowMs() - startedAtMs).toBe(10_000);
});
