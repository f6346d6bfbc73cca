import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { StoreUnavailableError } from '../core/errors.ts';

/** An item as plain values. */
export type Item = Readonly<Record<string, unknown>>;

/** Where an item lies. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** A condition or update in DynamoDB's expression language, with its names and values. */
export interface Expression {
  readonly text: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Item;
}

/** A conditional write either took place or met the item that stood in its way. */
export type ConditionalWrite =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly existing: Item | undefined };

/**
 * Puts an item if its condition holds.
 *
 * @throws {StoreUnavailableError} the table did not answer or refused; the write may have happened
 */
export async function putIf(
  client: DynamoDBClient,
  tableName: string,
  item: Item,
  condition: Expression,
): Promise<ConditionalWrite> {
  return await conditional(async () => {
    await client.send(
      new PutItemCommand({
        TableName: tableName,
        Item: toAttributes(item),
        ConditionExpression: condition.text,
        ...namesAndValues(condition),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  });
}

/**
 * Updates an item if its condition holds.
 *
 * @throws {StoreUnavailableError} the table did not answer or refused; the write may have happened
 */
export async function updateIf(
  client: DynamoDBClient,
  tableName: string,
  key: ItemKey,
  update: Expression,
  condition: Expression,
): Promise<ConditionalWrite & { updated?: Item }> {
  let updated: Item | undefined;
  const result = await conditional(async () => {
    const output = await client.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: toAttributes({ ...key }),
        UpdateExpression: update.text,
        ConditionExpression: condition.text,
        ...namesAndValues(update, condition),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    updated = output.Attributes === undefined ? undefined : fromAttributes(output.Attributes);
  });
  return updated === undefined ? result : { ...result, updated };
}

/** Runs a call to the table; whatever it lets out becomes `StoreUnavailableError`. */
export async function callTable<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw new StoreUnavailableError('The event store', error);
  }
}

/** Plain values to attribute values; `undefined` is left out. */
export function toAttributes(item: Item): Record<string, AttributeValue> {
  return marshall(item, { removeUndefinedValues: true });
}

/** Attribute values to plain values. */
export function fromAttributes(attributes: Record<string, AttributeValue>): Item {
  return unmarshall(attributes);
}

async function conditional(write: () => Promise<void>): Promise<ConditionalWrite> {
  try {
    await write();
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return {
        kind: 'refused',
        existing: error.Item === undefined ? undefined : fromAttributes(error.Item),
      };
    }
    throw new StoreUnavailableError('The event store', error);
  }
}

function namesAndValues(...expressions: readonly Expression[]): {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
} {
  const names = Object.assign({}, ...expressions.map((each) => each.names)) as Record<
    string,
    string
  >;
  const values = Object.assign({}, ...expressions.map((each) => each.values)) as Item;
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0
      ? {}
      : { ExpressionAttributeValues: toAttributes(values) }),
  };
}
