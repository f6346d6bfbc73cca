import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { IdentityTooLargeError, StoreUnavailableError } from '../core/errors.ts';
import type { Head, HeadField, HeadValue } from '../core/head.ts';
import type { IdentityStore } from '../core/ports.ts';
import {
  callTable,
  fromAttributes,
  type Item,
  type ItemKey,
  putIf,
  toAttributes,
} from './table.ts';

/**
 * HEADs on DynamoDB.
 *
 * Values of one event share its key, time and trust, so those are stored once and referred to by
 * number, and all of it is compressed: most HEADs then fit into one write unit (1 KB).
 *
 * `save` lets out `IdentityTooLargeError` for a HEAD that no item can hold.
 */
export function createDynamoDbIdentityStore(options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): IdentityStore {
  const { client, tableName } = options;
  return {
    read: async (module, identity) => {
      // Eventually consistent, at half the price: a stale answer loses the compare-and-set and comes
      // back with the right one.
      const output = await callTable(
        async () =>
          await client.send(
            new GetItemCommand({
              TableName: tableName,
              Key: toAttributes({ ...headKey(module, identity) }),
            }),
          ),
      );
      return output.Item === undefined
        ? undefined
        : { kind: 'head', head: headFromItem(fromAttributes(output.Item), module, identity) };
    },

    save: async (head) => {
      const previous = head.revision - 1;
      const result = await putIf(
        client,
        tableName,
        headToItem(head),
        previous === 0
          ? { text: 'attribute_not_exists(pk)' }
          : { text: 'revision = :previous', values: { ':previous': previous } },
      );
      if (result.kind === 'written') return { kind: 'saved' };
      return {
        kind: 'changed',
        current:
          result.existing === undefined
            ? undefined
            : { kind: 'head', head: headFromItem(result.existing, head.module, head.identity) },
      };
    },

    bindAlias: async () => {
      throw new Error('not yet');
    },

    link: async (module, identity, occurredAt, key) => {
      await putIf(
        client,
        tableName,
        { pk: headKey(module, identity).pk, sk: `EVT#${occurredAt}#${key}` },
        { text: 'attribute_not_exists(pk)' },
      );
    },
  };
}

function headKey(module: string, identity: string): ItemKey {
  return { pk: `IDN#${module}#${identity}`, sk: 'HEAD' };
}

const valueItem = z.object({ v: z.string(), e: z.number(), n: z.number() });
/** The values and where they came from; compressed in the item, which is billed by its size. */
const mergedPart = z.object({
  /** Events that brought values: key, occurred at, trust. */
  events: z.array(z.object({ k: z.string(), o: z.string(), t: z.number() })),
  /** Field → value, event number, version; and what it replaced. */
  fields: z.record(
    z.string(),
    z.object({ v: z.string(), e: z.number(), n: z.number(), r: z.optional(z.array(valueItem)) }),
  ),
});
const headItem = z.object({
  revision: z.number(),
  version: z.number(),
  confirmed: z.number(),
  merged_gz: z.instanceof(Uint8Array),
  crm_record_id: z.optional(z.string()),
  lease_token: z.optional(z.string()),
  lease_until: z.optional(z.number()),
  unsettled_until: z.optional(z.number()),
});

/** An item may hold 400 KB (Amazon DynamoDB, Constraints, read 2026-11-22); the rest of it is small. */
const MERGED_BYTES_MAX = 350_000;

function headToItem(head: Head): Item {
  const events: { k: string; o: string; t: number }[] = [];
  const numberOf = (value: HeadValue): number => {
    const found = events.findIndex((event) => event.k === value.event);
    if (found >= 0) return found;
    events.push({ k: value.event, o: value.occurredAt, t: value.trust });
    return events.length - 1;
  };
  const encode = (value: HeadValue): z.infer<typeof valueItem> => ({
    v: value.value,
    e: numberOf(value),
    n: value.version,
  });
  const fields = Object.fromEntries(
    Object.entries(head.fields).map(([name, field]) => [
      name,
      {
        ...encode(field),
        ...(field.replaced === undefined ? {} : { r: field.replaced.map(encode) }),
      },
    ]),
  );
  const merged = gzipSync(JSON.stringify({ events, fields }));
  if (merged.byteLength > MERGED_BYTES_MAX) throw new IdentityTooLargeError(merged.byteLength);
  return {
    ...headKey(head.module, head.identity),
    revision: head.revision,
    version: head.version,
    confirmed: head.confirmedVersion,
    merged_gz: merged,
    crm_record_id: head.crmRecordId,
    lease_token: head.leaseToken,
    lease_until: head.leaseUntilMs,
    unsettled_until: head.unsettledUntilMs,
  };
}

function headFromItem(item: Item, module: string, identity: string): Head {
  const parsed = headItem.safeParse(item);
  if (!parsed.success) throw new StoreUnavailableError('The identity record', parsed.error);
  const stored = parsed.data;
  const merged = readMerged(stored.merged_gz);
  const decode = (value: z.infer<typeof valueItem>): HeadValue => {
    const event = merged.events[value.e];
    if (event === undefined) {
      throw new StoreUnavailableError('The identity record', new Error('it names no such event'));
    }
    return {
      value: value.v,
      occurredAt: event.o,
      trust: event.t,
      event: event.k,
      version: value.n,
    };
  };
  const fields: Record<string, HeadField> = {};
  for (const [name, field] of Object.entries(merged.fields)) {
    fields[name] = {
      ...decode(field),
      ...(field.r === undefined ? {} : { replaced: field.r.map(decode) }),
    };
  }
  return {
    module,
    identity,
    revision: stored.revision,
    version: stored.version,
    confirmedVersion: stored.confirmed,
    fields,
    ...(stored.crm_record_id === undefined ? {} : { crmRecordId: stored.crm_record_id }),
    ...(stored.lease_token === undefined ? {} : { leaseToken: stored.lease_token }),
    ...(stored.lease_until === undefined ? {} : { leaseUntilMs: stored.lease_until }),
    ...(stored.unsettled_until === undefined ? {} : { unsettledUntilMs: stored.unsettled_until }),
  };
}

function readMerged(compressed: Uint8Array): z.infer<typeof mergedPart> {
  try {
    return mergedPart.parse(JSON.parse(gunzipSync(compressed).toString('utf8')));
  } catch (error) {
    throw new StoreUnavailableError('The identity record', error);
  }
}
