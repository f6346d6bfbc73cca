import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import { JOURNAL_ACTIONS, type JournalEntry } from '../core/journal.ts';
import type { JournalPage, JournalRequest, OperatorJournal } from '../core/ports/journal.ts';
import { putIf, queryPage, type Table } from './table.ts';
import type { Item } from './table-expression.ts';
import { journalKey } from './table-keys.ts';

/** The operators' journal on DynamoDB, a partition a month. */
export function createDynamoDbJournal(table: Table): OperatorJournal {
  return {
    record: async (entry) => {
      const { id, touchedCount, ...rest } = entry;
      await putIf(table, {
        ...journalKey(entry.at, id),
        id,
        ...rest,
        touched: entry.touched.map((each) => ({ ...each })),
        touched_count: touchedCount,
      });
    },
    list: async (request) => await list(table, request),
  };
}

/** Goes back month by month until the page is full. */
async function list(table: Table, request: JournalRequest): Promise<JournalPage> {
  const { fromMs, beforeMs, limit, cursor } = request;
  const from = new Date(fromMs).toISOString();
  let before = cursor ?? new Date(beforeMs).toISOString();
  const entries: JournalEntry[] = [];
  let month = monthOf(before);
  while (from < before && month >= monthOf(from)) {
    const page = await queryPage(
      table,
      {
        text: 'pk = :month AND sk BETWEEN :from AND :before',
        values: { ':month': journalKey(month, '').pk, ':from': from, ':before': before },
      },
      // One more than is wanted: BETWEEN takes in what lies at `before` itself.
      { ConsistentRead: true, ScanIndexForward: false, Limit: limit - entries.length + 1 },
    );
    for (const item of page.items) {
      if (positionOf(item) >= before) continue;
      entries.push(entryFromItem(item));
      if (entries.length === limit) return { entries, cursor: positionOf(item) };
    }
    // A page may end before the limit, at 1 MB: then the same month goes on behind it.
    if (page.next === undefined) month = monthBefore(month);
    else before = positionOf(page.items.at(-1) ?? {});
  }
  return { entries };
}

function monthOf(at: string): string {
  return at.slice(0, 7);
}

function positionOf(item: Item): string {
  return String(item['sk']);
}

function monthBefore(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return monthOf(new Date(Date.UTC(year, number - 2, 1)).toISOString());
}

const journalItem = z.object({
  id: z.string(),
  action: z.enum(JOURNAL_ACTIONS),
  at: z.string(),
  by: z.string(),
  reason: z.string(),
  outcome: z.enum(['begun', 'done', 'failed']),
  touched: z.array(
    z.object({
      kind: z.enum(['lead', 'identity', 'source', 'secret', 'breaker', 'crm_field']),
      id: z.string(),
    }),
  ),
  touched_count: z.number(),
});

function entryFromItem(item: Item): JournalEntry {
  const parsed = journalItem.safeParse(item);
  if (!parsed.success) throw new StoreUnavailableError('The journal', parsed.error);
  const { touched_count: touchedCount, ...rest } = parsed.data;
  return { ...rest, touchedCount };
}
