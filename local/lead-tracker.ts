import { SUPPRESSIONS } from '../lambdas/core/event-record.ts';
import type { LogFields } from '../lambdas/core/log-fields.ts';
import { formatLiveLine } from './live-lines.ts';
import type { LogEntry } from './local-log.ts';

/** How far a lead has come. */
export type LeadProgress =
  | {
      readonly kind: 'delivered';
      readonly recordId: string;
      readonly action: NonNullable<LogFields['crm_action']>;
      readonly atMs: number;
    }
  /** Not delivered, and why, in a line for a person. It may still be later. */
  | { readonly kind: 'stopped'; readonly line: string };

/** Follows leads by what the functions log of them. */
export interface LeadTracker {
  /** Takes every log entry. */
  readonly observe: (entry: LogEntry) => void;
  /** The last that was heard of an event. */
  readonly progressOf: (key: string) => LeadProgress | undefined;
  /**
   * Waits until each event is delivered, or can't be without a person.
   *
   * @returns whether all are within the time
   */
  readonly whenSettled: (keys: readonly string[], timeoutMs: number) => Promise<boolean>;
}

/** Follows leads through the functions' log entries, by their idempotency keys. */
export function createLeadTracker(): LeadTracker {
  const progress = new Map<string, LeadProgress>();
  const waits = new Set<(key: string) => void>();

  return {
    observe: (entry) => {
      const key = entry.fields.idempotency_key;
      const step = key === undefined ? undefined : readProgress(entry);
      if (key === undefined || step === undefined) return;
      progress.set(key, step);
      for (const notice of waits) notice(key);
    },
    progressOf: (key) => progress.get(key),
    whenSettled: (keys, timeoutMs) =>
      new Promise((resolve) => {
        const waiting = new Set(keys);
        const end = (settled: boolean) => {
          clearTimeout(timer);
          waits.delete(notice);
          resolve(settled);
        };
        const notice = (key: string) => {
          waiting.delete(key);
          if (waiting.size === 0) end(true);
        };
        const timer = setTimeout(() => end(false), timeoutMs);
        waits.add(notice);
        for (const key of keys) {
          if (progress.has(key)) waiting.delete(key);
        }
        if (waiting.size === 0) end(true);
      }),
  };
}

const STOPPING_OUTCOMES: ReadonlySet<string> = new Set(['held', ...SUPPRESSIONS]);

function readProgress(entry: LogEntry): LeadProgress | undefined {
  const { fields, service } = entry;
  if (service === 'sweeper') return undefined;
  if (fields.outcome === 'delivered') {
    return {
      kind: 'delivered',
      recordId: fields.crm_record_id ?? '',
      action: fields.crm_action ?? 'none',
      atMs: entry.at.getTime(),
    };
  }
  const hasStopped =
    fields.quarantine_id !== undefined || STOPPING_OUTCOMES.has(fields.outcome ?? '');
  return hasStopped ? { kind: 'stopped', line: formatLiveLine(entry) ?? entry.message } : undefined;
}
