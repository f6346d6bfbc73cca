import * as z from 'zod/mini';

/** Entries kept; older ones are dropped. */
const ENTRIES_MAX = 5_000;

const journalEntrySchema = z.object({
  sequence: z.number(),
  at: z.string(),
  method: z.string(),
  path: z.string(),
  query: z.string(),
  /** 0 when no answer was sent. */
  status: z.number(),
  rows: z.number(),
  credits: z.number(),
  durationMs: z.number(),
  /** The fault that struck the request. */
  fault: z.nullable(z.string()),
  /** Empty for token requests: they carry credentials. */
  requestBody: z.string(),
  responseBody: z.string(),
});

/** One request as it came and was answered. */
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** Reads entries as the admin endpoint sends them. */
export function parseJournal(value: unknown): JournalEntry[] {
  return z.array(journalEntrySchema).parse(value);
}

/** The last requests, oldest first. */
export class RequestJournal {
  private kept: JournalEntry[] = [];
  private sequence = 0;
  private readonly statuses = new Map<string, number>();

  add(entry: Omit<JournalEntry, 'sequence'>): void {
    this.sequence += 1;
    this.kept.push({ sequence: this.sequence, ...entry });
    if (this.kept.length > ENTRIES_MAX * 2) this.kept = this.kept.slice(-ENTRIES_MAX);
    const status = String(entry.status);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  entries(): readonly JournalEntry[] {
    return this.kept.slice(-ENTRIES_MAX);
  }

  /** Requests by status, those no longer kept included. */
  byStatus(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.statuses);
  }

  clear(): void {
    this.kept = [];
    this.sequence = 0;
    this.statuses.clear();
  }
}
