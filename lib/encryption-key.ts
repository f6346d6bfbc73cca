import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { dataRemovalPolicy } from './lifecycle.ts';

/** The stage whose key it is. */
export interface EncryptionKeyProps {
  readonly deployment: Deployment;
}

/**
 * The one key that encrypts everything a lead passes through: table, bucket, queues, secrets, topic
 * and logs. Without it none of them can be read, so it stays when the stack goes.
 *
 * The account's own IAM policies decide about people and functions; two services need a word of
 * their own, since they act for nobody in the account.
 */
export class EncryptionKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { deployment }: EncryptionKeyProps) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: `Holdfast ${deployment.stage}: leads, queues, secrets, alarms and logs`,
      alias: `holdfast-${deployment.stage}`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(deployment.isDisposable ? 7 : 30),
      removalPolicy: dataRemovalPolicy(deployment),
    });
    this.letAlarmsPublish();
    this.letLogsBeWritten();
  }

  /** A CloudWatch alarm publishes to the encrypted topic as a service, not as a role. */
  private letAlarmsPublish(): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublishToTheTopic',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }

  /** CloudWatch Logs encrypts this account's log groups, each under its own ARN as context. */
  private letLogsBeWritten(): void {
    const { partition, region, account } = Stack.of(this);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogGroupsAreEncrypted',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
          },
        },
      }),
    );
  }
}
