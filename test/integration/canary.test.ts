// The canary over HTTP: the real function posts to the real intake, the real consumer asks the Zoho simulator.

import { afterEach, describe, expect, it } from 'vitest';
import { CANARY_SOURCE } from '../../lambdas/core/pipeline-names.ts';
import { DEFAULT_KNOBS } from '../../local/zoho-simulator/knobs.ts';
import { hasLocalTable } from '../support/local-table.ts';
import {
  type PipelineInput,
  startTestPipeline,
  type TestPipeline,
} from '../support/running-pipeline.ts';

describe.runIf(hasLocalTable)('a canary', { timeout: 60_000 }, () => {
  let running: TestPipeline;
  afterEach(async () => await running.stop());

  const start = async (input: PipelineInput) => {
    running = await startTestPipeline(input);
    const { pipeline } = running;
    if (pipeline.sendCanary === undefined) throw new Error('there is no canary');
    const { sendCanary } = pipeline;
    return {
      send: sendCanary,
      measured: () => [
        pipeline.metrics.read('CanaryDelivered'),
        pipeline.metrics.read('CanarySeconds') > 0,
      ],
      states: async () =>
        (await running.items())
          .filter(({ pk, sk }) => String(pk).startsWith(`EVT#${CANARY_SOURCE}`) && sk === 'STATE')
          .map(({ state, suppression }) => [state, suppression]),
      zohoCalls: async () =>
        (await running.zoho.journal()).map(({ method, path }) => `${method} ${path}`),
    };
  };

  it('in dry run goes as far as Zoho’s door, and leaves no record there', async () => {
    const { send, measured, states, zohoCalls } = await start({ canary: {} });

    expect(await send()).toMatchObject({ kind: 'delivered' });

    expect(measured()).toEqual([1, true]);
    expect(await states()).toEqual([['suppressed', 'canary']]);
    expect(await running.zoho.records('Leads')).toEqual([]);
    expect(await zohoCalls()).toEqual(['POST /oauth/v2/token', 'GET /crm/v8/Leads']);
    expect((await running.items()).filter(({ pk }) => String(pk).startsWith('IDN#'))).toEqual([]);
  });

  it('counts as nobody’s lead', async () => {
    const { send } = await start({ canary: {} });

    await send();

    const { metrics } = running.pipeline;
    for (const name of ['LeadAccepted', 'LeadSuppressed', 'LeadDelivered'] as const) {
      expect(metrics.read(name), name).toBe(0);
    }
    await running.pipeline.sweep();
    expect(metrics.read('SecondsSinceLastEvent', { source: CANARY_SOURCE })).toBe(0);
    expect(await running.items()).toEqual(
      expect.arrayContaining([expect.objectContaining({ pk: `SRC#${CANARY_SOURCE}` })]),
    );
  });

  it('with write is one record, which is updated each time', async () => {
    const { send } = await start({ canary: { crm: 'write' } });

    expect([await send(), await send()]).toMatchObject([
      { kind: 'delivered' },
      { kind: 'delivered' },
    ]);

    const [record, ...others] = await running.zoho.records('Leads');
    expect(others).toEqual([]);
    expect(record?.fields['Email']).toBe('holdfast.canary@example.com');
    const { inserts } = await running.zoho.stats();
    expect(inserts).toBe(1);
  });

  it('does not arrive while nobody delivers, and says so', async () => {
    const { send, measured } = await start({
      canary: { patienceSeconds: 10 },
      options: { consumer: 'elsewhere' },
    });

    expect(await send()).toEqual({ kind: 'missed', why: 'not_in_time' });

    expect(measured()).toEqual([0, false]);
  });

  it('finds out that Zoho refuses our credentials before a lead does: none is set aside', async () => {
    const { send, measured } = await start({ canary: { patienceSeconds: 10 } });
    const body = new URLSearchParams({ token: DEFAULT_KNOBS.refreshToken });
    await fetch(`${running.pipeline.zohoUrl}/oauth/v2/token/revoke`, { method: 'POST', body });

    expect(await send()).toEqual({ kind: 'missed', why: 'not_in_time' });

    expect(measured()).toEqual([0, false]);
    const breaker = (await running.items()).find(({ pk }) => pk === 'BRK#zoho');
    expect(breaker).toMatchObject({ state: 'open', reason: 'authorization' });
    expect(await running.deadLetters()).toEqual([]);
  });
});
