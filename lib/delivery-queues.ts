import { Duration, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import type { StageConfig } from './stage-config.ts';

/** The stage and the numbers of its queues. */
export interface DeliveryQueuesProps {
  readonly deployment: Deployment;
  readonly stage: StageConfig;
  readonly key: IKey;
}

/**
 * Leads on their way, and leads that a person must look at.
 *
 * Messages name a lead and never carry it. The queues have fixed names, since each must name the
 * other: one where its messages go, the other from where they may come.
 */
export class DeliveryQueues extends Construct {
  readonly delivery: Queue;
  readonly deadLetter: Queue;

  constructor(scope: Construct, id: string, { deployment, stage, key }: DeliveryQueuesProps) {
    super(scope, id);
    const deliveryName = `holdfast-${deployment.stage}-delivery`;
    const shared = {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      dataKeyReuse: Duration.hours(stage.queueDataKeyReuseHours),
      enforceSSL: true,
    };
    this.deadLetter = new Queue(this, 'DeadLetter', {
      ...shared,
      queueName: `holdfast-${deployment.stage}-dead-letter`,
      retentionPeriod: Duration.days(stage.deadLetterQueue.retentionDays),
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [Queue.fromQueueArn(this, 'Source', this.arnOf(deliveryName))],
      },
    });
    this.delivery = new Queue(this, 'Delivery', {
      ...shared,
      queueName: deliveryName,
      visibilityTimeout: Duration.seconds(stage.deliveryQueue.visibilitySeconds),
      retentionPeriod: Duration.days(stage.deliveryQueue.retentionDays),
      deadLetterQueue: {
        queue: this.deadLetter,
        maxReceiveCount: stage.deliveryQueue.receivesMax,
      },
    });
  }

  private arnOf(queueName: string): string {
    return Stack.of(this).formatArn({ service: 'sqs', resource: queueName });
  }
}
