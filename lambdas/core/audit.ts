import type { FailureCode } from './failure.ts';

/** Everything that an operator can do to an event. */
export const AUDIT_ACTIONS = ['replayed', 'mapped_anew', 'closed'] as const;

/** What an operator did to an event. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One operator's action on one event: who, when, why. */
export interface AuditEntry {
  /** Unique among the event's entries. */
  readonly id: string;
  readonly action: AuditAction;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** The AWS identity that did it (an ARN), or `local` on one machine. */
  readonly by: string;
  /** Why, in the operator's words. */
  readonly reason: string;
  /** The quarantine that was opened, or closed. */
  readonly quarantineId?: string;
  /** What the event lay in quarantine for: once it is delivered, its record no longer says so. */
  readonly failureCode?: FailureCode;
  /** The mapping that the event was read with anew. */
  readonly mappingVersion?: string;
}
