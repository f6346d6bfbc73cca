import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../lambdas/core/config.ts';
import type { NormalizedEvent } from '../../../../lambdas/core/lead-event.ts';
import { failure } from '../../../../lambdas/core/failure.ts';
import { mapAnew } from '../../../../lambdas/operations/mapping/map-anew.ts';
import { createMemoryEventStore } from '../../../../local/memory/memory-event-store.ts';
import { aLeadEvent, aNewEvent, T0 } from '../../../support/event-builders.ts';
import { aGraphLead, bindThin, LEAD_ID } from '../../../support/thin-provider.ts';

const KEY = `website|lead.created|${LEAD_ID}`;
const SETTINGS = {
  config: defineConfig({
    sources: { website: { provider: 'website_form', allowedOrigins: ['https://a.example.com'] } },
  }),
  pepper: 'a-pepper-of-example-length',
  bind: bindThin(),
};

/** A submission that was only named, completed with these answers (or not yet), and then quarantined. */
async function aQuarantined(
  answers: string | undefined,
  normalized: Partial<NormalizedEvent> = {},
) {
  const store = createMemoryEventStore();
  const ref = { leadgen_id: LEAD_ID };
  await store.accept(
    aNewEvent({
      key: KEY,
      raw: {
        body: new TextEncoder().encode(`{"leads":["${LEAD_ID}"]}`),
        contentType: 'application/json',
        headers: {},
        signature: 'current',
      },
      normalized: aLeadEvent({
        idempotency_key: KEY,
        identity: {},
        attributes: {},
        details: { state: 'awaiting', ref },
      }),
    }),
  );
  await store.claim({ key: KEY, leaseToken: 't', leaseMs: 1, nowMs: T0 });
  if (answers !== undefined) {
    await store.storeDetails(KEY, 't', {
      answers: new TextEncoder().encode(answers),
      mappingVersion: 'v1-details',
      normalized: aLeadEvent({
        idempotency_key: KEY,
        details: { state: 'read', ref },
        ...normalized,
      }),
    });
  }
  const why = failure(answers === undefined ? 'details_unauthorized' : 'crm_invalid_data');
  await store.quarantine(KEY, 't', { quarantineId: 'q-1', failure: why, attempts: 1, atMs: T0 });
  return { store, record: (await store.readRecord(KEY))! };
}

describe('an event whose webhook only named a submission, mapped anew', () => {
  it('is read from the request and the details as they were stored', async () => {
    const { store, record } = await aQuarantined(JSON.stringify([aGraphLead()]));

    const mapped = await mapAnew(record, store, SETTINGS);

    expect(mapped).toMatchObject({
      kind: 'mapped',
      mappingVersion: expect.stringMatching(/^\d+-[0-9a-f]{12}$/) as string,
      normalized: {
        identity: { email: 'ana@example.com' },
        attributes: { first_name: 'Ana', last_name: 'Ng', form_id: '77' },
        details: { state: 'read', ref: { leadgen_id: LEAD_ID } },
      },
    });
  });

  it('goes on awaiting its details when they have not been read', async () => {
    const { store, record } = await aQuarantined(undefined);

    const mapped = await mapAnew(record, store, SETTINGS);

    expect(mapped).toMatchObject({
      kind: 'mapped',
      mappingVersion: expect.stringMatching(/^\d+-[0-9a-f]{12}$/) as string,
      normalized: { identity: {}, details: { state: 'awaiting', ref: { leadgen_id: LEAD_ID } } },
    });
  });

  it('stays as it is when its details were read and are no longer kept', async () => {
    const { store, record } = await aQuarantined('[]');

    const mapped = await mapAnew(
      record,
      { ...store, readDetails: async () => undefined },
      SETTINGS,
    );

    expect(mapped).toEqual({ kind: 'unmapped', why: 'raw_gone' });
  });

  it.each([
    ['a test lead', [aGraphLead({ email: 'a@example.com' }, { is_test: true })], 'now_suppressed'],
    ['nobody', [aGraphLead({ full_name: 'Ana Ng' })], 'names_nobody'],
    ['no lead at all', [aGraphLead({})], 'now_suppressed'],
    ['something unknown', [{ error: 'x' }], 'still_unreadable'],
  ])('stays as it is when its details tell of %s', async (_what, answers, why) => {
    const { store, record } = await aQuarantined(JSON.stringify(answers));

    expect(await mapAnew(record, store, SETTINGS)).toEqual({ kind: 'unmapped', why });
  });

  it('stays as it is when its source no longer reads details', async () => {
    const { store, record } = await aQuarantined(JSON.stringify([aGraphLead()]));
    const bind: typeof SETTINGS.bind = (source) => {
      const { detailsApi: _api, ...rest } = SETTINGS.bind(source);
      return rest;
    };

    const mapped = await mapAnew(record, store, { ...SETTINGS, bind });

    expect(mapped).toEqual({ kind: 'unmapped', why: 'still_unreadable' });
  });
});
