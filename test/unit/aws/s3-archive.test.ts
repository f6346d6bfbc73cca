import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createS3Archive } from '../../../lambdas/aws/s3-archive.ts';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';

describe('the archive', () => {
  let server: Server;
  let received: { method?: string; url?: string; authorization?: string; body: Buffer }[];
  let status: number;
  let answer: Buffer;

  beforeEach(async () => {
    received = [];
    status = 200;
    answer = Buffer.alloc(0);
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({
          method: request.method!,
          url: request.url!,
          authorization: request.headers.authorization!,
          body: Buffer.concat(chunks),
        });
        response.writeHead(status).end(answer);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  const anArchive = () =>
    createS3Archive({
      bucket: 'bodies',
      env: {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      },
    });

  it('puts a body with a signed request and returns where it lies', async () => {
    const pointer = await anArchive().put('raw/2026-11-22/a b.gz', new Uint8Array([1, 2, 3]));

    expect(pointer).toBe('s3://bodies/raw/2026-11-22/a b.gz');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ method: 'PUT', url: '/bodies/raw/2026-11-22/a%20b.gz' });
    expect(received[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request/,
    );
    expect([...received[0]!.body]).toEqual([1, 2, 3]);
  });

  it('gets a body back by its pointer, byte for byte', async () => {
    answer = Buffer.from([0, 1, 2, 255]);

    const body = await anArchive().get('s3://bodies/raw/2026-11-22/a b.gz');

    expect([...body!]).toEqual([0, 1, 2, 255]);
    expect(received[0]).toMatchObject({ method: 'GET', url: '/bodies/raw/2026-11-22/a%20b.gz' });
    expect(received[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 /);
  });

  it('finds nothing where nothing lies any more', async () => {
    status = 404;

    expect(await anArchive().get('s3://bodies/raw/x.gz')).toBeUndefined();
  });

  it('does not take a refusal for nothing', async () => {
    status = 403;

    await expect(anArchive().get('s3://bodies/raw/x.gz')).rejects.toThrow(StoreUnavailableError);
  });

  it('reads in no other bucket', async () => {
    const elsewhere = anArchive().get('s3://bodies-of-another/raw/x.gz');

    await expect(elsewhere).rejects.toThrow(StoreUnavailableError);
    expect(received).toEqual([]);
  });

  it('says that it is unavailable when the bucket refuses', async () => {
    status = 403;

    await expect(anArchive().put('raw/x.gz', new Uint8Array([1]))).rejects.toThrow(
      StoreUnavailableError,
    );
  });
});
