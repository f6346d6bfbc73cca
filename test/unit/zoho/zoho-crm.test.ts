import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { errorStatus, json, scriptedFetch, text, writtenStatus } from '../../support/zoho-fetch.ts';
import { aRow, aZohoWorld, writeRows } from '../../support/zoho-world.ts';

test.each([
  { delivery: {}, writeTimeoutMs: 25_000 },
  { delivery: { crmTimeoutMs: 25_000 }, writeTimeoutMs: 30_000 },
  { delivery: { crmTimeoutMs: 20_000, identityLeaseMs: 15_000 }, writeTimeoutMs: 7_500 },
])('a write with $delivery ends within $writeTimeoutMs ms, half a lease at most', (each) => {
  const { crm } = aZohoWorld(scriptedFetch({}), { delivery: each.delivery });
  const { identityLeaseMs } = defineConfig({
    sources: { demo: { provider: 'typeform' } },
    delivery: each.delivery,
  }).delivery;

  expect(crm.rowsMax).toBe(10);
  expect(crm.writeTimeoutMs).toBe(each.writeTimeoutMs);
  expect(crm.writeTimeoutMs).toBeLessThanOrEqual(identityLeaseMs / 2);
});

test('ends in time although the token store never answers', async () => {
  const tokens = {
    read: async () => new Promise<undefined>(() => {}),
    save: async () => 'saved' as const,
  };
  const server = scriptedFetch({});
  const { crm } = aZohoWorld(server, { tokens, delivery: { crmTimeoutMs: 100 } });

  const [outcome] = await writeRows(crm, [aRow()]);

  expect(outcome).toMatchObject({
    failure: { code: 'crm_token_unavailable' },
    mayHaveHappened: false,
  });
  expect(server.sent).toEqual([]);
});

test('ends a read-back and a note in time, too, although the token store never answers', async () => {
  const tokens = {
    read: async () => new Promise<undefined>(() => {}),
    save: async () => 'saved' as const,
  };
  const { crm, clock } = aZohoWorld(scriptedFetch({}), { tokens });
  const startedAtMs = clock.nowMs();

  const { readings } = await crm.readBack([{ identity: 'hf_1' }]);
  const readBackMs = clock.nowMs() - startedAtMs;
  const note = await crm.addNote({ contactId: '9', mark: 'demo:1', values: {} });
  const noteMs = clock.nowMs() - startedAtMs - readBackMs;

  expect(readings).toMatchObject([{ kind: 'unknown', failure: { code: 'crm_token_unavailable' } }]);
  expect(note).toMatchObject({
    failure: { code: 'crm_token_unavailable' },
    mayHaveHappened: false,
  });
  expect(readBackMs).toBeLessThanOrEqual(crm.writeTimeoutMs);
  expect(noteMs).toBeLessThanOrEqual(crm.writeTimeoutMs);
});

test('gives one outcome a row and never throws, whatever Zoho answers', async () => {
  const status = fc.oneof(
    fc.constant(writtenStatus('1')),
    fc.constant(errorStatus('INVALID_DATA', { api_name: 'Phone' })),
    fc.constant(errorStatus('MULTIPLE_OR_MULTI_ERRORS', { errors: [null, 1, { code: 5 }] })),
    fc.jsonValue(),
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({ data: fc.array(status, { maxLength: 4 }) }),
    fc.record({ code: fc.string(), details: fc.jsonValue(), status: fc.string() }),
  );
  const answer = fc.oneof(
    fc.tuple(fc.integer({ min: 200, max: 599 }), body).map(([code, value]) => ({ code, value })),
    fc.string().map((value) => ({ code: 200, value })),
  );

  await fc.assert(
    fc.asyncProperty(
      answer,
      fc.constantFrom('unique_field', 'email_search'),
      async (each, match) => {
        const script = [204, 205, 304].includes(each.code)
          ? text(204, '')
          : json(each.code, each.value);
        const { crm, log } = aZohoWorld(scriptedFetch({ crm: [script] }), { zoho: { match } });
        const rows = [
          aRow({ identity: 'a' }),
          aRow({ identity: 'b', recordId: '7' }),
          aRow({ identity: 'c' }),
        ];

        const outcomes = await writeRows(crm, rows);

        expect(outcomes).toHaveLength(3);
        expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
        for (const outcome of outcomes) {
          if (outcome.kind === 'written') expect(outcome.recordId).not.toBe('');
          else expect(outcome.failure.message).not.toMatch(/Ana|ana@example\.com|\+1202/);
        }
      },
    ),
  );
});
