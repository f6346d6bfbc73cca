import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../../lambdas/core/config.ts';
import type { HttpAnswer } from '../../../../../lambdas/zoho/http.ts';
import type { ZohoCall, ZohoSession } from '../../../../../lambdas/zoho/zoho-api.ts';
import { createZohoOwners } from '../../../../../local/operator/zoho/zoho-owners.ts';

const SOURCES: Parameters<typeof defineConfig>[0]['sources'] = {
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
};
const RECORD_ID = '4150868000000376001';
const NAME = `hf_${'a1'.repeat(20)}`;

/** The owner of a record, by what a query of it brings; and the query. */
const ownerIn = async (
  status: number,
  record?: unknown,
  zoho: Parameters<typeof defineConfig>[0]['zoho'] = {},
) => {
  const calls: ZohoCall[] = [];
  const answer = {
    status,
    body: { kind: 'json', value: { data: [record], info: { more_records: false } } },
  } as HttpAnswer;
  const session: ZohoSession = {
    send: async (call, read) => {
      calls.push(call);
      return read(answer);
    },
    account: () => ({}),
  };
  const config = defineConfig({ sources: SOURCES, zoho });
  const owners = createZohoOwners({ work: async (task) => await task(session) }, config.zoho);
  return { owner: await owners.ownerOf(RECORD_ID), query: JSON.stringify(calls[0]?.body) };
};

describe('whose a record in Zoho is', () => {
  it('is told by its key and its e-mail address, as they are stored here', async () => {
    const { owner, query } = await ownerIn(200, {
      id: RECORD_ID,
      Holdfast_Key: NAME.toUpperCase(),
      Email: 'Ana@Example.com',
    });

    expect(owner).toEqual({ kind: 'owner', identity: NAME, email: 'ana@example.com' });
    expect(query).toContain(
      `select id, Holdfast_Key, Email from Leads where id in ('${RECORD_ID}')`,
    );
  });

  it('is told by the address alone where there is no field for the key', async () => {
    const { owner, query } = await ownerIn(
      200,
      { id: RECORD_ID, Email: 'ana@example.com' },
      { match: 'email_search', module: 'Contacts' },
    );

    expect(owner).toEqual({ kind: 'owner', email: 'ana@example.com' });
    expect(query).toContain('select id, Email from Contacts');
  });

  it('is nobody for a record that was made by hand', async () => {
    const { owner } = await ownerIn(200, { id: RECORD_ID, Holdfast_Key: null, Email: null });

    expect(owner).toEqual({ kind: 'owner' });
  });

  it('is not known where Zoho has no such record, or refuses', async () => {
    const missing = await ownerIn(204);
    const refused = await ownerIn(401, {});

    expect(missing.owner).toEqual({ kind: 'no_record' });
    expect(refused.owner).toMatchObject({ kind: 'unreachable' });
  });

  it('is not asked for with what is no id', async () => {
    const owners = createZohoOwners(
      {
        work: async () => {
          throw new Error('Zoho was asked');
        },
      },
      defineConfig({ sources: SOURCES }).zoho,
    );

    expect(await owners.ownerOf("1' or '1'='1")).toEqual({ kind: 'no_record' });
  });
});
