import { gunzipSync } from 'node:zlib';
import type { ArchivedBody, BodyShelf } from '../core/ports/erasure.ts';
import { createS3Archive, unavailableOnFailure } from './s3-archive.ts';
import { type BucketOptions, s3Caller } from './s3-call.ts';

/** The bodies in the bucket. The functions' roles allow neither to list nor to delete. */
export function createS3BodyShelf(options: BucketOptions): BodyShelf {
  const { bucket } = options;
  const call = s3Caller(options);
  const archive = createS3Archive(options);
  const nameOf = (pointer: string): string => pointer.slice(`s3://${bucket}/`.length);

  return {
    list: async (cursor) =>
      await unavailableOnFailure(async () => {
        const { status, body } = await call('', {
          method: 'GET',
          query: {
            'list-type': '2',
            'encoding-type': 'url',
            ...(cursor === undefined ? {} : { 'continuation-token': cursor }),
          },
        });
        if (status !== 200) throw new Error(`S3 answered ${status}`);
        return readListing(new TextDecoder().decode(body), bucket);
      }),

    read: async (pointer) => {
      const compressed = await archive.get(pointer);
      if (compressed === undefined) return undefined;
      return await unavailableOnFailure(async () =>
        compressed.byteLength === 0 ? compressed : new Uint8Array(gunzipSync(compressed)),
      );
    },

    remove: async (pointer) => {
      await unavailableOnFailure(async () => {
        const { status } = await call(nameOf(pointer), { method: 'DELETE' });
        if (status !== 204 && status !== 200 && status !== 404) {
          throw new Error(`S3 answered ${status}`);
        }
      });
    },
  };
}

/**
 * Reads a listing. Emptied bodies are left out.
 *
 * @see Amazon S3, ListObjectsV2, read 2026-11-22
 */
function readListing(
  xml: string,
  bucket: string,
): { readonly bodies: readonly ArchivedBody[]; readonly cursor?: string } {
  // S3 says whether it did what it was asked to; not everything that speaks its protocol does.
  const isEncoded = textOf(xml, 'EncodingType') === 'url';
  const bodies = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, entry = '']) => {
    const name = textOf(entry, 'Key');
    const isEmpty = textOf(entry, 'Size') === '0';
    if (name === undefined || isEmpty) return [];
    const storedAtMs = Date.parse(textOf(entry, 'LastModified') ?? '');
    if (Number.isNaN(storedAtMs)) throw new Error('S3 did not say when a body was stored');
    const pointer = `s3://${bucket}/${isEncoded ? decoded(name) : unescaped(name)}`;
    return [{ pointer, storedAtMs }];
  });
  const cursor = textOf(xml, 'NextContinuationToken');
  return { bodies, ...(cursor === undefined ? {} : { cursor }) };
}

function decoded(name: string): string {
  return decodeURIComponent(name.replaceAll('+', ' '));
}

function unescaped(name: string): string {
  const entities: Readonly<Record<string, string>> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
  };
  return name.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity] ?? '');
}

function textOf(xml: string, tag: string): string | undefined {
  return new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(xml)?.[1];
}
