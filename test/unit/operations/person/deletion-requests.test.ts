import { describe, expect, it } from 'vitest';
import { eraseRequested } from '../../../../lambdas/operations/person/erase-requested.ts';
import { findDeletionRequests } from '../../../../lambdas/operations/person/find-deletion-requests.ts';
import type { HoldfastConfigInput } from '../../../../lambdas/core/config.ts';
import { deliveryMessageOf } from '../../../../lambdas/core/delivery-message.ts';
import { anEraseWorld } from '../../../support/erase-world.ts';
import { aLeadEvent, aNewEvent } from '../../../support/event-builders.ts';

const SOURCES: HoldfastConfigInput['sources'] = {
  crm: { provider: 'hubspot', publicUrl: 'https://hooks.example.com/hooks/crm' },
  ads: { provider: 'linkedin' },
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
};
const RESPONSE = 'urn:li:leadGenFormResponse:7-5';

function aWorld() {
  const world = anEraseWorld({ sources: SOURCES });
  const accept = async (
    source: string,
    eventType: string,
    id: string,
    event: Parameters<typeof aLeadEvent>[0] = {},
    isNotice = false,
  ) => {
    const key = `${source}|${eventType}|${encodeURIComponent(id)}`;
    const normalized = aLeadEvent({
      idempotency_key: key,
      source,
      event_type: eventType,
      ...event,
    });
    await world.events.accept(
      aNewEvent({
        key,
        source,
        eventType,
        sourceEventId: id,
        normalized,
        ...(isNotice
          ? { initial: { state: 'suppressed', suppression: 'deleted_at_source' } as const }
          : {}),
      }),
    );
    return key;
  };
  const lead = async (source: string, eventType: string, id: string, ref: Record<string, string>) =>
    await accept(source, eventType, id, {
      identity: { email: 'ana@example.com' },
      details: { state: 'read', ref },
    });
  const notice = async (source: string, eventType: string, id: string) =>
    await accept(source, eventType, id, { identity: {} }, true);
  const find = async () => await findDeletionRequests(world.config, world.ports);
  return { ...world, accept, lead, notice, find };
}

describe('notices of a deletion', () => {
  it('name the leads that are still kept: HubSpot by the contact, LinkedIn by the response', async () => {
    const { lead, notice, find } = aWorld();
    const contact = await lead('crm', 'contact.creation', '1:55:1', { contact_id: '55' });
    await lead('crm', 'contact.creation', '1:56:1', { contact_id: '56' });
    const response = await lead('ads', 'LEAD_ACTION.CREATED', RESPONSE, { response: RESPONSE });
    const byHubspot = await notice('crm', 'contact.privacyDeletion', '2:55:9');
    const byLinkedin = await notice('ads', 'LEAD_ACTION.DELETED', RESPONSE);
    await notice('crm', 'contact.deletion', '2:99:9');

    const requests = await find();

    expect(requests.map(({ notice: key, leads }) => [key, leads])).toEqual(
      expect.arrayContaining([
        [byHubspot, [contact]],
        [byLinkedin, [response]],
      ]),
    );
    expect(requests).toHaveLength(2);
  });

  it('do not cross sources', async () => {
    const { lead, notice, find } = aWorld();
    await lead('crm', 'contact.creation', '1:55:1', { contact_id: '55' });
    await notice('ads', 'LEAD_ACTION.DELETED', RESPONSE);

    expect(await find()).toEqual([]);
  });

  it('may be the lead itself, where only its details told of the deletion', async () => {
    const { accept, find } = aWorld();
    const key = await accept('website', 'form', 'd-1', {}, true);

    expect((await find()).map(({ leads }) => leads)).toEqual([[key]]);
  });

  it('take the named leads away, and leave what else the person has sent', async () => {
    const world = aWorld();
    const gone = await world.lead('crm', 'contact.creation', '1:55:1', { contact_id: '55' });
    const stays = await world.accept('website', 'form', 'w-1', {
      identity: { email: 'ana@example.com' },
      attributes: { first_name: 'Ana', city: 'Utrecht' },
    });
    for (const key of [gone, stays]) {
      const record = await world.events.readRecord(key);
      await world.queue.delivery.enqueue(deliveryMessageOf(record!), 'website');
      await world.drain();
    }
    await world.notice('crm', 'contact.privacyDeletion', '2:55:9');

    const { result, found } = await eraseRequested(
      await world.find(),
      { by: 'local', reason: 'notices' },
      { config: world.config, pepper: world.pepper },
      world.ports,
    );

    expect(result.erased).toEqual([gone]);
    expect(found.crmRecords).toHaveLength(1);
    expect(await world.stateOf(gone)).toBe('erased');
    expect(await world.stateOf(stays)).toBe('succeeded');
    expect(await world.find()).toEqual([]);
    const [head] = (await world.findNamed({ kind: 'email', value: 'ana@example.com' })).heads;
    expect(head!.fields['city']?.value).toBe('Utrecht');
    expect(Object.values(head!.fields).every(({ event }) => event === stays)).toBe(true);
    expect(await world.identities.linkedEvents('Leads', head!.identity)).toEqual([stays]);
  });

  // Or a first touch that is long gone would be overwritten in the CRM by the next submission.
  it('leave in the merged state what submissions said that have expired since', async () => {
    const world = aWorld();
    const gone = await world.lead('crm', 'contact.creation', '1:55:1', { contact_id: '55' });
    const record = await world.events.readRecord(gone);
    await world.queue.delivery.enqueue(deliveryMessageOf(record!), 'crm');
    await world.drain();
    const whose = { kind: 'email', value: 'ana@example.com' } as const;
    const [before] = (await world.findNamed(whose)).heads;
    const email = before!.fields['email']!;
    const expired = { ...email, value: 'spring', event: 'website|form|expired' };
    await world.identities.save({
      ...before!,
      revision: before!.revision + 1,
      fields: { ...before!.fields, utm_campaign: expired },
    });
    await world.notice('crm', 'contact.privacyDeletion', '2:55:9');

    const { result } = await eraseRequested(
      await world.find(),
      { by: 'local', reason: 'notices' },
      { config: world.config, pepper: world.pepper },
      world.ports,
    );

    expect(result.erased).toEqual([gone]);
    const after = await world.identities.read('Leads', before!.identity);
    expect(after?.kind === 'head' && after.head.fields).toEqual({ utm_campaign: expired });
  });
});
