import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Knobs } from '../../local/zoho-simulator/knobs.ts';
import { DEFAULT_KNOBS } from '../../local/zoho-simulator/knobs.ts';
import { type SimulatedZoho, startSimulatedZoho } from '../support/simulated-zoho.ts';
import { aRow, writeRows } from '../support/zoho-world.ts';

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

describe('a row that only updates', () => {
  const values = { email: 'ana@example.com', city: 'Porto' };

  test('changes the record with its key, and the one with its address, and makes none', async () => {
    await zoho.admin.seed({
      records: [
        { Last_Name: 'Key', Email: 'old@example.com', Holdfast_Key: 'hf_1' },
        { Last_Name: 'Address', Email: 'BEN@example.com' },
        { Last_Name: 'Longer', Email: 'xcleo@example.com' },
      ],
    });

    const outcomes = await writeRows(zoho.aWriter(), [
      aRow({ identity: 'hf_1', version: 3, values, mayCreate: false }),
      aRow({ identity: 'hf_2', values: { email: 'ben@example.com' }, mayCreate: false }),
      aRow({ identity: 'hf_3', values: { email: 'cleo@example.com' }, mayCreate: false }),
    ]);

    expect(outcomes).toMatchObject([
      { kind: 'written', action: 'update' },
      { kind: 'written', action: 'update' },
      { kind: 'failed', failure: { code: 'no_match' }, mayHaveHappened: false },
    ]);
    const records = await zoho.admin.records();
    expect(records.map(({ fields }) => fields)).toMatchObject([
      { Last_Name: 'Key', Email: 'ana@example.com', City: 'Porto', Holdfast_Version: 3 },
      { Last_Name: 'Address', Holdfast_Key: 'hf_2', Holdfast_Version: 1 },
      { Last_Name: 'Longer' },
    ]);
    expect(records).toHaveLength(3);
  });

  test('finds a record by its key although the index of the search lags behind', async () => {
    await zoho.admin.knobs({ searchLagMs: 60_000 });
    const crm = zoho.aWriter();
    await crm.write([aRow({ identity: 'hf_1' })]);

    const outcomes = await writeRows(crm, [
      aRow({ identity: 'hf_1', version: 2, values, mayCreate: false }),
    ]);

    expect(outcomes).toMatchObject([{ kind: 'written', action: 'update' }]);
  });

  test('writes nothing when it may not ask', async () => {
    const scopes = DEFAULT_KNOBS.scopes.filter((scope) => scope !== 'ZohoCRM.coql.READ');
    await zoho.admin.knobs({ scopes });

    const outcomes = await writeRows(zoho.aWriter(), [aRow({ mayCreate: false })]);

    expect(outcomes).toMatchObject([
      { failure: { code: 'crm_forbidden', class: 'authorization' }, mayHaveHappened: false },
    ]);
    expect(await zoho.admin.records()).toEqual([]);
  });

  test('does the same by e-mail alone without a custom field', async () => {
    await zoho.admin.knobs({ customFields: false, uniqueFields: [] });
    await zoho.admin.seed({ records: [{ Last_Name: 'Ng', Email: 'ana@example.com' }] });

    const outcomes = await writeRows(zoho.aWriter({ zoho: { match: 'email_search' } }), [
      aRow({ identity: 'hf_1', values, mayCreate: false }),
      aRow({ identity: 'hf_2', values: { email: 'ben@example.com' }, mayCreate: false }),
    ]);

    expect(outcomes).toMatchObject([
      { kind: 'written', action: 'update' },
      { kind: 'failed', failure: { code: 'no_match' } },
    ]);
    expect(await zoho.admin.records()).toHaveLength(1);
  });
});

