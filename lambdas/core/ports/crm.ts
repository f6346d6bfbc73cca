import type { Failure } from '../failure.ts';

/** Which record a row is about. */
export interface CrmRowRef {
  /** What stands for the person; at most 255 characters, never a personal datum itself. */
  readonly identity: string;
  /** The CRM's record, once it is known. */
  readonly recordId?: string;
}

/** One record to be written: an identity's merged state. Field names are canonical. */
export interface CrmRow extends CrmRowRef {
  readonly version: number;
  /** The whole merged state, for a record that does not exist yet or is gone. */
  readonly values: Readonly<Record<string, string>>;
  /** The fields that the CRM does not hold yet. */
  readonly changed: readonly string[];
  /** Whether a record may be made where there is none: not for sources that only update. */
  readonly mayCreate: boolean;
}

/**
 * What became of one row.
 *
 * - `written`: the CRM confirmed it
 * - `converted`: nothing was written, because the lead was turned into a contact, or a contact holds its
 *   unique value; `contactId` where the CRM says which
 * - `failed`: it was not confirmed; `mayHaveHappened` tells an answer that did not come (the write may
 *   still take place for a while) from a refusal. `retryAfterMs` is what the CRM asked for.
 */
export type CrmRowOutcome =
  | {
      readonly kind: 'written';
      readonly recordId: string;
      readonly action: 'insert' | 'update';
    }
  | { readonly kind: 'converted'; readonly failure: Failure; readonly contactId?: string }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly mayHaveHappened: boolean;
      readonly retryAfterMs?: number;
    };

/** A row that was not confirmed. */
export type FailedRow = Extract<CrmRowOutcome, { kind: 'failed' }>;

/** What a call to the CRM tells of the organisation beside its own result. */
export interface CrmAccount {
  /** API credits of the day that are left; absent where the CRM did not say. */
  readonly creditsRemaining?: number;
}

/** What became of one write. */
export interface CrmWriteResult extends CrmAccount {
  /** One outcome a row, in the order of the rows. */
  readonly outcomes: readonly CrmRowOutcome[];
}

/**
 * What the CRM holds of a record whose last write got no answer.
 *
 * - `held`: there is a record; `version` is what it carries (0: none of ours)
 * - `absent`: there is no such record, or not yet
 * - `unknown`: it could not be read now; `failure` says why
 * - `unsupported`: it can't ever be read back (no field for the version, no right to read)
 */
export type CrmReadBack =
  | { readonly kind: 'held'; readonly recordId: string; readonly version: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly failure: Failure; readonly retryAfterMs?: number }
  | { readonly kind: 'unsupported' };

/** What became of a read-back. */
export interface CrmReadBackResult extends CrmAccount {
  /** One a reference, in order. */
  readonly readings: readonly CrmReadBack[];
}

/** Whether the CRM answers us, as a call told that changes nothing. */
export type CrmProbeResult = CrmAccount &
  (
    | { readonly kind: 'answered' }
    | { readonly kind: 'failed'; readonly failure: Failure; readonly retryAfterMs?: number }
  );

/** A note on a contact, in place of an update of the lead that became it. */
export interface CrmNote {
  readonly contactId: string;
  /** Stands in the title, so that a note whose answer got lost is found again. Never personal. */
  readonly mark: string;
  /** What the submission said: canonical field → value. */
  readonly values: Readonly<Record<string, string>>;
}

/** Writes records to the CRM, and reads back what it may have written. */
export interface CrmWriter {
  /** Rows that one call takes at most. */
  readonly rowsMax: number;
  /** The longest that one `write`, `readBack`, `probe` or `addNote` may take, in milliseconds. */
  readonly writeTimeoutMs: number;
  /**
   * Writes rows, one attempt each. Never throws: whatever happens is an outcome.
   *
   * @param rows 1 to `rowsMax`, each identity at most once
   */
  write(rows: readonly CrmRow[]): Promise<CrmWriteResult>;
  /**
   * Reads records back by id, or by key where the id is not known. Never throws.
   *
   * @param refs 1 to `rowsMax`, each identity at most once
   */
  readBack(refs: readonly CrmRowRef[]): Promise<CrmReadBackResult>;
  /** Asks whether the CRM takes our credentials and lets us at the records, with one call that only reads. Never throws. */
  probe(): Promise<CrmProbeResult>;
  /**
   * Adds a note to a contact, unless one with this mark is there. Never throws.
   *
   * @returns `written` with the note's id, or `failed`
   */
  addNote(note: CrmNote): Promise<Extract<CrmRowOutcome, { kind: 'written' | 'failed' }>>;
}
