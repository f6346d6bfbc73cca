import { AwsClient } from 'aws4fetch';

/** A bucket, and how to reach it. */
export interface BucketOptions {
  readonly bucket: string;
  /** Credentials and region; `AWS_ENDPOINT_URL_S3` for another endpoint. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One signed request, of an object by its name or, with an empty one, of the bucket. */
export type S3Call = (
  name: string,
  init: {
    readonly method: string;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly headers?: Record<string, string>;
    readonly query?: Readonly<Record<string, string>>;
  },
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

const TIMEOUT_MS = 5_000;

/** Makes signed requests to a bucket. Each may take 5 s, its repetitions included. */
export function s3Caller({ bucket, env }: BucketOptions): S3Call {
  const region = env['AWS_REGION'] ?? 'us-east-1';
  const endpoint = env['AWS_ENDPOINT_URL_S3'];
  const base =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(/\/$/, '')}/${bucket}`;

  return async (name, { query, ...init }) => {
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
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await client.fetch(`${base}/${path}${search}`, { ...init, signal });
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
  };
}
