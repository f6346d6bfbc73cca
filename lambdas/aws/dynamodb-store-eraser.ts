import type {
  BodyShelf,
  EventErasure,
  EventErasureRequest,
  StoreEraser,
} from '../core/ports/erasure.ts';
import { busyUntilMs, eventTombstone, eventWithoutState } from '../core/tombstone.ts';
import { recordFromItem, tombstoneItem } from './event-record-item.ts';
import { getItem, putIf, queryAll, type Table } from './table.ts';
import { deleteItem } from './table-delete.ts';
import { type Expression, type Item, type ItemKey, NOT_THERE } from './table-expression.ts';
import {
  eventOfIdentityEvent,
  eventPartition,
  identityEventKey,
  stateKey,
  submitterKey,
} from './table-keys.ts';

/** Where everything lies, and for how long tombstones stay. */
export interface DynamoDbStoreEraserOptions extends Table {
  readonly bodies: Pick<BodyShelf, 'remove'>;
  /** Days that the tombstone of an event without a state is kept; any other stays as long as its event would have. */
  readonly eventDays: number;
}

const DAY_SECONDS = 86_400;

/** An event may change between a look at it and the write; more often than this, something is wrong. */
const TRIES_MAX = 5;

/** Erasure on DynamoDB. The functions' roles do not allow its calls. */
export function createDynamoDbStoreEraser(options: DynamoDbStoreEraserOptions): StoreEraser {
  return {
    eraseEvent: async (key, request) => await eraseEvent(options, key, request),
    removePayloads: async (key) => await removePayloads(options, key),
    unlink: async (module, identity, keys) => await unlink(options, module, identity, keys),
    forgetSubmitter: async (source, personHash) =>
      await deleteItem(options, submitterKey(source, personHash)),
  };
}

async function eraseEvent(
  options: DynamoDbStoreEraserOptions,
  key: string,
  { markOf, nowMs }: EventErasureRequest,
): Promise<EventErasure> {
  for (let tries = 1; ; tries += 1) {
    const item = await getItem(options, stateKey(key), { consistent: true });
    const record = item === undefined ? eventWithoutState(key, nowMs) : recordFromItem(item);
    if (record.state === 'erased') return { kind: 'erased' };
    const untilMs = busyUntilMs(record, nowMs);
    if (untilMs !== undefined) return { kind: 'in_delivery', untilMs };

    const tombstone = eventTombstone(record, markOf(record.payloadHash), nowMs);
    const ttl = item?.['ttl'] ?? Math.floor(nowMs / 1_000) + options.eventDays * DAY_SECONDS;
    const condition = item === undefined ? NOT_THERE : isErasable(nowMs);
    const result = await putIf(options, tombstoneItem(tombstone, Number(ttl)), condition);
    if (result.kind === 'written') return { kind: 'erased' };
    // A consumer took it in between: it is erased once that one is done.
    if (tries === TRIES_MAX) return { kind: 'in_delivery', untilMs: nowMs };
  }
}

/** `busyUntilMs` in the table's language; a contract suite holds the two together. */
function isErasable(nowMs: number): Expression {
  return {
    text:
      'attribute_exists(pk) AND #state <> :erased AND (#state <> :processing OR ' +
      'attribute_not_exists(lease_until) OR lease_until <= :now)',
    names: { '#state': 'state' },
    values: { ':erased': 'erased', ':processing': 'processing', ':now': nowMs },
  };
}

async function removePayloads(options: DynamoDbStoreEraserOptions, key: string): Promise<number> {
  const state = await getItem(options, stateKey(key), { consistent: true });
  if (state === undefined || recordFromItem(state).state !== 'erased') return 0;
  const items = await queryAll(options, {
    text: 'pk = :event',
    values: { ':event': eventPartition(key) },
  });
  let removed = 0;
  for (const item of items) {
    const at = keyOf(item);
    if (at.sk === stateKey(key).sk) continue;
    // The body first: its pointer is what leads to it.
    const { body_ref: pointer } = item;
    if (typeof pointer === 'string') {
      await options.bodies.remove(pointer);
      removed += 1;
    }
    if (await deleteItem(options, at)) removed += 1;
  }
  return removed;
}

async function unlink(
  table: Table,
  module: string,
  identity: string,
  keys: ReadonlySet<string>,
): Promise<number> {
  const { pk, sk } = identityEventKey(module, identity, '', '');
  const links = await queryAll(table, {
    text: 'pk = :identity AND begins_with(sk, :event)',
    values: { ':identity': pk, ':event': sk.slice(0, -1) },
  });
  let removed = 0;
  for (const link of links.map(keyOf)) {
    if (!keys.has(eventOfIdentityEvent(link.sk))) continue;
    if (await deleteItem(table, link)) removed += 1;
  }
  return removed;
}

function keyOf({ pk, sk }: Item): ItemKey {
  return { pk: String(pk), sk: String(sk) };
}
