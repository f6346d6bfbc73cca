import type { CrmRow, FailedRow } from '../core/ports/crm.ts';
import type { FailureCode } from '../core/failure.ts';
import { convertedOutcome } from './conversion.ts';
import { type Refusal, readRowStatuses } from './request-outcome.ts';
import { notMatched, type RowVerdict, refusedRow, rowVerdict } from './row-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/** A way to find each row's record and write it. One verdict a row, in order. Never throws. */
export interface RowWriter {
  write(rows: readonly CrmRow[], session: ZohoSession): Promise<readonly RowVerdict[]>;
}

/** One write call as it goes to Zoho. */
export interface RecordWrite {
  readonly kind: 'upsert' | 'update';
  readonly module: string;
  /** The record that the address names; else each of `records` names its own, or none. */
  readonly recordId?: string;
  readonly records: readonly Readonly<Record<string, string | number>>[];
  /** Beside `data`. Always with `trigger`: without it Zoho runs every automation there is. */
  readonly settings: { readonly trigger: readonly string[] } & Readonly<Record<string, unknown>>;
}

/**
 * Writes records with one call, and decides each by its own status.
 *
 * When Zoho refuses the call for what is in it, but does not say for which row, each row is written in
 * a call of its own: one bad row must not take nine good ones with it.
 *
 * @returns one verdict a record, in order
 */
export async function writeRecords(
  session: ZohoSession,
  write: RecordWrite,
): Promise<readonly RowVerdict[]> {
  const { records, settings, kind, module } = write;
  if (records.length === 0) return [];
  const reading = await session.send(
    {
      method: kind === 'upsert' ? 'POST' : 'PUT',
      path: pathOf(write),
      body: { data: records, ...settings },
      effect: 'write',
      rows: records.length,
    },
    (answer) => readRowStatuses(answer, records.length),
  );
  if (reading.kind === 'read') {
    return reading.value.map((status, at) =>
      rowVerdict(status, kind, module, recordIdOf(write, at)),
    );
  }

  const { refusal } = reading;
  if (records.length === 1 && refusal.failure.code === 'crm_converted') {
    return [convertedRow(refusal, recordIdOf(write, 0))];
  }
  if (!refusal.rowUnknown) return records.map(() => refusedRow(refusal));
  return oneByOne(records, async (record) => writeRecord(session, { ...write, records: [record] }));
}

/** Writes one record. */
export async function writeRecord(session: ZohoSession, write: RecordWrite): Promise<RowVerdict> {
  const [verdict] = await writeRecords(session, write);
  return verdict ?? notMatched();
}

/**
 * Writes one item after the other, and stops where going on makes no sense: without a token, a right
 * or a free slot, the others would fail alike.
 */
export async function oneByOne<Item>(
  items: readonly Item[],
  write: (item: Item) => Promise<RowVerdict>,
): Promise<readonly RowVerdict[]> {
  const verdicts: RowVerdict[] = [];
  let stopped: RowVerdict | undefined;
  for (const item of items) {
    const verdict: RowVerdict = stopped ?? (await write(item));
    verdicts.push(verdict);
    const { outcome } = verdict;
    if (outcome.kind === 'failed' && stopsTheRest(outcome)) {
      stopped = { outcome: { ...outcome, mayHaveHappened: false } };
    }
  }
  return verdicts;
}

const STOPPING_FAILURES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'crm_rate_limited',
  'crm_credits_exhausted',
  'crm_token_throttled',
  'crm_token_unavailable',
]);

function stopsTheRest({ failure }: FailedRow): boolean {
  return failure.class === 'authorization' || STOPPING_FAILURES.has(failure.code);
}

function pathOf({ kind, module, recordId }: RecordWrite): string {
  if (kind === 'upsert') return `${module}/upsert`;
  return recordId === undefined ? module : `${module}/${encodeURIComponent(recordId)}`;
}

function recordIdOf({ kind, recordId, records }: RecordWrite, at: number): string | undefined {
  if (kind === 'upsert' || recordId !== undefined) return recordId;
  const id = records[at]?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** Of a call for one record, an error of the whole request is that record's, too. */
function convertedRow(refusal: Refusal, leadId: string | undefined): RowVerdict {
  return {
    outcome: convertedOutcome(refusal.failure, undefined),
    ...(leadId === undefined ? {} : { leadId }),
  };
}
