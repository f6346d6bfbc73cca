import { StoreUnavailableError } from '../core/errors.ts';
import { type BucketOptions, s3Caller } from './s3-call.ts';

/** A place for request bodies that are too large for an item. */
export interface BodyArchive {
  /**
   * @returns a pointer to be stored in the item, `s3://<bucket>/<name>`
   * @throws {StoreUnavailableError} the body is not stored
   */
  put(name: string, body: Uint8Array): Promise<string>;
  /**
   * @param pointer as `put` returned it
   * @returns `undefined` when there is nothing any more
   * @throws {StoreUnavailableError} the bucket did not answer or refused
   */
  get(pointer: string): Promise<Uint8Array | undefined>;
}

/**
 * The archive on S3.
 *
 * Two signed requests need no SDK client: the client alone would add a third to the intake bundle.
 *
 * Who reads needs `s3:ListBucket` beside `s3:GetObject`: without it S3 answers 403 for an object that is
 * gone, which can't be told from a refusal (Amazon S3, GetObject, read 2026-11-22).
 */
export function createS3Archive(options: BucketOptions): BodyArchive {
  const { bucket } = options;
  const call = s3Caller(options);

  return {
    put: async (name, body) => {
      await unavailableOnFailure(async () => {
        const headers = { 'content-type': 'application/gzip' };
        const { status } = await call(name, {
          method: 'PUT',
          body: Uint8Array.from(body),
          headers,
        });
        if (status !== 200) throw new Error(`S3 answered ${status}`);
      });
      return `s3://${bucket}/${name}`;
    },

    get: async (pointer) =>
      await unavailableOnFailure(async () => {
        const prefix = `s3://${bucket}/`;
        if (!pointer.startsWith(prefix)) throw new Error('the body lies in another bucket');
        const { status, body } = await call(pointer.slice(prefix.length), { method: 'GET' });
        if (status === 404) return undefined;
        if (status !== 200) throw new Error(`S3 answered ${status}`);
        return body;
      }),
  };
}

/**
 * Makes whatever goes wrong with the bucket one error.
 *
 * @throws {StoreUnavailableError}
 */
export async function unavailableOnFailure<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw new StoreUnavailableError('The archive bucket', error);
  }
}
