import { describe, expect, it } from 'vitest';
import { NEW_BREAKER } from '../../../lambdas/core/breaker.ts';
import { CANARY_SOURCE } from '../../../lambdas/core/pipeline-names.ts';
import type { HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { aDeliveryWorld, event } from '../../support/delivery-world.ts';

const canaryKey = `${CANARY_SOURCE}|lead.created|c1`;
const aCanary = { source: CANARY_SOURCE, idempotency_key: canaryKey };
const DRY: Pick<HoldfastConfigInput, 'canary'> = { canary: {} };
const ENDED = { kind: 'suppressed', suppression: 'canary' };

describe('a canary in dry run', () => {
  it('comes as far as a question to the CRM, and nothing is written anywhere', async () => {
    const world = aDeliveryWorld([], DRY);

    const [outcome] = await world.deliver([await world.claimed(aCanary)]);

    expect(outcome).toEqual(ENDED);
    expect(world.crm.state.probes).toBe(1);
    expect(world.crm.calls).toEqual([]);
    expect(world.crm.notes).toEqual([]);
    expect(await world.head()).toBeUndefined();
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('is never written, in no batch, beside the leads that are', async () => {
    const world = aDeliveryWorld([], DRY);

    const outcomes = await world.deliver([
      await world.claimed(event(1)),
      // The very person of the lead: not even what both say may come from the canary.
      await world.claimed({ ...aCanary, attributes: { first_name: 'Nobody' } }),
      await world.claimed(event(2)),
    ]);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['delivered', 'suppressed', 'delivered']);
    expect(JSON.stringify([world.crm.calls, await world.head()])).not.toContain('Nobody');
  });

  it.each([
    ['is not configured any more', {}],
    ['is in dry run', { canary: { crm: 'dry_run' as const } }],
  ])('is not written by a consumer whose canary %s', async (_, settings) => {
    const world = aDeliveryWorld([], settings);

    const [outcome] = await world.deliver([await world.claimed(aCanary)]);

    expect(outcome).toEqual(ENDED);
    expect(world.crm.calls).toEqual([]);
  });

  it('goes the whole way where the configuration says so', async () => {
    const world = aDeliveryWorld([], { canary: { crm: 'write' } });

    const [outcome] = await world.deliver([await world.claimed(aCanary)]);

    expect(outcome).toMatchObject({ kind: 'delivered', crm: { action: 'insert' } });
    expect(world.crm.state.probes).toBe(0);
  });

  it('comes back when the CRM fails, and the breaker is not told: no lead was refused', async () => {
    const world = aDeliveryWorld([], DRY);
    world.crm.state.probe = {
      kind: 'failed',
      failure: failure('crm_no_answer'),
      retryAfterMs: 12_000,
    };

    const [outcome] = await world.deliver([await world.claimed(aCanary)]);

    expect(outcome).toEqual({ kind: 'deferred', delayMs: 12_000 });
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('opens the breaker when the CRM refuses our credentials, before a lead meets that', async () => {
    const world = aDeliveryWorld([], DRY);
    world.crm.state.probe = { kind: 'failed', failure: failure('crm_unauthorized') };

    const [outcome] = await world.deliver([await world.claimed(aCanary)]);

    expect(outcome?.kind).toBe('deferred');
    expect(await world.breakers.read()).toMatchObject({ state: 'open', reason: 'authorization' });
  });

  // Reading asks for a scope that a write does without: a canary must not stop leads that would be delivered.
  it('does not open the breaker when the CRM only refuses to be read', async () => {
    const world = aDeliveryWorld([], DRY);
    world.crm.state.probe = { kind: 'failed', failure: failure('crm_forbidden') };

    const outcomes = await world.deliver([
      await world.claimed(aCanary),
      await world.claimed(event(1)),
    ]);

    expect(outcomes.map(({ kind }) => kind)).toEqual(['deferred', 'delivered']);
    expect(await world.breakers.read()).toBeUndefined();
  });

  it('says nothing good of a CRM that only reads: failures in a row stay counted', async () => {
    const world = aDeliveryWorld([], DRY);
    const before = { ...NEW_BREAKER, revision: 1, failuresInRow: 3 };
    await world.breakers.save(before);

    await world.deliver([await world.claimed(aCanary)]);

    expect(await world.breakers.read()).toEqual(before);
  });

  it('ends without a call once nobody waits for it any more, whatever became of the CRM', async () => {
    const world = aDeliveryWorld([], DRY);
    const canary = await world.claimed(aCanary);
    world.clock.advance(40_000 + 30_000 + 1);

    const [outcome] = await world.deliver([canary]);

    expect(outcome).toEqual(ENDED);
    expect(world.crm.state.probes).toBe(0);
  });

  it('makes no call for which there is no time', async () => {
    const world = aDeliveryWorld([], DRY);

    const [outcome] = await world.deliver([await world.claimed(aCanary)], 20_000);

    expect(outcome?.kind).toBe('deferred');
    expect(world.crm.state.probes).toBe(0);
  });

  it('is set aside when it names nobody: then nobody could be named', async () => {
    const world = aDeliveryWorld([], DRY);

    const [outcome] = await world.deliver([await world.claimed({ ...aCanary, identity: {} })]);

    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'missing_identity' } });
    expect(world.crm.state.probes).toBe(0);
  });
});
