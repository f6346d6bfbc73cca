import { describe, expect, it } from 'vitest';
import {
  DUE_TOLERANCE_MS,
  decideClaim,
  type EventRecord,
} from '../../../lambdas/core/event-record.ts';
import { anEventRecord, T0 } from '../../support/event-builders.ts';

const CLAIMABLE = { kind: 'claimable' };

function decide(record: EventRecord, quarantineId?: string) {
  return decideClaim(record, {
    nowMs: T0,
    ...(quarantineId === undefined ? {} : { quarantineId }),
  });
}

describe('a claim', () => {
  it.each(['received', 'held'] as const)('takes an event that is %s', (state) => {
    expect(decide(anEventRecord({ state }))).toEqual(CLAIMABLE);
  });

  it.each(['succeeded', 'suppressed'] as const)('finds nothing to do once it is %s', (state) => {
    const record = anEventRecord({ state, quarantineId: 'q1' });

    expect(decide(record, 'q1')).toEqual({ kind: 'ended', record });
  });

  it('takes a failed event once it is due, but for what two clocks may differ', () => {
    const at = (nextDueAtMs: number) => decide(anEventRecord({ state: 'failed', nextDueAtMs }));

    expect(at(T0 + DUE_TOLERANCE_MS)).toEqual(CLAIMABLE);
    expect(at(T0 + DUE_TOLERANCE_MS + 1)).toEqual({
      kind: 'not_due',
      dueAtMs: T0 + DUE_TOLERANCE_MS + 1,
    });
  });

  it('takes an event from a consumer whose lease has ended, and not a moment earlier', () => {
    const at = (leaseUntilMs: number) =>
      decide(anEventRecord({ state: 'processing', leaseToken: 'other', leaseUntilMs }));

    expect(at(T0)).toEqual(CLAIMABLE);
    expect(at(T0 + 1)).toEqual({ kind: 'in_progress', untilMs: T0 + 1 });
  });

  it.each(['failed', 'processing'] as const)(
    'takes a %s event that does not say until when it waits',
    (state) => {
      expect(decide(anEventRecord({ state }))).toEqual(CLAIMABLE);
    },
  );

  it('opens a quarantine with its own id only', () => {
    const record = anEventRecord({ state: 'quarantined', quarantineId: 'q2' });

    expect(decide(record, 'q2')).toEqual(CLAIMABLE);
    expect(decide(record, 'q1')).toEqual({ kind: 'ended', record });
    expect(decide(record)).toEqual({ kind: 'ended', record });
  });

  it('does not open a quarantine without an id for a message without one', () => {
    const record = anEventRecord({ state: 'quarantined' });

    expect(decide(record)).toEqual({ kind: 'ended', record });
  });
});
