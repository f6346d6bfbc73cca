import type { EventRecord } from '../../lambdas/core/event-record.ts';
import type { CrmRow, CrmRowOutcome } from '../../lambdas/core/ports/crm.ts';
import type { Breaker } from '../../lambdas/core/breaker.ts';
import type { StoreScanner } from '../../lambdas/core/ports/store-scan.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IntakeResponse } from '../../lambdas/intake/intake-request.ts';
import type { StoredRecord } from '../zoho-simulator/records/record.ts';
import type { Container } from './container.ts';
import type { EventFacts, Facts } from './facts.ts';
import type { FaultMix } from './fault-table.ts';
import type { Plan } from './scenarios.ts';
import type { Submission } from './submission.ts';

/** A guarantee, or a limit that keeps one. */
export type InvariantName =
  | 'G1 acknowledged is stored'
  | 'G2 ends only forward'
  | 'G2 listed while open'
  | 'G2 everything ends'
  | 'G2 the holder completes'
  | 'G3 accepted once'
  | 'G3 one record a key'
  | 'G3 one record a person'
  | 'G3 each version once'
  | 'G3 one note an event'
  | 'G4 record is the fold'
  | "G4 a person's correction stays"
  | 'G5 no quarantine by outage'
  | 'G5 few calls refused'
  | 'G6 permanent at once'
  | 'G6 quarantine has a reason'
  | 'G6 suppression has a reason'
  | 'G6 letters tell the truth'
  | 'G7 keys stay'
  | 'G7 a redrive opens'
  | 'G7 replays are recorded'
  | 'G8 nothing personal'
  | 'G9 nothing is left'
  | 'limits token requests'
  | 'limits calls at a time'
  | 'limits delivery off'
  | 'limits breaker'
  | 'limits attempts'
  | 'limits sweeper'
  | 'limits details'
  | 'limits update only'
  | 'code runs without error';

/** A guarantee that a run broke. */
export interface Violation {
  readonly invariant: InvariantName;
  /** What happened, in a sentence. */
  readonly sentence: string;
  readonly atMs: number;
}

/** What an observer knows, and how it reports. */
export interface ObserverContext {
  readonly facts: Facts;
  readonly plan: Plan;
  readonly mix: FaultMix;
  readonly events: EventStore;
  /** Everything that is stored. */
  readonly items: StoreScanner;
  readonly nowMs: () => number;
  /** Counts one check, and reports it if it failed. */
  readonly check: (invariant: InvariantName, holds: boolean, sentence: () => string) => void;
}

/** One write to the CRM's records. */
export interface Commit {
  readonly by: 'holdfast' | 'person';
  readonly before: StoredRecord | undefined;
  readonly after: StoredRecord;
}

/** Looks on, and checks. Each method is called after the step that it names. */
export interface Observer {
  /** An operator's message opens a quarantine. */
  replayed?(key: string, quarantineId: string): Promise<void>;
  answered?(submission: Submission, body: string, response: IntakeResponse): Promise<void>;
  eventChanged?(event: EventFacts, before: EventRecord | undefined): void;
  committed?(commit: Commit): void;
  removed?(recordId: string): void;
  /** An HTTP request leaves a process for the CRM, or reaches the accounts server. */
  requested?(container: Container, to: 'crm' | 'accounts'): void;
  /** It was answered with this status; 0 when it was not. */
  responded?(container: Container, to: 'crm' | 'accounts', status: number): void;
  /** A process hands rows to the CRM writer. */
  writing?(container: Container, rows: readonly CrmRow[]): void;
  written?(container: Container, rows: readonly CrmRow[], outcomes: readonly CrmRowOutcome[]): void;
  /** The store says that an event is new. */
  accepted?(key: string): void;
  /** The details of an event have been stored, by whoever showed this lease. */
  completed?(key: string, leaseToken: string): void;
  /** A provider's API is asked for a lead, by its id there. */
  detailsAsked?(id: string): void;
  /** A process has sent a delivery message. */
  enqueued?(container: Container): void;
  /** A dead letter has reached its queue. */
  lettered?(key: string, quarantineId: string): void;
  /** An operator has moved a dead letter back. */
  redriven?(key: string, quarantineId: string): void;
  /** A process has read or stored the breaker. */
  breakerSeen?(container: Container, breaker: Breaker | undefined): void;
  died?(container: Container): void;
  /** Text leaves a process for a log, a metric or a queue. */
  told?(text: string, where: string): void;
  failedInside?(error: unknown, where: string): void;
  deliverySwitched?(isOn: boolean): void;
  atRest?(): Promise<void>;
}
