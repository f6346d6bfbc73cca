import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type ConsumedCapacity,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { StoreUnavailableError } from '../core/errors.ts';

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

/** An item as plain values; bytes as `Uint8Array`. */
export type Item = Readonly<Record<string, unknown>>;

/** Where an item lies. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** A condition in DynamoDB's expression language, with its names and values. */
export interface Expression {
  readonly text: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

/** What an update makes of an item. Attributes that are not named stay. */
export interface Change {
  readonly set?: Item;
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

/** A conditional write either took place or met the item that stood in its way. */
export type ConditionalWrite =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly existing: Item | undefined };

/** An update that took place hands over the item as it is now. */
export type ConditionalUpdate =
  | { readonly kind: 'written'; readonly updated: Item }
  | { readonly kind: 'refused'; readonly existing: Item | undefined };

/** Nothing lies there yet. */
export const NOT_THERE: Expression = { text: 'attribute_not_exists(pk)' };

/** The item still has the revision before this one; 1 follows no item at all. */
export function isNextRevision(revision: number): Expression {
  return revision === 1
    ? NOT_THERE
    : { text: 'revision = :previous', values: { ':previous': revision - 1 } };
}

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
    'IndexName' | 'Limit' | 'Select' | 'ConsistentRead' | 'ExclusiveStartKey'
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

/** Plain values to attribute values; `undefined` is left out. */
export function toAttributes(item: Item): Record<string, AttributeValue> {
  return marshall(item, { removeUndefinedValues: true });
}

/** Attribute values to plain values. */
export function fromAttributes(attributes: Record<string, AttributeValue>): Item {
  return unmarshall(attributes);
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

// Every name has a placeholder: DynamoDB reserves some 570 words, `state` and `source` among them.
function updateExpression({ set = {}, add = {}, remove = [] }: Change): Required<Expression> {
  const clauses = [
    ['SET', Object.keys(set).map((name) => `#${name} = :set_${name}`)],
    ['ADD', Object.keys(add).map((name) => `#${name} :add_${name}`)],
    ['REMOVE', remove.map((name) => `#${name}`)],
  ] as const;
  const names = [...Object.keys(set), ...Object.keys(add), ...remove];
  return {
    text: clauses
      .filter(([, parts]) => parts.length > 0)
      .map(([verb, parts]) => `${verb} ${parts.join(', ')}`)
      .join(' '),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:set_${name}`, value])),
      ...Object.fromEntries(Object.entries(add).map(([name, by]) => [`:add_${name}`, by])),
    },
  };
}

function isResultOf({ set = {}, remove = [] }: Change, item: Item): boolean {
  return (
    Object.entries(fromAttributes(toAttributes(set))).every(([name, value]) =>
      isDeepStrictEqual(item[name], value),
    ) && remove.every((name) => item[name] === undefined)
  );
}

function namesAndValues(
  names: Readonly<Record<string, string>> = {},
  values: Item = {},
): {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
} {
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0
      ? {}
      : { ExpressionAttributeValues: toAttributes(values) }),
  };
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
