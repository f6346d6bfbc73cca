import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { StoreUnavailableError } from '../core/errors.ts';
import {
  type Change,
  type Expression,
  fromAttributes,
  type Item,
  type ItemKey,
  isResultOf,
  namesAndValues,
  toAttributes,
  updateExpression,
} from './table-expression.ts';

/** A table and how to reach it. */
export interface Table {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /**
   * Gets what the table says that each call has used, the index included. A conditional write that was
   * refused is billed too, but its answer does not say how much. Without it, the table is not asked.
   */
  readonly onCapacity?: (used: UsedCapacity) => void;
}

/** Capacity units of one call: a read of up to 4 KB, a write of up to 1 KB. */
export interface UsedCapacity {
  readonly read: number;
  readonly write: number;
}

/** A conditional write either took place or met the item that stood in its way. */
export type ConditionalWrite =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly existing: Item | undefined };

/** An update that took place hands over the item as it is now. */
export type ConditionalUpdate =
  | { readonly kind: 'written'; readonly updated: Item }
  | { readonly kind: 'refused'; readonly existing: Item | undefined };

/**
 * Puts an item if its condition holds.
 *
 * The SDK repeats a call whose answer was lost. If the first one took place, the second is refused, by
 * our own item: that is `written`.
 *
 * @param condition none: whatever lies there is replaced
 * @throws {StoreUnavailableError} the table did not answer or refused; the write may have happened
 */
