import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { STAGE_CONFIG } from '../../../lib/stage-config.ts';

/** Something that an erasure does not reach. */
export interface Remaining {
  readonly what: string;
  /** ISO 8601; absent where it has no end of its own. */
  readonly until?: string;
  readonly note: string;
}

/** What is asked about. */
export interface RemainsContext {
  readonly config: Pick<HoldfastConfig, 'retention'>;
  readonly isLocal: boolean;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;

/**
 * Point-in-time recovery as the stack sets it up: AWS's longest, and its default (Amazon DynamoDB, Point-in-time
 * recovery, read 2026-11-22). No later than this can the table be restored to a moment before the erasure.
 */
const RECOVERY_DAYS = 35;

/** What remains after an erasure, where, and until when. */
export function whatRemains({ config, isLocal, nowMs }: RemainsContext): readonly Remaining[] {
  const inDays = (days: number) => ({ until: new Date(nowMs + days * DAY_MS).toISOString() });
  const { deliveryQueue, deadLetterQueue, functionLogDays, api } = STAGE_CONFIG;
  const queueDays = Math.max(deliveryQueue.retentionDays, deadLetterQueue.retentionDays);
  const logDays = Math.max(functionLogDays, api.accessLogDays);
  return [
    ...(isLocal
      ? []
      : [
          {
            what: 'point-in-time recovery of the table',
            ...inDays(RECOVERY_DAYS),
            note: 'whoever restores the table to a moment before now erases the person again',
          },
        ]),
    {
      what: 'tombstones',
      ...inDays(config.retention.eventDays),
      note: 'keys of the leads, so that their senders cannot bring them back; no content',
    },
    {
      what: 'names of the identity',
      note: 'keyed hashes, without an end, so that a record left in Zoho is not taken for a new one',
    },
    {
      what: 'messages in the queues',
      ...inDays(queueDays),
      note: 'keys of leads; whoever receives one finds the tombstone',
    },
    {
      what: 'logs',
      ...(isLocal ? {} : inDays(logDays)),
      note: 'keys of leads and keyed hashes; no address, number or name',
    },
    { what: 'the journal', note: 'this act, with its reason and the keys; no address' },
    {
      what: 'Zoho, and the forms’ providers',
      note: 'not Holdfast’s: delete the person there, too',
    },
    { what: 'your own exports and backups', note: 'not known to Holdfast' },
  ];
}
