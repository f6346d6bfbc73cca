import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BodyArchive, createS3Archive } from '../../lambdas/aws/s3-archive.ts';
import { createS3BodyShelf } from '../../lambdas/aws/s3-body-shelf.ts';
import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { type SqsEmulator, startSqs } from '../../local/emulators/sqs.ts';

describe('the archive on S3', () => {
  let emulator: SqsEmulator;
  let archive: BodyArchive;
  const optionsOf = (bucket: string) => ({
    bucket,
    env: {
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_S3: emulator.url,
    },
  });
  const archiveOf = (bucket: string) => createS3Archive(optionsOf(bucket));

  beforeAll(async () => {
    emulator = await startSqs({ port: 0 });
    await emulator.createBucket('archive');
    archive = archiveOf('archive');
  });
  afterAll(async () => {
    await emulator.stop();
  });

  it('gives back what it was given, by its pointer', async () => {
    const body = new Uint8Array(randomBytes(400_000));

    const pointer = await archive.put('raw/2026-11-22/corr 1-ä.gz', body);

    expect(await archive.get(pointer)).toEqual(body);
  });

  it('replaces a body that is put again, so that a repeated put changes nothing', async () => {
    const body = new Uint8Array([1, 2, 3]);
    const pointer = await archive.put('raw/again.gz', body);

    expect(await archive.put('raw/again.gz', body)).toBe(pointer);
    expect(await archive.get(pointer)).toEqual(body);
  });

  it('finds nothing where nothing was put', async () => {
    expect(await archive.get('s3://archive/raw/none.gz')).toBeUndefined();
  });

  it('hands over all bodies to an operator, but for emptied ones, and deletes what it is told to', async () => {
    const shelf = createS3BodyShelf(optionsOf('archive'));
    // S3 tells whole seconds.
    const startedAtMs = Math.floor(Date.now() / 1_000) * 1_000;
    const text = new TextEncoder().encode('{"email":"ana@example.com"}');
    const pointer = await archive.put('raw/2026-11-22/corr a+b-ä.gz', gzipSync(text));
    const emptied = await archive.put('raw/2026-11-22/corr-emptied.gz', new Uint8Array());
    const pointers = async () => (await shelf.list()).bodies.map((body) => body.pointer);

    const { bodies } = await shelf.list();
    const listed = bodies.map((body) => body.pointer);
    const read = await shelf.read(pointer);
    await shelf.remove(pointer);
    await shelf.remove(pointer);

    expect(listed).toContain(pointer);
    expect(listed).not.toContain(emptied);
    const { storedAtMs } = bodies.find((body) => body.pointer === pointer)!;
    expect(storedAtMs).toBeGreaterThanOrEqual(startedAtMs);
    expect(read).toEqual(text);
    expect(await pointers()).not.toContain(pointer);
    expect(await shelf.read(pointer)).toBeUndefined();
  });

  it('says that a bucket cannot be listed', async () => {
    await expect(createS3BodyShelf(optionsOf('elsewhere')).list()).rejects.toThrow(
      StoreUnavailableError,
    );
  });

  it('does not take a bucket that is not there for an empty one when it stores', async () => {
    const put = archiveOf('elsewhere').put('raw/x.gz', new Uint8Array([1]));

    await expect(put).rejects.toThrow(StoreUnavailableError);
  });
});
