import type { Failure } from './failure.ts';

/** One record to be written: an identity's merged state. Field names are canonical. */
export interface CrmRow {
  /** What stands for the person; at most 255 characters, never a personal datum itself. */
  readonly identity: string;
  readonly version: number;
  /** The CRM's record, once it is known. */
  readonly recordId?: string;
  /** The whole merged state, for a record that does not exist yet or is gone. */
  readonly values: Readonly<Record<string, string>>;
  /** The fields that the CRM does not hold yet. */
  readonly changed: readonly string[];
}

/**
 * What became of one row.
 *
 * - `written`: the CRM confirmed it
 * - `failed`: it did not; `mayHaveHappened` tells an answer that did not come (the write may still
 *   take place for a while) from a refusal. `retryAfterMs` is what the CRM asked for.
 */
export type CrmRowOutcome =
  | {
      readonly kind: 'written';
      readonly recordId: string;
      readonly action: 'insert' | 'update';
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly mayHaveHappened: boolean;
      readonly retryAfterMs?: number;
    };

/** A row that was not confirmed. */
export type FailedRow = Extract<CrmRowOutcome, { kind: 'failed' }>;

/** Writes records to the CRM. */
export interface CrmWriter {
  /** Rows that one call takes at most. */
  readonly rowsMax: number;
  /**
   * Whether a row for a record that is not known yet can be sent again at once after an answer that did
   * not come. Without a unique field the CRM may then make a second record: the first try has to be over.
   */
  readonly mayRepeatInserts: boolean;
  /** The longest that one `write` may take, in milliseconds: no lease may end before. */
  readonly writeTimeoutMs: number;
  /**
   * Writes rows, one attempt each. Never throws: whatever happens is an outcome.
   *
   * @param rows 1 to `rowsMax`, each identity at most once
   * @returns one outcome a row, in the order of the rows
   */
  write(rows: readonly CrmRow[]): Promise<readonly CrmRowOutcome[]>;
}
