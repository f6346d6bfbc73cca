import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import type { EventRecord, NewEvent, RawPayload } from '../core/event-record.ts';
import { type NormalizedEvent, normalizedEventSchema } from '../core/lead-event.ts';
import { fromCompactJson, toCompactJson } from './compact-json.ts';
import type { BodyArchive } from './s3-archive.ts';
import { getItem, putIf, type Table } from './table.ts';
import { type Item, type ItemKey, NOT_THERE } from './table-expression.ts';
import { detailsKey, normalizedKey, rawKey } from './table-keys.ts';

/** An item may hold 400 KB (Amazon DynamoDB, Constraints, read 2026-11-22); room is left for headers. */
const INLINE_BYTES_MAX = 300_000;

/** Stores the request as it came, unless it is stored already. */
export async function putRaw(
  table: Table,
  event: NewEvent,
  archive: BodyArchive | undefined,
  ttlSeconds: number,
): Promise<void> {
  await putIf(
    table,
    {
      ...rawKey(event.key, event.payloadHash),
      ...(await storedBody(event, archive)),
      content_type: event.raw.contentType,
      headers: event.raw.headers,
      signature: event.raw.signature,
      ttl: ttlSeconds,
    },
    NOT_THERE,
  );
}

const rawItem = z.object({
  body_gz: z.optional(z.instanceof(Uint8Array)),
  body_ref: z.optional(z.string()),
  content_type: z.string(),
  headers: z.record(z.string(), z.string()),
  signature: z.enum(['current', 'previous', 'none']),
});

/**
 * Reads the request as it came.
 *
 * @returns `undefined` when there is none, or its retention has ended
 * @throws {StoreUnavailableError} the table or the bucket did not answer, the body lies in a bucket and
 *   `archive` is none, or the item is not one that this version can read
 */
export async function getRaw(
  table: Table,
  key: string,
  payloadHash: string,
  archive: BodyArchive | undefined,
): Promise<RawPayload | undefined> {
  const item = await getItem(table, rawKey(key, payloadHash), { consistent: true });
  if (item === undefined) return undefined;
  const stored = rawFromItem(item);
  if (!('archivedAt' in stored)) return stored;
  const { archivedAt, ...rest } = stored;
  const body = await fetchBody(archivedAt, archive);
  return body === undefined ? undefined : { ...rest, body };
}

/**
 * Reads a request's item.
 *
 * @returns with its body or, where that lies in the bucket, the pointer to it
 * @throws {StoreUnavailableError} the item is not one that this version can read
 */
export function rawFromItem(
  item: Item,
): RawPayload | (Omit<RawPayload, 'body'> & { readonly archivedAt: string }) {
  const parsed = rawItem.safeParse(item);
  if (!parsed.success) throw unreadable(parsed.error);
  const { content_type: contentType, headers, signature } = parsed.data;
  return { ...bytesOf(parsed.data), contentType, headers, signature };
}

/**
 * Stores the answers with which an event was completed. The last ones are what counts: whoever was
 * interrupted after this asks the sender's API again.
 */
export async function putDetails(
  table: Table,
  record: EventRecord,
  answers: Uint8Array,
  archive: BodyArchive | undefined,
  ttlSeconds: number,
): Promise<void> {
  const name = `${record.correlationId}-${record.payloadHash}-details`;
  await putIf(table, {
    ...detailsKey(record.key, record.payloadHash),
    ...(await storedBytes(compress(answers), record.receivedAt, name, archive)),
    ttl: ttlSeconds,
  });
}

const detailsItem = z.object({
  body_gz: z.optional(z.instanceof(Uint8Array)),
  body_ref: z.optional(z.string()),
});

/**
 * Reads the answers back with which an event was completed.
 *
 * @returns `undefined` when there are none, or their retention has ended
 * @throws {StoreUnavailableError} as `getRaw`
 */
export async function getDetails(
  table: Table,
  key: string,
  payloadHash: string,
  archive: BodyArchive | undefined,
): Promise<Uint8Array | undefined> {
  const item = await getItem(table, detailsKey(key, payloadHash), { consistent: true });
  if (item === undefined) return undefined;
  const stored = detailsFromItem(item);
  return 'body' in stored ? stored.body : await fetchBody(stored.archivedAt, archive);
}

/**
 * Reads the item of a thin event's answers.
 *
 * @returns the answers or, where they lie in the bucket, the pointer to them
 * @throws {StoreUnavailableError} the item is not one that this version can read
 */
export function detailsFromItem(item: Item): StoredBytes {
  const parsed = detailsItem.safeParse(item);
  if (!parsed.success) throw unreadable(parsed.error);
  return bytesOf(parsed.data);
}

/**
 * Leaves nothing of a delivery that was stored beside a tombstone: intake may write, and so overwrites; it has
 * no right to delete. The empty items expire with the next clean-up.
 */
export async function emptyPayloads(
  table: Table,
  event: NewEvent,
  archive: BodyArchive | undefined,
): Promise<void> {
  const { key, payloadHash, receivedAt } = event;
  await Promise.all([
    emptyItem(table, rawKey(key, payloadHash), receivedAt),
    emptyItem(table, normalizedKey(key, payloadHash), receivedAt),
    compressOnce(event.raw).byteLength <= INLINE_BYTES_MAX
      ? undefined
      : archiveOf(archive).put(bodyPath(receivedAt, bodyName(event)), new Uint8Array()),
  ]);
}

