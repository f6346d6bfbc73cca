/**
 * The `open` index lists every event that has not ended, so that none can be forgotten: nothing
 * leaves it but by ending.
 *
 * ```
 * received, processing, failed        OPEN#<shard>
 * quarantined, its letter not sent    OPEN#<shard>
 * quarantined, its letter sent        QUAR#<failure class>
 * held                                HELD
 * succeeded, suppressed, closed, erased   not in the index
 * ```
 *
 * A quarantine that nobody has been told of is not an end: it stays among the open ones until its dead
 * letter is sent. So the sweeper has to look at open events only.
 */
import { createHash } from 'node:crypto';
import type { EventRecord } from './event-record.ts';
import type { FailureClass } from './failure.ts';

/** A partition of the `open` index. */
export type OpenPartition =
  | { readonly kind: 'open'; readonly shard: number }
  | { readonly kind: 'held' }
  | { readonly kind: 'quarantined'; readonly failureClass: FailureClass };

/** Open events are spread over this many partitions, so that no single one carries all writes. */
const OPEN_SHARDS = 4;

/** The shard of an event: 0 to `OPEN_SHARDS - 1`, the same for ever. */
export function openShardOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt8(0) % OPEN_SHARDS;
}

/** Where an event is listed in its present state. */
export function openPartitionOf(
  record: Pick<EventRecord, 'key' | 'state' | 'failure' | 'dlqSentAt'>,
): OpenPartition | undefined {
  switch (record.state) {
    case 'received':
    case 'processing':
    case 'failed':
      return { kind: 'open', shard: openShardOf(record.key) };
    case 'held':
      return { kind: 'held' };
    case 'quarantined':
      return record.dlqSentAt === undefined
        ? { kind: 'open', shard: openShardOf(record.key) }
        : { kind: 'quarantined', failureClass: record.failure?.class ?? 'permanent' };
    case 'succeeded':
    case 'suppressed':
    case 'closed':
    case 'erased':
      return undefined;
  }
}

/** The partition's key in the index. */
export function openPartitionKey(partition: OpenPartition): string {
  switch (partition.kind) {
    case 'open':
      return `OPEN#${partition.shard}`;
    case 'held':
      return 'HELD';
    case 'quarantined':
      return `QUAR#${partition.failureClass}`;
  }
}

/** All partitions of events that wait for delivery. */
export const OPEN_PARTITIONS: readonly OpenPartition[] = Array.from(
  { length: OPEN_SHARDS },
  (_, shard) => ({ kind: 'open', shard }),
);
