import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../../../lambdas/core/event-record.ts';
import {
  type LeadQueryKind,
  parseLeadQuery,
} from '../../../../lambdas/operations/lookup/lead-query.ts';
import { matchesQuery } from '../../../../lambdas/operations/lookup/match-lead.ts';
import { aLeadEvent } from '../../../support/event-builders.ts';

const RECORD: Pick<EventRecord, 'key' | 'source' | 'sourceEventId' | 'deliveryId' | 'crm'> = {
  key: 'website|lead.created|1001',
  source: 'website',
  sourceEventId: 'urn:li:leadGenFormResponse:abc123-1',
  deliveryId: 'delivery-7',
  crm: { module: 'Leads', recordId: '4150868000000376001', action: 'insert' },
};

const EVENT = aLeadEvent({
  identity: {
    email: 'ana@example.com',
    phone_e164: '+12025550143',
    contact_external_id: 'website:person:4711',
  },
});

const matches = async (typed: string, by?: LeadQueryKind, event = EVENT) => {
  const [query] = await parseLeadQuery(typed, [], by);
  return matchesQuery(query!, RECORD, event);
};

describe('whether a lead is one that was looked for', () => {
  it.each([
    ['ana@example.com', undefined],
    ['+1 (202) 555-0143', undefined],
    ['202 555 0143', undefined],
    ['website|lead.created|1001', undefined],
    ['urn:li:leadGenFormResponse:abc123-1', 'provider-id'],
    ['abc123-1', 'provider-id'],
    ['delivery-7', 'provider-id'],
    ['4711', 'provider-id'],
    ['website:person:4711', 'provider-id'],
    ['4150868000000376001', 'crm-id'],
  ] as const)('is, by %j', async (typed, by) => {
    expect(await matches(typed, by)).toBe(true);
  });

  it.each([
    ['ben@example.com', undefined],
    ['+1 202 555 0144', undefined],
    ['555 0143', undefined],
    ['abc', 'provider-id'],
    ['li', 'provider-id'],
    ['4150868000000376002', 'crm-id'],
  ] as const)('is not, by %j', async (typed, by) => {
    expect(await matches(typed, by)).toBe(false);
  });

  it('is, by the digits of a number that could not be read', async () => {
    const event = aLeadEvent({ identity: {}, attributes: { phone_raw: '0151 / 234 567 89' } });

    expect(await matches('015123456789', 'phone', event)).toBe(true);
    expect(await matches('+49 151 23456789', 'phone', event)).toBe(true);
  });
});