/** Leaves nothing in an item beside a tombstone; it expires at once, which DynamoDB takes a few days for. */
export async function emptyItem(table: Table, at: ItemKey, receivedAt: string): Promise<void> {
  await putIf(table, { ...at, emptied: true, ttl: Math.floor(Date.parse(receivedAt) / 1_000) });
}

/** Whether an item holds nothing any more: see `emptyItem`. */
export function isEmptied(item: Item): boolean {
  return item['emptied'] === true;
}

/** Stores the normalized event, unless it is stored already. Compressed: it is billed by size. */
export async function putNormalized(
  table: Table,
  event: NewEvent,
  normalized: NormalizedEvent,
  ttlSeconds: number,
): Promise<void> {
  const key = normalizedKey(event.key, event.payloadHash);
  await putIf(table, normalizedItem(key, normalized, ttlSeconds), NOT_THERE);
}

/**
 * Stores what an event says under another mapping, beside what it said at first.
 *
 * The last reading under one mapping version is what counts: a fault in a provider's code can be mended
 * without the configuration's version changing.
 */
export async function putRemapped(
  table: Table,
  key: ItemKey,
  normalized: NormalizedEvent,
  ttlSeconds: number,
): Promise<void> {
  await putIf(table, normalizedItem(key, normalized, ttlSeconds));
}

/**
 * Reads a normalized event back.
 *
 * @returns `undefined` when there is none, or none that this version can read
 * @throws {StoreUnavailableError} the table did not answer
 */
export async function getNormalized(
  table: Table,
  key: ItemKey,
): Promise<NormalizedEvent | undefined> {
  const item = await getItem(table, key, { consistent: true });
  return item === undefined ? undefined : normalizedFromItem(item);
}

/** Reads the item of a normalized event; `undefined` when it is not one that this version can read. */
export function normalizedFromItem(item: Item): NormalizedEvent | undefined {
  const parsed = z.object({ event_br: z.instanceof(Uint8Array) }).safeParse(item);
  return parsed.success ? parseNormalized(parsed.data.event_br) : undefined;
}

function normalizedItem(key: ItemKey, normalized: NormalizedEvent, ttlSeconds: number) {
  return { ...key, event_br: toCompactJson(normalized), ttl: ttlSeconds };
}

function parseNormalized(compressed: Uint8Array): NormalizedEvent | undefined {
  try {
    const parsed = normalizedEventSchema.safeParse(fromCompactJson(compressed));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not our bytes: the caller quarantines the event, which says so to a person.
    return undefined;
  }
}

async function storedBody(
  event: NewEvent,
  archive: BodyArchive | undefined,
): Promise<{ body_gz: Uint8Array } | { body_ref: string }> {
  return await storedBytes(compressOnce(event.raw), event.receivedAt, bodyName(event), archive);
}

function bodyName({ correlationId, payloadHash }: NewEvent): string {
  return `${correlationId}-${payloadHash}`;
}

function bodyPath(receivedAt: string, name: string): string {
  return `raw/${receivedAt.slice(0, 10)}/${name}.gz`;
}

async function storedBytes(
  compressed: Uint8Array,
  receivedAt: string,
  name: string,
  archive: BodyArchive | undefined,
): Promise<{ body_gz: Uint8Array } | { body_ref: string }> {
  if (compressed.byteLength <= INLINE_BYTES_MAX) return { body_gz: compressed };
  return { body_ref: await archiveOf(archive).put(bodyPath(receivedAt, name), compressed) };
}

/** Bytes of an item, or where they lie in the bucket. */
type StoredBytes = { readonly body: Uint8Array } | { readonly archivedAt: string };

function bytesOf(item: z.infer<typeof detailsItem>): StoredBytes {
  if (item.body_gz !== undefined) return { body: decompress(item.body_gz) };
  if (item.body_ref !== undefined) return { archivedAt: item.body_ref };
  throw unreadable(new Error('it holds no body and no pointer'));
}

async function fetchBody(
  pointer: string,
  archive: BodyArchive | undefined,
): Promise<Uint8Array | undefined> {
  const compressed = await archiveOf(archive).get(pointer);
  return compressed === undefined ? undefined : decompress(compressed);
}

function archiveOf(archive: BodyArchive | undefined): BodyArchive {
  if (archive !== undefined) return archive;
  throw new StoreUnavailableError(
    'The archive bucket',
    new Error('a body is too large for the table, and no bucket is configured'),
  );
}

/** A request that holds many submissions is compressed once. */
const compressedBodies = new WeakMap<Uint8Array, Uint8Array>();

function compressOnce({ body }: RawPayload): Uint8Array {
  const compressed = compressedBodies.get(body) ?? compress(body);
  compressedBodies.set(body, compressed);
  return compressed;
}

function compress(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes, { level: 9 }));
}

function decompress(compressed: Uint8Array): Uint8Array {
  try {
    return new Uint8Array(gunzipSync(compressed));
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('The stored request', cause);
}