export async function putIf(
  table: Table,
  item: Item,
  condition?: Expression,
): Promise<ConditionalWrite> {
  const attributes = toAttributes(item);
  const result = await conditional(async () => {
    const output = await table.client.send(
      new PutItemCommand({
        TableName: table.tableName,
        Item: attributes,
        ...(condition === undefined
          ? {}
          : {
              ConditionExpression: condition.text,
              ...namesAndValues(condition.names, condition.values),
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
        ...askForCapacity(table),
      }),
    );
    reportWrite(table, output.ConsumedCapacity);
    return { kind: 'written' } as const;
  });
  const isOurs =
    result.kind === 'refused' &&
    result.wasRepeated &&
    isDeepStrictEqual(result.existing, fromAttributes(attributes));
  return isOurs ? { kind: 'written' } : result;
}

/**
 * Updates an item if its condition holds.
 *
 * As with `putIf`, a repeated call that meets its own result is `written`.
 *
 * @throws {StoreUnavailableError} the table did not answer or refused; the write may have happened
 */
export async function updateIf(
  table: Table,
  key: ItemKey,
  change: Change,
  condition: Expression,
): Promise<ConditionalUpdate> {
  const update = updateExpression(change);
  const result = await conditional(async () => {
    const output = await table.client.send(
      new UpdateItemCommand({
        TableName: table.tableName,
        Key: toAttributes({ ...key }),
        UpdateExpression: update.text,
        ConditionExpression: condition.text,
        ...namesAndValues(
          { ...update.names, ...condition.names },
          { ...update.values, ...condition.values },
        ),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...askForCapacity(table),
      }),
    );
    reportWrite(table, output.ConsumedCapacity);
    return { kind: 'written', updated: fromAttributes(output.Attributes ?? {}) } as const;
  });
  if (result.kind === 'written' || !result.wasRepeated || result.existing === undefined) {
    return result;
  }
  return isResultOf(change, result.existing)
    ? { kind: 'written', updated: result.existing }
    : result;
}

/**
 * Reads an item.
 *
 * @param options.consistent sees every write that was answered before; costs twice as much
 * @throws {StoreUnavailableError} the table did not answer
 */
export async function getItem(
  table: Table,
  key: ItemKey,
  options: { readonly consistent: boolean },
): Promise<Item | undefined> {
  const output = await callTable(
    async () =>
      await table.client.send(
        new GetItemCommand({
          TableName: table.tableName,
          Key: toAttributes({ ...key }),
          ConsistentRead: options.consistent,
          ...askForCapacity(table),
        }),
      ),
  );
  reportRead(table, output.ConsumedCapacity);
  return output.Item === undefined ? undefined : fromAttributes(output.Item);
}

/** One page of what a query finds. */
export interface QueryPage {
  readonly items: readonly Item[];
  readonly count: number;
  /** Absent on the last page. */
  readonly next?: Record<string, AttributeValue>;
}

/**
 * Reads one page of a query.
 *
 * @throws {StoreUnavailableError} the table did not answer
 */
export async function queryPage(
  table: Table,
  condition: Expression,
  input: Pick<
    QueryCommandInput,
    'IndexName' | 'Limit' | 'Select' | 'ConsistentRead' | 'ExclusiveStartKey' | 'ScanIndexForward'
  >,
): Promise<QueryPage> {
  const output = await callTable(
    async () =>
      await table.client.send(
        new QueryCommand({
          ...input,
          TableName: table.tableName,
          KeyConditionExpression: condition.text,
          ...namesAndValues(condition.names, condition.values),
          ...askForCapacity(table),
        }),
      ),
  );
  reportRead(table, output.ConsumedCapacity);
  return {
    items: (output.Items ?? []).map(fromAttributes),
    count: output.Count ?? 0,
    ...(output.LastEvaluatedKey === undefined ? {} : { next: output.LastEvaluatedKey }),
  };
}

/**
 * Reads everything that a query finds; every write that was answered before is seen.
 *
 * @throws {StoreUnavailableError} the table did not answer
 */
export async function queryAll(table: Table, condition: Expression): Promise<readonly Item[]> {
  const items: Item[] = [];
  let next: QueryPage['next'];
  do {
    const page = await queryPage(table, condition, {
      ConsistentRead: true,
      ...(next === undefined ? {} : { ExclusiveStartKey: next }),
    });
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return items;
}

/**
 * Reads one page of a scan.
 *
 * @param filter of what is handed over, none: everything; everything that is looked at is billed
 * @returns the items, and how many were looked at
 * @throws {StoreUnavailableError} the table did not answer
 */
export async function scanPage(
  table: Table,
  filter: Expression | undefined,
  input: Pick<ScanCommandInput, 'Limit' | 'ExclusiveStartKey' | 'ConsistentRead'>,
): Promise<QueryPage> {
  const output = await callTable(
    async () =>
      await table.client.send(
        new ScanCommand({
          ...input,
          TableName: table.tableName,
          ...(filter === undefined
            ? {}
            : {
                FilterExpression: filter.text,
                ...namesAndValues(filter.names, filter.values),
              }),
          ...askForCapacity(table),
        }),
      ),
  );
  reportRead(table, output.ConsumedCapacity);
  return {
    items: (output.Items ?? []).map(fromAttributes),
    count: output.ScannedCount ?? 0,
    ...(output.LastEvaluatedKey === undefined ? {} : { next: output.LastEvaluatedKey }),
  };
}

/**
 * How much a table holds, as DynamoDB counts about every six hours.
 *
 * @throws {StoreUnavailableError} the table did not answer
 * @see Amazon DynamoDB, API reference, TableDescription, read 2026-11-22
 */
export async function describeSize(
  table: Table,
): Promise<{ readonly items: number; readonly bytes: number }> {
  const { Table: found } = await callTable(
    async () => await table.client.send(new DescribeTableCommand({ TableName: table.tableName })),
  );
  return { items: found?.ItemCount ?? 0, bytes: found?.TableSizeBytes ?? 0 };
}

async function callTable<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw new StoreUnavailableError('The event store', error);
  }
}

type Refusal = {
  readonly kind: 'refused';
  readonly existing: Item | undefined;
  /** It was not the first try: what is in its way may be what the first one wrote. */
  readonly wasRepeated: boolean;
};

async function conditional<Written>(write: () => Promise<Written>): Promise<Written | Refusal> {
  return await callTable(async () => {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return {
        kind: 'refused',
        existing: error.Item === undefined ? undefined : fromAttributes(error.Item),
        wasRepeated: (error.$metadata.attempts ?? 1) > 1,
      };
    }
  });
}

function askForCapacity({ onCapacity }: Table): { ReturnConsumedCapacity?: 'TOTAL' } {
  return onCapacity === undefined ? {} : { ReturnConsumedCapacity: 'TOTAL' };
}

function reportWrite({ onCapacity }: Table, used: ConsumedCapacity | undefined): void {
  if (used !== undefined) onCapacity?.({ read: 0, write: used.CapacityUnits ?? 0 });
}

function reportRead({ onCapacity }: Table, used: ConsumedCapacity | undefined): void {
  if (used !== undefined) onCapacity?.({ read: used.CapacityUnits ?? 0, write: 0 });
}
