import type { CrmRow, CrmRowOutcome } from '../core/crm.ts';
import { type FailureCode, failure } from '../core/failure.ts';
import type { Deadline } from './deadline.ts';
import { readRowStatuses } from './request-outcome.ts';
import { refusedRow, rowOutcome } from './row-outcome.ts';
import type { ZohoApi } from './zoho-api.ts';

/** A way to find each row's record and write it. One outcome a row, in order. Never throws. */
export interface RowWriter {
  write(rows: readonly CrmRow[], deadline: Deadline): Promise<readonly CrmRowOutcome[]>;
}

/** One write call as it goes to Zoho. */
export interface RecordWrite {
  readonly kind: 'upsert' | 'update';
  readonly method: 'POST' | 'PUT';
  readonly path: string;
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
 * @returns one outcome a record, in order
 */
export async function writeRecords(
  api: ZohoApi,
  write: RecordWrite,
  deadline: Deadline,
): Promise<readonly CrmRowOutcome[]> {
  const { records, settings } = write;
  if (records.length === 0) return [];
  const reading = await api.send(
    {
      method: write.method,
      path: write.path,
      body: { data: records, ...settings },
      rows: records.length,
    },
    (answer) => readRowStatuses(answer, records.length),
    deadline,
  );
  if (reading.kind === 'read') {
    return reading.value.map((status) => rowOutcome(status, write.kind));
  }

  const { refusal } = reading;
  if (!refusal.rowUnknown) return records.map(() => refusedRow(refusal));
  return oneByOne(records, async (record) => {
    const [outcome] = await writeRecords(api, { ...write, records: [record] }, deadline);
    return outcome ?? notMatched();
  });
}

/**
 * Writes one item after the other, and stops where going on makes no sense: without a token, a right
 * or a free slot, the others would fail alike.
 */
export async function oneByOne<Item>(
  items: readonly Item[],
  write: (item: Item) => Promise<CrmRowOutcome>,
): Promise<readonly CrmRowOutcome[]> {
  const outcomes: CrmRowOutcome[] = [];
  let stopped: CrmRowOutcome | undefined;
  for (const item of items) {
    const outcome: CrmRowOutcome = stopped ?? (await write(item));
    outcomes.push(outcome);
    if (stopsTheRest(outcome)) stopped = { ...outcome, mayHaveHappened: false };
  }
  return outcomes;
}

const STOPPING_FAILURES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'crm_rate_limited',
  'crm_credits_exhausted',
  'crm_token_throttled',
  'crm_token_unavailable',
]);

type FailedRow = Extract<CrmRowOutcome, { kind: 'failed' }>;

function stopsTheRest(outcome: CrmRowOutcome): outcome is FailedRow {
  return (
    outcome.kind === 'failed' &&
    (outcome.failure.class === 'authorization' || STOPPING_FAILURES.has(outcome.failure.code))
  );
}

/** The outcome of a row for which a call brought none. */
export function notMatched(): CrmRowOutcome {
  return {
    kind: 'failed',
    failure: failure('crm_bad_answer', 'the number of rows differs'),
    mayHaveHappened: true,
  };
}
