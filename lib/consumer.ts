import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ConsumerEnv } from '../lambdas/consumer/env.ts';
import { readsDetails } from '../lambdas/providers/reads-details.ts';
import type { ArchiveBucket } from './archive-bucket.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** The parts that the consumer uses. */
export interface ConsumerProps extends PipelineParts {
  readonly archive: ArchiveBucket;
}

/**
 * The function that delivers leads to Zoho, and what hands it messages.
 *
 * With delivery switched off it goes on reading the queue, since it is the consumer that holds leads;
 * a queue that nobody reads would drop them after its retention.
 *
 * Of the sources' secrets it may read those alone whose submissions are read from their provider's API, and the
 * archive is open to it only where there is such a source. Submissions that still wait for their details when
 * `readDetails` is switched off end in quarantine, and are replayed when it is on again.
 */
export class Consumer extends Construct {
  readonly fn: IFunction;

  constructor(scope: Construct, id: string, props: ConsumerProps) {
    super(scope, id);
    const { config, deployment, stage, encryption, events, queues, secrets, archive } = props;
    const tokenSecrets = Object.entries(secrets.bySource)
      .filter(([name]) => {
        const source = config.sources[name];
        return source !== undefined && readsDetails(source);
      })
      .map(([, secret]) => secret.secretArn);
    const isThin = tokenSecrets.length > 0;
    const environment: ConsumerEnv = {
      STAGE: deployment.stage,
      TABLE_NAME: events.table.tableName,
      DELIVERY_QUEUE_URL: queues.delivery.queueUrl,
      DEAD_LETTER_QUEUE_URL: queues.deadLetter.queueUrl,
      ZOHO_SECRET_ID: secrets.zohoName,
      PEPPER_SECRET_ID: secrets.pepperName,
      ARCHIVE_BUCKET: archive.bucket.bucketName,
      SOURCE_SECRET_PREFIX: secrets.sourcePrefix,
      ZOHO_ENABLED: String(deployment.isZohoEnabled),
      ZOHO_ACCOUNTS_URL: config.zoho.accountsUrl,
      ZOHO_API_URL: config.zoho.apiUrl,
      DETAILS_API_ORIGIN: '',
    };
    this.fn = new PipelineFunction(this, 'Consumer', {
      name: 'consumer',
      deployment,
      key: encryption.key,
      memoryMb: stage.consumer.memoryMb,
      timeoutSeconds: stage.consumer.timeoutSeconds,
      logDays: stage.functionLogDays,
      ...(deployment.consumerReservedConcurrency === undefined
        ? {}
        : { reservedConcurrency: deployment.consumerReservedConcurrency }),
      environment: { ...environment },
      keyUsedThrough: ['dynamodb', 'sqs', 'secretsmanager', ...(isThin ? ['s3' as const] : [])],
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
          resources: [events.table.tableArn],
        },
        {
          actions: [
            'sqs:ChangeMessageVisibility',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:ReceiveMessage',
          ],
          resources: [queues.delivery.queueArn],
        },
        { actions: ['sqs:SendMessage'], resources: [queues.deadLetter.queueArn] },
        {
          actions: ['secretsmanager:GetSecretValue'],
          resources: [secrets.zoho.secretArn, secrets.pepper.secretArn, ...tokenSecrets],
        },
        ...(isThin ? [{ actions: ['s3:PutObject'], resources: [archive.detailsArn] }] : []),
      ],
    }).fn;
    if (isThin) archive.acknowledgeNames(this, 'raw/*-details.gz');
    this.readQueue(props);
  }

  private readQueue({ config, stage, queues }: PipelineParts): void {
    new EventSourceMapping(this, 'Deliveries', {
      target: this.fn,
      eventSourceArn: queues.delivery.queueArn,
      batchSize: config.delivery.batchSize,
      maxBatchingWindow: Duration.seconds(stage.consumer.batchWindowSeconds),
      maxConcurrency: config.delivery.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}
