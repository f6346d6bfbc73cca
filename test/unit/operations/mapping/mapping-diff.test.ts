import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import { compareMappings } from '../../../../lambdas/operations/mapping/mapping-diff.ts';
import { summarizeDiff } from '../../../../lambdas/operations/mapping/mapping-diff-summary.ts';
import {
  describeDiff,
  describeLook,
  describeValues,
} from '../../../../local/operator/mapping/mapping-diff-text.ts';
import { anIntake, PEPPER } from '../../../support/intake-harness.ts';
import { createMemoryEventStore } from '../../../../local/memory/memory-event-store.ts';
import { aLeadEvent, aNewEvent } from '../../../support/event-builders.ts';
import { bindThin, LEAD_ID } from '../../../support/thin-provider.ts';
import { SECRET } from '../../../support/webhook-builders.ts';

const form = (settings: Record<string, unknown> = {}): HoldfastConfigInput['sources'] => ({
  shop: { provider: 'website_form', allowedOrigins: ['https://www.example.com'], ...settings },
});

/** Takes leads in with one configuration, and compares them with another. */
async function compare(
  taken: HoldfastConfigInput['sources'],
  now: HoldfastConfigInput['sources'],
  bodies: readonly (Record<string, string> | string)[],
  { unitsMax = 1_000, withoutRaw = false, withoutReading = false } = {},
) {
  const intake = anIntake({ sources: taken });
  for (const [n, body] of bodies.entries()) {
    const text =
      typeof body === 'string' ? body : JSON.stringify({ submission_id: `s${n}`, ...body });
    await intake.post('/hooks/shop', text, { 'content-type': 'application/json' });
  }
  const records = await Promise.all(
    intake.stored.map(async ({ key }) => (await intake.store.readRecord(key))!),
  );
  let usedUnits = 0;
  const ports = {
    events: {
      ...intake.store,
      readRaw: async (key: string, hash: string) => {
        usedUnits += 10;
        return withoutRaw ? undefined : await intake.store.readRaw(key, hash);
      },
      readNormalized: async (...of: Parameters<typeof intake.store.readNormalized>) =>
        withoutReading ? undefined : await intake.store.readNormalized(...of),
    },
    meter: { usedUnits: () => usedUnits },
  };
  const comparisons = await compareMappings(records, unitsMax, ports, {
    config: defineConfig({ sources: now }),
    pepper: PEPPER,
  });
  return { comparisons, records, sources: summarizeDiff(comparisons) };
}

const ANA = { email: 'ana@example.com', firma: 'Example Ltd', place: 'Porto' };

