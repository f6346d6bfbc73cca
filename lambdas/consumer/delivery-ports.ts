import type { HoldfastConfig } from '../core/config.ts';
import type { CrmWriter } from '../core/ports/crm.ts';
import type { DetailsReader } from '../core/ports/details-reader.ts';
import type { EventRecord } from '../core/event-record.ts';

import type { BreakerStore } from '../core/ports/crm-access.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { IdentityStore } from '../core/ports/identities.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock, Ids, Random } from '../core/ports/world.ts';
import type { NoteFields } from '../operations/submission/note-fields.ts';
import type { CrmGate } from './crm-gate.ts';

/** What delivering leads needs of the world. */
export interface DeliveryPorts {
  readonly events: EventStore;
  readonly identities: IdentityStore;
  readonly breakers: BreakerStore;
  readonly crm: CrmWriter;
  readonly details: DetailsReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly metrics: Metrics;
}

/** What delivering leads needs to know. */
export interface DeliveryContext {
  readonly config: HoldfastConfig;
  /** The installation's secret, for identities. */
  readonly pepper: string;
  /** When the invocation must be over, in epoch milliseconds. */
  readonly deadlineMs: number;
  /** The way through the breaker. */
  readonly gate: CrmGate;
  /** Notes which fields a source's submissions have, where they are told here first. */
  readonly noteFields: NoteFields;
}

/** An event that this consumer has claimed. Its log carries the event's own fields. */
export interface ClaimedEvent {
  readonly record: EventRecord;
  /** Proves the claim; every write but a success is fenced by it. */
  readonly leaseToken: string;
  readonly log: Log;
}
