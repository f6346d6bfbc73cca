import type { JournalEntry } from '../journal.ts';

/** Which entries to list. */
export interface JournalRequest {
  /** Of this time or later, epoch milliseconds. */
  readonly fromMs: number;
  /** Before this time, epoch milliseconds. */
  readonly beforeMs: number;
  /** Entries on a page, 1–1,000. */
  readonly limit: number;
  /** Where the page before ended. */
  readonly cursor?: string;
}

/** Entries, newest first. */
export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/** What operators did. Nothing in it expires. For operators: no function writes it or reads it. */
export interface OperatorJournal {
  /** Stores an entry; one with the same `at` and `id` is replaced. */
  record(entry: JournalEntry): Promise<void>;
  list(request: JournalRequest): Promise<JournalPage>;
}
