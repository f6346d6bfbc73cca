import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

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

/** Nothing lies there yet. */
export const NOT_THERE: Expression = { text: 'attribute_not_exists(pk)' };

/** The item still has the revision before this one; 1 follows no item at all. */
export function isNextRevision(revision: number): Expression {
  return revision === 1
    ? NOT_THERE
    : { text: 'revision = :previous', values: { ':previous': revision - 1 } };
}

/** Plain values to attribute values; `undefined` is left out. */
export function toAttributes(item: Item): Record<string, AttributeValue> {
  return marshall(item, { removeUndefinedValues: true });
}

/** Attribute values to plain values. */
export function fromAttributes(attributes: Record<string, AttributeValue>): Item {
  return unmarshall(attributes);
}

/**
 * A change in DynamoDB's expression language.
 *
 * Every name has a placeholder: DynamoDB reserves some 570 words, `state` and `source` among them (Amazon
 * DynamoDB, Reserved words, read 2026-11-22).
 */
export function updateExpression({
  set = {},
  add = {},
  remove = [],
}: Change): Required<Expression> {
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

/** Whether an item is what a change makes of one, additions aside. */
export function isResultOf({ set = {}, remove = [] }: Change, item: Item): boolean {
  return (
    Object.entries(fromAttributes(toAttributes(set))).every(([name, value]) =>
      isDeepStrictEqual(item[name], value),
    ) && remove.every((name) => item[name] === undefined)
  );
}

/** The names and values of expressions, as a command takes them: none rather than an empty object. */
export function namesAndValues(
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