describe('a comparison of mappings', () => {
  it('says of an unchanged configuration that nothing would change, of leads in all states', async () => {
    const sources = form({ honeypotField: 'fax', fields: { firma: 'company' } });
    const bodies = [ANA, { firma: 'nobody' }, { ...ANA, fax: '1' }, '[]'];

    const { sources: summary } = await compare(sources, sources, bodies);

    expect(summary).toEqual([
      {
        source: 'shop',
        compared: 4,
        changed: 0,
        versions: [expect.stringMatching(/^\d+-/)],
        fields: {},
        fates: [],
        notCompared: [],
      },
    ]);
  });

  it('counts what would be added, changed and removed, by field', async () => {
    const { sources } = await compare(
      form({ fields: { firma: 'company', place: 'city' } }),
      form({ fields: { place: 'company' } }),
      [ANA, { email: 'bo@example.com', place: 'Faro' }],
    );

    expect(sources[0]).toMatchObject({ compared: 2, changed: 2, fates: [] });
    expect(sources[0]?.fields).toEqual({
      city: { added: 0, changed: 0, removed: 2 },
      company: { added: 1, changed: 1, removed: 0 },
    });
  });

  it.each([
    ['would name nobody', {}, { fields: { email: 'company' } }, 'lead', 'nameless'],
    ['would be delivered', { fields: { email: 'company' } }, {}, 'nameless', 'lead'],
    ['would be suppressed', {}, { honeypotField: 'firma' }, 'lead', 'suppressed'],
    ['would no longer be', { honeypotField: 'firma' }, {}, 'suppressed', 'lead'],
  ])('names the leads that %s', async (text, taken, now, before, after) => {
    const { sources, records } = await compare(form(taken), form(now), [ANA]);

    expect(sources[0]).toMatchObject({ changed: 1 });
    expect(sources[0]?.fates).toEqual([{ before, after, keys: [records[0]!.key] }]);
    expect(describeDiff(sources).join('\n')).toContain(text);
    expect(describeDiff(sources)).toContain(`    ${records[0]!.key}`);
  });

  it('names the leads that could be read now, and those that no longer could, without their fields', async () => {
    const signed = (dataPath: string): HoldfastConfigInput['sources'] => ({
      other: {
        provider: 'generic_hmac',
        signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
        dataPath,
      },
    });
    const intake = anIntake({ sources: signed('lead') });
    for (const body of [
      '{"lead":{"email":"a@example.com"}}',
      '{"data":{"email":"b@example.com"}}',
    ]) {
      const signature = createHmac('sha256', SECRET).update(body).digest('hex');
      await intake.post('/hooks/other', body, {
        'content-type': 'application/json',
        'x-signature': signature,
      });
    }
    const records = await Promise.all(
      intake.stored.map(async ({ key }) => (await intake.store.readRecord(key))!),
    );

    const comparisons = await compareMappings(
      records,
      1_000,
      { events: intake.store, meter: { usedUnits: () => 0 } },
      {
        config: defineConfig({ sources: signed('data') }),
        pepper: PEPPER,
      },
    );

    const [diff] = summarizeDiff(comparisons);
    expect(diff?.fates).toEqual([
      { before: 'lead', after: 'unread', keys: [records[0]!.key] },
      { before: 'unread', after: 'lead', keys: [records[1]!.key] },
    ]);
    expect(diff?.fields).toEqual({});
    const text = describeDiff([diff!]).join('\n');
    expect(text).toContain('1 event could no longer be read:');
    expect(text).toContain('1 event could be read now:');
  });

  it('says which leads it could not compare, and why', async () => {
    const gone = await compare(form(), form(), [ANA], { withoutRaw: true });
    const unread = await compare(form(), form(), [ANA], { withoutReading: true });
    const removed = await compare(form(), { demo: { provider: 'typeform' } }, [ANA]);
    const bounded = await compare(
      form(),
      form(),
      Array.from({ length: 30 }, () => ANA),
      { unitsMax: 100 },
    );

    expect(gone.sources[0]?.notCompared).toEqual([{ why: 'raw_gone', count: 1 }]);
    expect(unread.sources[0]?.notCompared).toEqual([{ why: 'reading_gone', count: 1 }]);
    expect(removed.sources[0]?.notCompared).toEqual([{ why: 'source_gone', count: 1 }]);
    const [{ why, count } = { why: '', count: 0 }] = bounded.sources[0]?.notCompared ?? [];
    expect(why).toBe('no_units_left');
    expect(count).toBeGreaterThanOrEqual(10);
    expect(bounded.sources[0]!.compared + count).toBe(30);
    expect(describeDiff(bounded.sources).join('\n')).toContain('--read-units-max');
  });

  it.each([
    ['still awaits its details', undefined],
    ['was suppressed by what its details said', 'test_lead'],
  ] as const)('does not judge a lead that %s', async (_what, suppression) => {
    const store = createMemoryEventStore();
    const key = `shop|lead.created|${LEAD_ID}`;
    await store.accept(
      aNewEvent({
        key,
        source: 'shop',
        raw: {
          body: new TextEncoder().encode(`{"leads":["${LEAD_ID}"]}`),
          contentType: 'application/json',
          headers: {},
          signature: 'current',
        },
        normalized: aLeadEvent({
          idempotency_key: key,
          identity: {},
          attributes: {},
          details: { state: 'awaiting', ref: { leadgen_id: LEAD_ID } },
        }),
      }),
    );
    await store.claim({ key, leaseToken: 't', leaseMs: 1, nowMs: 0 });
    if (suppression !== undefined) await store.suppress(key, 't', suppression);
    const records = [(await store.readRecord(key))!];

    const comparisons = await compareMappings(
      records,
      1_000,
      { events: store, meter: { usedUnits: () => 0 } },
      { config: defineConfig({ sources: form() }), pepper: PEPPER, bind: bindThin() },
    );

    const [diff] = summarizeDiff(comparisons);
    expect(diff).toMatchObject({
      compared: 0,
      changed: 0,
      fates: [],
      notCompared: [{ why: 'details_unread', count: 1 }],
    });
    expect(describeDiff([diff!]).join('\n')).toContain('its details are not read yet');
  });

  it('tells values only where it is asked to', async () => {
    const { comparisons, sources } = await compare(
      form({ fields: { firma: 'company' } }),
      form({ fields: { place: 'company' } }),
      [ANA],
    );

    expect(describeDiff(sources).join('\n')).not.toContain('Porto');
    expect(describeValues(comparisons)).toContain('    company: "Example Ltd" → "Porto"');
  });

  it('says of a sample that it is one', () => {
    const look = { records: [], found: 0, items: 700 };

    expect(describeLook({ ...look, isWhole: false }, 'x', 'y')[1]).toContain('A SAMPLE: 700');
    expect(describeLook({ ...look, isWhole: true }, 'x', 'y')[1]).toBe(
      '(All 700 stored items were looked at.)',
    );
  });
});
