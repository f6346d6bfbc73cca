import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import { executeReplay } from '../../../../lambdas/operations/quarantine/execute-replay.ts';
import {
  loadMappings,
  MappingVersionError,
} from '../../../../lambdas/operations/mapping/kept-mapping.ts';
import { mapAnew } from '../../../../lambdas/operations/mapping/map-anew.ts';
import { planReplay } from '../../../../lambdas/operations/quarantine/plan-replay.ts';
import { createMemoryEventStore } from '../../../../local/memory/memory-event-store.ts';
import { createMemoryQueue } from '../../../../local/memory/memory-queue.ts';
import { T0 } from '../../../support/event-builders.ts';
import { aClock, countingIds } from '../../../support/fakes.ts';
import { anIntake, PEPPER } from '../../../support/intake-harness.ts';
import { createRecordingLog } from '../../../support/recording-ports.ts';

const form = (fields: Record<string, 'company' | 'job_title' | 'email'>) =>
  ({
    shop: { provider: 'website_form', allowedOrigins: ['https://www.example.com'], fields },
  }) satisfies HoldfastConfigInput['sources'];

/** A lead that an old mapping read, after the configuration has changed. */
async function aLeadOfAnOldMapping(body: Record<string, string> = {}) {
  const intake = anIntake({ sources: form({ firma: 'company' }), mappingLabel: 'old' });
  await intake.post(
    '/hooks/shop',
    JSON.stringify({ submission_id: 's', firma: 'Example Ltd', ...body }),
    { 'content-type': 'application/json' },
  );
  const event = intake.stored[0]!;
  const config = defineConfig({
    sources: { ...form({ firma: 'job_title' }), demo: { provider: 'typeform' } },
  });
  return {
    store: intake.store,
    record: (await intake.store.readRecord(event.key))!,
    event,
    config,
  };
}

describe('a kept mapping version', () => {
  it('reads an event as it was read at first, whatever the configuration says now', async () => {
    const { store, record, event, config } = await aLeadOfAnOldMapping({
      email: 'ana@example.com',
    });
    const mappings = await loadMappings(store, config, record.mappingVersion);

    const present = await mapAnew(record, store, { config, pepper: PEPPER });
    const anew = await mapAnew(record, store, { config, pepper: PEPPER, mappings });

    expect(present).toMatchObject({ normalized: { attributes: { job_title: 'Example Ltd' } } });
    expect(anew).toEqual({
      kind: 'mapped',
      mappingVersion: record.mappingVersion,
      normalized: event.normalized,
    });
  });

  it('does not read events of a source that has never used it', async () => {
    const { store, record, config } = await aLeadOfAnOldMapping({ email: 'ana@example.com' });
    await store.keepMapping('demo', '1-x', '{"provider":"typeform"}', T0);
    const mappings = await loadMappings(store, config, '1-x');

    const anew = await mapAnew(record, store, { config, pepper: PEPPER, mappings });

    expect(anew).toEqual({ kind: 'unmapped', why: 'mapping_unknown' });
  });

  it('that nobody has used is an error that says where to look', async () => {
    const { store, config } = await aLeadOfAnOldMapping();

    const loading = loadMappings(store, config, '1-nothing');

    await expect(loading).rejects.toThrow(MappingVersionError);
    await expect(loading).rejects.toThrow(/1-nothing; "holdfast mapping list"/);
  });

  it.each([
    ['are of a later version', '{"provider":"typeform","shape":"new"}', /shape/],
    ['name a provider that is gone', '{"provider":"carrier_pigeon"}', /provider: /],
    ['are no JSON', '{', /Invalid input/],
  ])('whose settings %s is an error that names them', async (_what, settings, message) => {
    const store = createMemoryEventStore();
    await store.keepMapping('demo', '9-x', settings, T0);
    const config = defineConfig({ sources: { demo: { provider: 'typeform' } } });

    const loading = loadMappings(store, config, '9-x');

    await expect(loading).rejects.toThrow(MappingVersionError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(/settings of demo in the mapping version 9-x/);
  });

  it('goes by the name of what reads it now', async () => {
    const store = createMemoryEventStore();
    await store.keepMapping('demo', 'old:0-of-an-older-reader', '{"provider":"typeform"}', T0);
    const config = defineConfig({ sources: { demo: { provider: 'typeform' } } });

    const mappings = await loadMappings(store, config, 'old:0-of-an-older-reader');

    expect(mappings.get('demo')?.version).toMatch(/^old:[1-9]\d*-[0-9a-f]{12}$/);
    expect(mappings.get('demo')?.source).toEqual(config.sources['demo']);
  });

  it('can be what a replay maps with, and the configuration’s is kept when it is that', async () => {
    const { store, record, config } = await aLeadOfAnOldMapping({ mail_2: 'ana@example.com' });
    const mended = defineConfig({ sources: form({ mail_2: 'email' }), mappingLabel: 'mended' });
    const clock = aClock();
    const queue = createMemoryQueue({ clock, visibilityMs: 1_000, maxReceiveCount: 9 });
    const ports = {
      events: store,
      queue: queue.delivery,
      deadLetters: queue.deadLetterBrowser,
      secrets: { read: async () => PEPPER },
      clock,
      ids: countingIds(),
      log: createRecordingLog(),
    };
    const request = { selection: {}, remap: true };
    const old = { config, pepperSecretId: 'pepper', mappingVersion: record.mappingVersion };
    const now = { config: mended, pepperSecretId: 'pepper' };

    const withOld = await planReplay(request, ports, old);
    const withNew = await planReplay(request, ports, now);
    const order = { by: 'local', reason: 'the address is in another field' };
    const result = await executeReplay(withNew, order, ports, now);

    expect(withOld.skipped).toEqual([{ key: record.key, why: 'names_nobody' }]);
    expect(result).toMatchObject({ enqueued: [record.key], mappedAnew: 1 });
    const { remappedAs } = (await store.readRecord(record.key))!;
    expect(remappedAs).toMatch(/^mended:\d+-/);
    const kept = (await store.listMappings('shop')).map(({ version }) => version);
    expect(new Set(kept)).toEqual(new Set([remappedAs, record.mappingVersion]));
  });
});
