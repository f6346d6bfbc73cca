/**
 * HEAD: the merged state of one identity, the person or company that one CRM record stands for.
 */

/** One field's winning value and where it came from. */
export interface HeadField {
  readonly value: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  /** 0–100; decides between events of the same moment, and guards identifier fields. */
  readonly trust: number;
  /** Idempotency key of the event that brought the value. */
  readonly event: string;
  /** HEAD version that last changed this field. */
  readonly version: number;
}

export interface Head {
  readonly module: string;
  readonly identity: string;
  /** Counts every write of the item; the compare-and-set guard. */
  readonly revision: number;
  /** Counts merges that changed something. */
  readonly version: number;
  /** The newest version that the CRM is known to hold. */
  readonly confirmedVersion: number;
  readonly fields: Readonly<Record<string, HeadField>>;
  readonly crmRecordId?: string;
  /** What the last confirmed write did. */
  readonly crmAction?: 'insert' | 'update';
  /** Who may write this identity's record now. */
  readonly leaseToken?: string;
  readonly leaseUntilMs?: number;
}
