import { AwsClient } from 'aws4fetch';
import { StoreUnavailableError } from '../core/errors.ts';

/** A place for request bodies that are too large for an item. */
export interface BodyArchive {
  /**
   * @returns a pointer to be stored in the item, `s3://<bucket>/<name>`
   * @throws {StoreUnavailableError} the body is not stored
   */
  put(name: string, body: Uint8Array): Promise<string>;
}

const TIMEOUT_MS = 5_000;

/**
 * The archive on S3.
 *
 * One signed PUT needs no SDK client: the client alone would add a third to the intake bundle.
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

  return {
    put: async (name, body) => {
      const path = name.split('/').map(encodeURIComponent).join('/');
      try {
        // Lambda renews its credentials in the environment, so they are read for each call.
        const client = new AwsClient({
          accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
          secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
          ...(env['AWS_SESSION_TOKEN'] === undefined
            ? {}
            : { sessionToken: env['AWS_SESSION_TOKEN'] }),
          service: 's3',
          region,
          retries: 2,
        });
        const response = await client.fetch(`${base}/${path}`, {
          method: 'PUT',
          body: Uint8Array.from(body),
          headers: { 'content-type': 'application/gzip' },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`S3 answered ${response.status}`);
      } catch (error) {
        throw new StoreUnavailableError('The archive bucket', error);
      }
      return `s3://${bucket}/${name}`;
    },
  };
}
