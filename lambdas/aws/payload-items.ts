import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import type { NewEvent, RawPayload } from '../core/event-record.ts';
import { type NormalizedEvent, normalizedEventSchema } from '../core/lead-event.ts';
import type { BodyArchive } from './s3-archive.ts';
import { callTable, fromAttributes, type ItemKey, putIf, toAttributes } from './table.ts';

/** An item may hold 400 KB (Amazon DynamoDB, Constraints, read 2026-11-22); room is left for headers. */
const INLINE_BYTES_MAX = 300_000;

const NOT_THERE = { text: 'attribute_not_exists(pk)' };

/**
 * Where an event's request lies. The content's hash is part of the key: a request that repeats the
 * key with other content is kept beside the first one and can never replace it.
 */
export function rawKey(key: string, payloadHash: string): ItemKey {
  return { pk: `EVT#${key}`, sk: `RAW#${payloadHash}` };
}

/** Where a normalized event lies. */
export function normalizedKey(key: string, payloadHash: string): ItemKey {
  return { pk: `EVT#${key}`, sk: `NORM#${payloadHash}` };
}

/** Stores the request as it came, unless it is stored already. */
export async function putRaw(
  client: DynamoDBClient,
  tableName: string,
  event: NewEvent,
  archive: BodyArchive | undefined,
  ttlSeconds: number,
): Promise<void> {
  await putIf(
    client,
    tableName,
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

/** Stores the normalized event, unless it is stored already. Compressed: it is billed by size. */
export async function putNormalized(
  client: DynamoDBClient,
  tableName: string,
  event: NewEvent,
  normalized: NormalizedEvent,
  ttlSeconds: number,
): Promise<void> {
  await putIf(
    client,
    tableName,
    {
      ...normalizedKey(event.key, event.payloadHash),
      event_gz: gzipSync(JSON.stringify(normalized)),
      ttl: ttlSeconds,
    },
    NOT_THERE,
  );
}

/**
 * Reads a normalized event back.
 *
 * @returns `undefined` when there is none, or none that this version can read
 * @throws {StoreUnavailableError} the table did not answer
 */
export async function getNormalized(
  client: DynamoDBClient,
  tableName: string,
  key: string,
  payloadHash: string,
): Promise<NormalizedEvent | undefined> {
  const output = await callTable(
    async () =>
      await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: toAttributes({ ...normalizedKey(key, payloadHash) }),
          ConsistentRead: true,
        }),
      ),
  );
  if (output.Item === undefined) return undefined;
  const item = z
    .object({ event_gz: z.instanceof(Uint8Array) })
    .safeParse(fromAttributes(output.Item));
  if (!item.success) return undefined;
  return parseNormalized(item.data.event_gz);
}

function parseNormalized(compressed: Uint8Array): NormalizedEvent | undefined {
  try {
    const value: unknown = JSON.parse(gunzipSync(compressed).toString('utf8'));
    const parsed = normalizedEventSchema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Neither gzip nor JSON: the caller quarantines the event, which says so to a person.
    return undefined;
  }
}

async function storedBody(
  event: NewEvent,
  archive: BodyArchive | undefined,
): Promise<{ body_gz: Uint8Array } | { body_ref: string }> {
  const compressed = compress(event.raw);
  if (compressed.byteLength <= INLINE_BYTES_MAX) return { body_gz: compressed };
  if (archive === undefined) {
    throw new StoreUnavailableError(
      'The archive bucket',
      new Error('a body is too large for the table, and no bucket is configured'),
    );
  }
  const name = `raw/${event.receivedAt.slice(0, 10)}/${event.correlationId}-${event.payloadHash}.gz`;
  return { body_ref: await archive.put(name, compressed) };
}

/** A request that holds many submissions is compressed once. */
const compressedBodies = new WeakMap<Uint8Array, Uint8Array>();

function compress({ body }: RawPayload): Uint8Array {
  const compressed = compressedBodies.get(body) ?? gzipSync(body);
  compressedBodies.set(body, compressed);
  return compressed;
}
