import * as z from 'zod/mini';
import type { Breaker } from '../core/breaker.ts';
import { StoreUnavailableError } from '../core/errors.ts';
import type { BreakerStore } from '../core/ports/crm-access.ts';
import { getItem, putIf, type Table } from './table.ts';
import { type Item, isNextRevision } from './table-expression.ts';
import { BREAKER_KEY } from './table-keys.ts';

const breakerItem = z.object({
  revision: z.number(),
  state: z.enum(['closed', 'open']),
  reason: z.optional(z.enum(['failures', 'credits', 'authorization', 'misconfigured', 'operator'])),
  opened_at: z.optional(z.number()),
  open_until: z.optional(z.number()),
  open_for: z.optional(z.number()),
  probe_token: z.optional(z.string()),
  probe_until: z.optional(z.number()),
  failures_in_row: z.number(),
  window_started_at: z.number(),
  window_calls: z.number(),
  window_failures: z.number(),
  credits_remaining: z.optional(z.number()),
  operator: z.optional(z.object({ by: z.string(), reason: z.string(), at: z.number() })),
});

/** The breaker on DynamoDB: one item, written by compare-and-set. Times are epoch milliseconds. */
export function createDynamoDbBreakerStore(table: Table): BreakerStore {
  return {
    read: async () => {
      // Read before every batch, so at half the price: a stale answer loses the compare-and-set.
      const item = await getItem(table, BREAKER_KEY, { consistent: false });
      return item === undefined ? undefined : breakerFromItem(item);
    },

    save: async (breaker) => {
      const result = await putIf(table, breakerToItem(breaker), isNextRevision(breaker.revision));
      if (result.kind === 'written') return { kind: 'saved' };
      const { existing } = result;
      return {
        kind: 'changed',
        current: existing === undefined ? undefined : breakerFromItem(existing),
      };
    },
  };
}

function breakerToItem(breaker: Breaker): Item {
  return {
    ...BREAKER_KEY,
    revision: breaker.revision,
    state: breaker.state,
    reason: breaker.reason,
    opened_at: breaker.openedAtMs,
    open_until: breaker.openUntilMs,
    open_for: breaker.openForMs,
    probe_token: breaker.probeToken,
    probe_until: breaker.probeUntilMs,
    failures_in_row: breaker.failuresInRow,
    window_started_at: breaker.windowStartedAtMs,
    window_calls: breaker.windowCalls,
    window_failures: breaker.windowFailures,
    credits_remaining: breaker.creditsRemaining,
    operator: breaker.operator && {
      by: breaker.operator.by,
      reason: breaker.operator.reason,
      at: breaker.operator.atMs,
    },
  };
}

function breakerFromItem(item: Item): Breaker {
  const parsed = breakerItem.safeParse(item);
  if (!parsed.success) throw new StoreUnavailableError('The breaker record', parsed.error);
  const stored = parsed.data;
  return {
    revision: stored.revision,
    state: stored.state,
    failuresInRow: stored.failures_in_row,
    windowStartedAtMs: stored.window_started_at,
    windowCalls: stored.window_calls,
    windowFailures: stored.window_failures,
    ...(stored.reason === undefined ? {} : { reason: stored.reason }),
    ...(stored.opened_at === undefined ? {} : { openedAtMs: stored.opened_at }),
    ...(stored.open_until === undefined ? {} : { openUntilMs: stored.open_until }),
    ...(stored.open_for === undefined ? {} : { openForMs: stored.open_for }),
    ...(stored.probe_token === undefined ? {} : { probeToken: stored.probe_token }),
    ...(stored.operator === undefined
      ? {}
      : {
          operator: {
            by: stored.operator.by,
            reason: stored.operator.reason,
            atMs: stored.operator.at,
          },
        }),
    ...(stored.probe_until === undefined ? {} : { probeUntilMs: stored.probe_until }),
    ...(stored.credits_remaining === undefined
      ? {}
      : { creditsRemaining: stored.credits_remaining }),
  };
}
