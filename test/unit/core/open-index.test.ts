import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failure } from '../../../lambdas/core/failure.ts';
import {
  OPEN_PARTITIONS,
  openPartitionKey,
  openPartitionOf,
  openShardOf,
} from '../../../lambdas/core/open-index.ts';
import { anEventRecord } from '../../support/event-builders.ts';

const SENT_AT = '2026-11-22T04:00:00.000Z';

function keyOf(overrides: Parameters<typeof anEventRecord>[0]): string | undefined {
  const partition = openPartitionOf(anEventRecord(overrides));
  return partition === undefined ? undefined : openPartitionKey(partition);
}

describe('the open index', () => {
  it('lists an event that has not ended among the open ones, by its key', () => {
    const open = `OPEN#${openShardOf(anEventRecord().key)}`;

    expect(keyOf({ state: 'received' })).toBe(open);
    expect(keyOf({ state: 'processing' })).toBe(open);
    expect(keyOf({ state: 'failed' })).toBe(open);
  });

  it('leaves an event once it has ended', () => {
    expect(keyOf({ state: 'succeeded' })).toBeUndefined();
    expect(keyOf({ state: 'suppressed' })).toBeUndefined();
  });

  it('lists held events apart', () => {
    expect(keyOf({ state: 'held' })).toBe('HELD');
  });

  it('keeps a quarantine among the open ones until its letter is sent, then by its class', () => {
    const quarantined = { state: 'quarantined', failure: failure('crm_unauthorized') } as const;

    expect(keyOf(quarantined)).toMatch(/^OPEN#\d$/);
    expect(keyOf({ ...quarantined, dlqSentAt: SENT_AT })).toBe('QUAR#authorization');
  });

  it('lists a quarantine without a failure as one that a person must look at', () => {
    expect(keyOf({ state: 'quarantined', dlqSentAt: SENT_AT })).toBe('QUAR#permanent');
  });

  it('names every partition that an open event may be in', () => {
    const names = OPEN_PARTITIONS.map(openPartitionKey);

    expect(names).toEqual(['OPEN#0', 'OPEN#1', 'OPEN#2', 'OPEN#3']);
    fc.assert(
      fc.property(fc.string(), (key) => {
        expect(names).toContain(keyOf({ key, state: 'received' }));
      }),
    );
  });

  // Stored events were listed under these: another way to choose would lose sight of them.
  it.each([
    ['website|lead.created|1001', 1],
    ['website|lead.created|1002', 3],
    ['demo|form_response|9f3c', 3],
    ['', 3],
  ])('keeps %s in the shard that it has always had', (key, shard) => {
    expect(openShardOf(key)).toBe(shard);
  });
});
