import { describe, expect, it } from 'vitest';
import { parseLeadQuery } from '../../../../lambdas/operations/lookup/lead-query.ts';

const NAME = `hf_${'a1'.repeat(20)}`;

describe('what somebody types to find a lead', () => {
  it.each([
    ['ana@example.com', 'ana@example.com'],
    ['  Ana.Ng@Example.com ', 'ana.ng@example.com'],
    ['"Ana Ng" <ana@example.com>', 'ana@example.com'],
    ['mailto:ana@example.com', 'ana@example.com'],
  ])('%j is an e-mail address', async (typed, email) => {
    expect(await parseLeadQuery(typed, [])).toEqual([{ kind: 'email', email }]);
  });

  it.each([
    ['+1 202 555 0143', ['+12025550143', '12025550143']],
    ['tel:+1-202-555-0143', ['+12025550143', '12025550143']],
    ['(202) 555-0143', ['+12025550143', '2025550143']],
    ['202.555.0143 ext. 23', ['+12025550143', '2025550143']],
  ])('%j is a phone number', async (typed, phones) => {
    const [first] = await parseLeadQuery(typed, ['US']);

    expect(first).toEqual({ kind: 'phone', phones, digits: phones[1]!.replaceAll('+', '') });
  });

  it('reads a number as it is dialled in each country that a source names', async () => {
    const [first] = await parseLeadQuery('030 901820', ['DE', 'US']);

    expect(first).toMatchObject({ kind: 'phone', phones: ['+4930901820', '030901820'] });
  });

  it.each([
    ['4150868000000376001', '4150868000000376001'],
    ['https://crm.zoho.com/crm/org123456/tab/Leads/4150868000000376001', '4150868000000376001'],
    ['https://crm.zoho.eu/crm/tab/Leads/4150868000000376001?x=1', '4150868000000376001'],
    ['http://127.0.0.1:4010/crm/v8/Leads/4150868000000376001', '4150868000000376001'],
  ])('%j is a Zoho record', async (typed, recordId) => {
    const [first] = await parseLeadQuery(typed, []);

    expect(first).toEqual({ kind: 'crm-id', recordId });
  });

  it('takes a long number for an id of the sender, too: theirs look alike', async () => {
    const kindsOf = async (typed: string) =>
      (await parseLeadQuery(typed, [])).map(({ kind }) => kind);

    expect(await kindsOf('4150868000000376001')).toEqual(['crm-id', 'provider-id']);
    expect(await kindsOf('1000200030004000')).toEqual(['provider-id', 'crm-id']);
  });

  it.each([
    ['website|form_submission|f-1', { kind: 'key', key: 'website|form_submission|f-1' }],
    [NAME, { kind: 'name', name: NAME }],
    [NAME.toUpperCase().replace('HF_', 'hf_'), { kind: 'name', name: NAME }],
    ['response3aa02205', { kind: 'provider-id', id: 'response3aa02205' }],
    [
      'https://api.calendly.com/scheduled_events/EV-1/invitees/INV-1',
      { kind: 'provider-id', id: 'https://api.calendly.com/scheduled_events/EV-1/invitees/INV-1' },
    ],
    ['12345', { kind: 'provider-id', id: '12345' }],
  ])('%j is what it looks like', async (typed, query) => {
    expect(await parseLeadQuery(typed, [])).toEqual([query]);
  });

  it('is taken for what is said, whatever it looks like', async () => {
    expect(await parseLeadQuery('2025550143', ['US'], 'provider-id')).toEqual([
      { kind: 'provider-id', id: '2025550143' },
    ]);
    expect(await parseLeadQuery('12345678', [], 'crm-id')).toEqual([
      { kind: 'crm-id', recordId: '12345678' },
    ]);
  });

  it.each([
    ['', undefined],
    ['   ', undefined],
    ['ana', 'email'],
    ['12', 'phone'],
    ['lead', 'crm-id'],
    ['hf_1', 'name'],
  ] as const)('%j is refused as %s', async (typed, by) => {
    await expect(parseLeadQuery(typed, [], by)).rejects.toMatchObject({
      code: 'lead_query_invalid',
    });
  });
});
