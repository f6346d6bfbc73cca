import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { fromAttributes, toAttributes } from './table-expression.ts';

const cursorSchema = z.record(z.string(), z.string());

/** Where a page ended, as text that can be handed out. Keys of the table and its indexes are texts. */
export function writeCursor(next: Record<string, AttributeValue>): string {
  return JSON.stringify(fromAttributes(next));
}

/** Where to go on, from the text of `writeCursor`. */
export function readCursor(cursor: string): Record<string, AttributeValue> {
  return toAttributes(cursorSchema.parse(JSON.parse(cursor)));
}
