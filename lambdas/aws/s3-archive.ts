import { AwsClient } from 'aws4fetch';
import { StoreUnavailableError } from '../core/errors.ts';

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

const TIMEOUT_MS = 5_000;

/**
 * The archive on S3.
 *
 * Two signed requests need no SDK client: the client alone would add a third to the intake bundle.
 *
 * Who reads needs `s3:ListBucket` beside `s3:GetObject`: without it S3 answers 403 for an object that is
 * gone, which can't be told from a refusal (Amazon S3, GetObject, read 2026-11-22).
 *
 * @param options.env the function's credentials and region; `AWS_ENDPOINT_URL_S3` for another endpoint
 */
export function createS3Archive(options: {
  readonly bucket: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): BodyArchive {
  const { bucket, env } = options;
  const region = env['AWS_REGION'] ?? 'us-east-1';
  const endpoint = env['AWS_ENDPOINT_URL_S3'];
  const base =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(/\/$/, '')}/${bucket}`;

  const call = async (
    name: string,
    init: { method: string; body?: Uint8Array<ArrayBuffer>; headers?: Record<string, string> },
  ): Promise<{ status: number; body: Uint8Array }> => {
    // Lambda renews its credentials in the environment, so they are read for each call.
    const client = new AwsClient({
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      ...(env['AWS_SESSION_TOKEN'] === undefined ? {} : { sessionToken: env['AWS_SESSION_TOKEN'] }),
      service: 's3',
      region,
      retries: 2,
    });
    const path = name.split('/').map(encodeURIComponent).join('/');
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await client.fetch(`${base}/${path}`, { ...init, signal });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  };

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

async function unavailableOnFailure<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw new StoreUnavailableError('The archive bucket', error);
  }
}
