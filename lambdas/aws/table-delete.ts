import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { StoreUnavailableError } from '../core/errors.ts';
import type { Table } from './table.ts';
import { type ItemKey, toAttributes } from './table-expression.ts';

/**
 * Deletes an item. Only an operator's credentials may: no function has the right to it.
 *
 * @returns whether it was there
 * @throws {StoreUnavailableError} the table did not answer or refused; the item may be gone
 */
export async function deleteItem(table: Table, key: ItemKey): Promise<boolean> {
  try {
    const output = await table.client.send(
      new DeleteItemCommand({
        TableName: table.tableName,
        Key: toAttributes({ ...key }),
        ReturnValues: 'ALL_OLD',
      }),
    );
    return output.Attributes !== undefined;
  } catch (error) {
    throw new StoreUnavailableError('The event store', error);
  }
}
