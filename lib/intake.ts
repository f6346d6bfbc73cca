import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { IntakeEnv } from '../lambdas/intake/env.ts';
import type { ArchiveBucket } from './archive-bucket.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/** The parts that intake uses. */
export interface IntakeProps extends PipelineParts {
  readonly archive: ArchiveBucket;
}

/**
 * The function that answers senders: it verifies, stores and enqueues. It can read neither the queue
 * nor the archive, and knows nothing of Zoho.
 */
export class Intake extends Construct {
  readonly fn: IFunction;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const { deployment, stage, encryption, events, queues, secrets, archive } = props;
    const environment: IntakeEnv = {
      STAGE: deployment.stage,
      TABLE_NAME: events.table.tableName,
      ARCHIVE_BUCKET: archive.bucket.bucketName,
      DELIVERY_QUEUE_URL: queues.delivery.queueUrl,
      DEAD_LETTER_QUEUE_URL: queues.deadLetter.queueUrl,
      SOURCE_SECRET_PREFIX: secrets.sourcePrefix,
      PEPPER_SECRET_ID: secrets.pepperName,
    };
    this.fn = new PipelineFunction(this, 'Intake', {
      name: 'intake',
      deployment,
      key: encryption.key,
      ...stage.intake,
      logDays: stage.functionLogDays,
      ...(deployment.intakeReservedConcurrency === undefined
        ? {}
        : { reservedConcurrency: deployment.intakeReservedConcurrency }),
      environment: { ...environment },
      keyUsedThrough: ['dynamodb', 'sqs', 'secretsmanager', 's3'],
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
          resources: [events.table.tableArn],
        },
        {
          actions: ['sqs:SendMessage'],
          resources: [queues.delivery.queueArn, queues.deadLetter.queueArn],
        },
        {
          actions: ['secretsmanager:GetSecretValue'],
          resources: [
            secrets.pepper.secretArn,
            ...Object.values(secrets.bySource).map((secret) => secret.secretArn),
          ],
        },
        { actions: ['s3:PutObject'], resources: [archive.bodiesArn] },
      ],
    }).fn;
    archive.acknowledgeNames(this, 'raw/*');
  }
}
