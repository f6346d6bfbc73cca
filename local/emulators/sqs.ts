import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './credentials.ts';
import { openFauxqsStores } from './fauxqs-internals.ts';
import { isAddressInUse, PortTakenError, TAKEN_REMEDY } from './listen.ts';

/** SQS and S3 on this machine. */
export interface SqsEmulator {
  readonly url: string;
  readonly port: number;
  /** Creates a queue, or gives an existing one these attributes. */
  createQueue(name: string, attributes?: Readonly<Record<string, string>>): Promise<CreatedQueue>;
  /** Creates a bucket, or leaves an existing one as it is. */
  createBucket(name: string): Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A queue as functions and mappings name it. */
export interface CreatedQueue {
  readonly url: string;
  readonly arn: string;
}

/** Where the local SQS listens and keeps its data. */
export interface SqsEmulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Where queues, messages and objects are kept; without it they end with the process. */
  readonly dataDir?: string;
}

/**
 * Starts fauxqs in this process, on loopback only.
 *
 * What a queue holds is on disk when a send is answered, so that it survives the end of the process,
 * however it comes.
 *
 * @throws {PortTakenError}
 */
export async function startSqs(options: SqsEmulatorOptions): Promise<SqsEmulator> {
  const { stores, close } = await openFauxqsStores(options.dataDir);
  const app = buildApp({ logger: false, defaultRegion: LOCAL_REGION, stores });
  app.addHook('onClose', async () => close());
  let url: string;
  try {
    url = await app.listen({ host: '127.0.0.1', port: options.port });
  } catch (error) {
    close();
    if (!isAddressInUse(error)) throw error;
    throw new PortTakenError('the local SQS', options.port, TAKEN_REMEDY);
  }
  const aws = { endpoint: url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const sqs = new SQSClient({ ...aws, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ ...aws, forcePathStyle: true });

  return {
    url,
    port: Number(new URL(url).port),
    createQueue: (name, attributes = {}) => createQueue(sqs, url, name, attributes),
    createBucket: async (name) => {
      if (!stores.s3Store.hasBucket(name)) await s3.send(new CreateBucketCommand({ Bucket: name }));
    },
    stop: async () => {
      sqs.destroy();
      s3.destroy();
      await app.close();
    },
  };
}

/**
 * The URL of a local queue. fauxqs answers with a host name that has to be resolved, and the SDK calls the
 * host of a queue URL.
 */
export function localQueueUrl(sqsUrl: string, name: string): string {
  return `${sqsUrl}/000000000000/${name}`;
}

async function createQueue(
  sqs: SQSClient,
  url: string,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<CreatedQueue> {
  const queueUrl = localQueueUrl(url, name);
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  } catch (error) {
    // The name comes with the query protocol's prefix, which the SDK has no class for.
    if (!(error instanceof Error && error.name.endsWith('QueueNameExists'))) throw error;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: attributes }));
  }
  const answer = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
  );
  return { url: queueUrl, arn: answer.Attributes?.QueueArn ?? '' };
}
