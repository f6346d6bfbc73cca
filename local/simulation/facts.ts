import type { PersonName } from '../../lambdas/operations/person/person.ts';
import type { EventRecord } from '../../lambdas/core/event-record.ts';
import type { Submission } from './submission.ts';

/** What is known of a stored event, from outside the code under test. */
export interface EventFacts {
  readonly key: string;
  /** What its sender sent, first. */
  readonly submission: Submission;
  /** Bodies that were accepted or known under its key. */
  readonly body: string;
  record: EventRecord;
  /** The identity that it was linked to, once it was. */
  identity?: string;
  /** Dead letters that reached the queue, by quarantine. */
  readonly letters: Set<string>;
  /** Processes that died of a neighbour's poison with this event in their hands. */
  neighbourDeaths: number;
}

/** Who wrote a field last, and what. */
export interface FieldFacts {
  readonly by: 'holdfast' | 'person';
  readonly value: unknown;
}

/** What is known of one CRM record, from its commits. */
export interface RecordFacts {
  readonly id: string;
  readonly module: string;
  readonly madeBy: 'holdfast' | 'person';
  key?: string;
  /** Deleted or converted. */
  gone?: 'deleted' | 'converted';
  readonly fields: Map<string, FieldFacts>;
  /** Each `field=value` that Holdfast ever wrote. */
  readonly written: Set<string>;
  /** Version → commits. */
  readonly commits: Map<number, number>;
  workflowRuns: number;
}

/** Everything that was observed in a run. */
export interface Facts {
  readonly events: Map<string, EventFacts>;
  /** A request's body → the submission that it carries. */
  readonly byBody: Map<string, Submission>;
  readonly records: Map<string, RecordFacts>;
  /** Identity → times that it was handed to the CRM writer. */
  readonly writes: Map<string, number>;
  /** Events whose details have been stored. */
  readonly completed: Set<string>;
  /** Id of a submission at its provider's API → times that it was asked for. */
  readonly reads: Map<string, number>;
  /** Persons whom an operator erases, by how they were named: an e-mail address, or a lead's key. */
  readonly erasures: Map<string, ErasureFacts>;
  /** Events that have not ended. */
  open: number;
}

/** What is known of the erasure of a person. */
export interface ErasureFacts {
  readonly name: PersonName;
  /** It was carried out to its end, and a second look found nothing; `false` after an interruption. */
  isDone: boolean;
  /** Identities that were found. */
  readonly identities: Set<string>;
}

/** Before anything happened. */
export function newFacts(): Facts {
  return {
    events: new Map(),
    byBody: new Map(),
    records: new Map(),
    writes: new Map(),
    completed: new Set(),
    reads: new Map(),
    erasures: new Map(),
    open: 0,
  };
}

/** Whether nothing is left to be done for an event. */
export function hasEnded(record: EventRecord): boolean {
  switch (record.state) {
    case 'succeeded':
    case 'suppressed':
    case 'closed':
    case 'erased':
      return true;
    case 'quarantined':
      return record.dlqSentAt !== undefined;
    case 'received':
    case 'processing':
    case 'failed':
    case 'held':
      return false;
  }
}
