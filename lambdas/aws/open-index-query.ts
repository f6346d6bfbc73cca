import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { type OpenPartition, openPartitionKey } from '../core/open-index.ts';
import { OPEN_INDEX } from '../core/pipeline-names.ts';
import type { OpenMeasure, OpenPage, OpenPageRequest } from '../core/ports/events.ts';
import { queryPage, type Table } from './table.ts';
import { fromAttributes, toAttributes } from './table-expression.ts';
import { eventOfPartition } from './table-keys.ts';

/** A page of a partition of the `open` index, oldest first. Eventually consistent, as indexes are. */
export async function listOpen(
  table: Table,
  partition: OpenPartition,
  page: OpenPageRequest,
): Promise<OpenPage> {
  const found = await queryPage(
    table,
    {
      text: 'open_pk = :partition AND open_sk < :before',
      values: {
        ':partition': openPartitionKey(partition),
        ':before': new Date(page.receivedBeforeMs).toISOString(),
      },
    },
    {
      IndexName: OPEN_INDEX,
      Limit: page.limit,
      ...(page.cursor === undefined ? {} : { ExclusiveStartKey: readCursor(page.cursor) }),
    },
  );
  return {
    keys: found.items.map((item) => eventOfPartition(String(item['pk']))),
    ...(found.next === undefined ? {} : { cursor: JSON.stringify(fromAttributes(found.next)) }),
  };
}

/**
 * How many events a partition lists, and since when the oldest.
 *
 * @param countMax counts no further, 1 or more
 */
export async function measureOpen(
  table: Table,
  partition: OpenPartition,
  countMax: number,
): Promise<OpenMeasure> {
  const all = {
    text: 'open_pk = :partition',
    values: { ':partition': openPartitionKey(partition) },
  };
  const first = await queryPage(table, all, { IndexName: OPEN_INDEX, Limit: 1 });
  const oldest = first.items[0]?.['open_sk'];
  if (typeof oldest !== 'string') return { count: 0 };

  // The oldest is counted by the first query; it may end before the second.
  let count = 1;
  for (let next = first.next; next !== undefined && count < countMax; ) {
    const page = await queryPage(table, all, {
      IndexName: OPEN_INDEX,
      Select: 'COUNT',
      Limit: countMax - count,
      ExclusiveStartKey: next,
    });
    count += page.count;
    next = page.next;
  }
  return { count, oldestReceivedAt: oldest };
}

const cursorSchema = z.record(z.string(), z.string());

function readCursor(cursor: string): Record<string, AttributeValue> {
  return toAttributes(cursorSchema.parse(JSON.parse(cursor)));
}
