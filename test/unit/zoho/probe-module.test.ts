import { describe, expect, it } from 'vitest';
import { errorStatus, grant, json, scriptedFetch } from '../../support/zoho-fetch.ts';
import { aZohoWorld } from '../../support/zoho-world.ts';

describe('a look at the module', () => {
  it.each([
    ['a record', json(200, { data: [{ id: '1' }], info: { more_records: true } })],
    ['no record', async () => new Response(null, { status: 204 })],
  ])('is answered with %s: one call, which only reads', async (_, answer) => {
    const server = scriptedFetch({ crm: [answer] });

    const probe = await aZohoWorld(server).crm.probe();

    expect(probe).toEqual({ kind: 'answered' });
    const [request] = server.crmRequests();
    expect(server.crmRequests()).toHaveLength(1);
    expect(request?.method).toBe('GET');
    expect(`${request?.url.pathname}${request?.url.search}`).toBe(
      '/crm/v8/Leads?fields=id&per_page=1',
    );
  });

  it.each([
    ['a refused right', json(401, errorStatus('OAUTH_SCOPE_MISMATCH')), 'authorization'],
    ['an error of its own', json(500, errorStatus('INTERNAL_ERROR')), 'retryable'],
    ['something else', json(200, { what: 'ever' }), 'retryable'],
  ])('fails with %s', async (_, answer, failureClass) => {
    const server = scriptedFetch({ crm: [answer, answer, answer] });

    const probe = await aZohoWorld(server).crm.probe();

    expect(probe).toMatchObject({ kind: 'failed', failure: { class: failureClass } });
  });

  it('fails when there is no token, and calls nothing', async () => {
    const server = scriptedFetch({ accounts: [json(200, { error: 'invalid_code' }), grant()] });

    const probe = await aZohoWorld(server).crm.probe();

    expect(probe).toMatchObject({ kind: 'failed', failure: { code: 'crm_unauthorized' } });
    expect(server.crmRequests()).toEqual([]);
  });
});
