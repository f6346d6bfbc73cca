import { describe, expect, it } from 'vitest';
import { deliveryMessageOf } from '../../../../lambdas/core/delivery-message.ts';
import { exportDocument } from '../../../../lambdas/operations/person/export-person.ts';
import { anEraseWorld } from '../../../support/erase-world.ts';
import { aLeadEvent, aNewEvent } from '../../../support/event-builders.ts';

const KEY = 'website|lead.created|exported-1';

async function anExport() {
  const world = anEraseWorld();
  const normalized = aLeadEvent({ idempotency_key: KEY, identity: { email: 'ana@example.com' } });
  const event = aNewEvent({ key: KEY, normalized });
  await world.events.accept(event);
  await world.queue.delivery.enqueue(
    deliveryMessageOf((await world.events.readRecord(KEY))!),
    'website',
  );
  await world.drain();
  await world.events.accept({
    ...event,
    payloadHash: 'd'.repeat(64),
    raw: { ...event.raw, body: new Uint8Array([0xff, 0x00]) },
  });
  const found = await world.find('ana@example.com');
  const document = await exportDocument(found, {
    config: world.config,
    target: 'the stage test',
    nowMs: world.clock.nowMs(),
    linkOf: ({ recordId }) => `https://crm.example.com/${recordId}`,
    bodies: world.bodies,
  });
  return { world, document: JSON.parse(JSON.stringify(document)) as Record<string, unknown> };
}

describe('an export of a person', () => {
  it('holds requests as text or base64, readings, and until when each is kept', async () => {
    const { document } = await anExport();

    expect(document['leads']).toMatchObject([
      {
        key: KEY,
        source: 'website',
        state: 'succeeded',
        received_at: '2026-11-22T04:00:00.000Z',
        kept_until: {
          requests: '2027-02-20T04:00:00.000Z',
          everything_else: '2027-12-27T04:00:00.000Z',
        },
        requests: [
          { content_type: 'application/json', body: '{"email":"ana@example.com"}' },
          { body_base64: '/wA=' },
        ],
      },
    ]);
    const [lead] = document['leads'] as { readings: unknown[] }[];
    expect(lead!.readings).toHaveLength(2);
  });

  it('holds the merged values with the lead that each came from, and the CRM’s record', async () => {
    const { document } = await anExport();

    expect(document['merged']).toMatchObject([
      { module: 'Leads', fields: { email: { value: 'ana@example.com', lead: KEY } } },
    ]);
    expect(document['crm_records']).toMatchObject([
      { module: 'Leads', link: expect.stringMatching(/^https:\/\/crm\.example\.com\//) },
    ]);
  });

  it('can be read by whoever it is about', async () => {
    const { document } = await anExport();

    expect(document['about']).toContain('the stage test');
    expect(Object.keys(document['explained'] as object)).toContain('merged');
    expect(document['other_names']).toEqual([]);
  });
});