describe('a lead that became a contact', () => {
  async function aConvertedLead(): Promise<{ leadId: string; contactId: string }> {
    const [written] = await writeRows(zoho.aWriter(), [aRow({ identity: 'hf_1' })]);
    const leadId = written?.kind === 'written' ? written.recordId : '';
    await zoho.admin.convert(leadId);
    const [contact] = await zoho.admin.records('Contacts');
    return { leadId, contactId: contact?.id ?? '' };
  }

  test('takes no change, and the contact is named', async () => {
    const { leadId, contactId } = await aConvertedLead();

    const outcomes = await writeRows(zoho.aWriter(), [
      aRow({ identity: 'hf_1', recordId: leadId, version: 2 }),
    ]);

    expect(outcomes).toMatchObject([
      { kind: 'converted', contactId, failure: { code: 'crm_converted' } },
    ]);
  });

  test('the same without a custom field', async () => {
    const { leadId, contactId } = await aConvertedLead();

    const outcomes = await writeRows(zoho.aWriter({ zoho: { match: 'email_search' } }), [
      aRow({ recordId: leadId }),
    ]);

    expect(outcomes).toMatchObject([{ kind: 'converted', contactId }]);
  });

  test.each<Knobs['convertedLeads']>(['duplicate_data', 'converted_record'])(
    'stands in the way of a new one that Zoho compares with it: %s',
    async (convertedLeads) => {
      await zoho.admin.knobs({ convertedLeads });
      const { contactId } = await aConvertedLead();

      const outcomes = await writeRows(zoho.aWriter(), [aRow({ identity: 'hf_1', version: 2 })]);

      expect(outcomes).toMatchObject([{ kind: 'converted', contactId }]);
    },
  );

  test('is named by Zoho itself when it holds a unique value', async () => {
    const { contactId } = await aConvertedLead();
    await zoho.admin.faults({
      kind: 'row_error',
      code: 'DUPLICATE_DATA',
      details: {
        api_name: 'Email',
        duplicate_record: { id: contactId, module: { api_name: 'Contacts' } },
      },
    });

    const outcomes = await writeRows(zoho.aWriter(), [aRow({ identity: 'hf_2' })]);

    expect(outcomes).toMatchObject([
      { kind: 'converted', contactId, failure: { crmField: 'Email' } },
    ]);
  });

  test('does not stand in the way where Zoho hides it: the lead is made anew', async () => {
    await zoho.admin.knobs({ convertedLeads: 'hidden' });
    await aConvertedLead();

    const outcomes = await writeRows(zoho.aWriter(), [aRow({ identity: 'hf_1', version: 2 })]);

    expect(outcomes).toMatchObject([{ kind: 'written', action: 'insert' }]);
  });

  test('gets a note on the contact in place of the change', async () => {
    const { leadId } = await aConvertedLead();
    const crm = zoho.aWriter();
    const [outcome] = await writeRows(crm, [aRow({ identity: 'hf_1', recordId: leadId })]);
    const contactId = outcome?.kind === 'converted' ? (outcome.contactId ?? '') : '';

    const note = await crm.addNote({ contactId, mark: 'demo:1', values: { message: 'Call me' } });

    expect(note).toMatchObject({ kind: 'written', action: 'insert' });
    const notes = await zoho.admin.records('Notes');
    expect(notes.map(({ fields }) => fields)).toMatchObject([
      {
        Note_Title: 'Form submission demo:1',
        Note_Content: 'message: Call me',
        Parent_Id: { id: contactId, module: { api_name: 'Contacts' } },
      },
    ]);
  });
});

describe('a note', () => {
  const values = { message: 'Call me' };

  async function aContact(): Promise<string> {
    const [contact] = await zoho.admin.seed({
      module: 'Contacts',
      records: [{ Last_Name: 'Ng' }],
    });
    return contact?.id ?? '';
  }

  test('is written once for a mark, and once for each contact', async () => {
    const crm = zoho.aWriter();
    const [one, other] = [await aContact(), await aContact()];

    const first = await crm.addNote({ contactId: one, mark: 'demo:1', values });
    const again = await crm.addNote({ contactId: one, mark: 'demo:1', values });
    await crm.addNote({ contactId: one, mark: 'demo:2', values });
    await crm.addNote({ contactId: other, mark: 'demo:1', values });

    expect(again).toEqual({ ...first, action: 'update' });
    expect(await zoho.admin.records('Notes')).toHaveLength(3);
  });

  test('whose answer got lost is found again', async () => {
    const contactId = await aContact();
    await zoho.admin.faults({
      kind: 'reset',
      when: 'after',
      match: { method: 'POST', path: '/crm/v8/Notes' },
    });
    const crm = zoho.aWriter();

    const lost = await crm.addNote({ contactId, mark: 'demo:1', values });
    const again = await crm.addNote({ contactId, mark: 'demo:1', values });

    expect(lost).toMatchObject({ kind: 'failed', mayHaveHappened: true });
    expect(again).toMatchObject({ kind: 'written', action: 'update' });
    expect(await zoho.admin.records('Notes')).toHaveLength(1);
  });

  test.each(['READ', 'CREATE'])('is not written without the scope to %s notes', async (verb) => {
    const contactId = await aContact();
    const missing = `ZohoCRM.modules.notes.${verb}`;
    await zoho.admin.knobs({ scopes: DEFAULT_KNOBS.scopes.filter((each) => each !== missing) });

    const outcome = await zoho.aWriter().addNote({ contactId, mark: 'demo:1', values });

    expect(outcome).toMatchObject({ failure: { code: 'crm_forbidden' }, mayHaveHappened: false });
    expect(await zoho.admin.records('Notes')).toEqual([]);
  });

  test('on a contact that is gone is refused', async () => {
    const contactId = await aContact();
    await zoho.admin.remove(contactId, 'Contacts');

    const outcome = await zoho.aWriter().addNote({ contactId, mark: 'demo:1', values });

    expect(outcome).toMatchObject({ kind: 'failed', mayHaveHappened: false });
    expect(await zoho.admin.records('Notes')).toEqual([]);
  });
});
