import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { tellOnCall } from './alarm-topic.ts';
import { ArchiveBucket } from './archive-bucket.ts';
import { Canary } from './canary.ts';
import { Consumer } from './consumer.ts';
import { DeliveryQueues } from './delivery-queues.ts';
import { canaryOf } from './deployed-canary.ts';
import type { Deployment } from './deployment.ts';
import { EncryptionKey } from './encryption-key.ts';
import { EventTable } from './event-table.ts';
import { Intake } from './intake.ts';
import { IntakeApi } from './intake-api.ts';
import { OperatorPolicies } from './operator-policies.ts';
import { PipelineAlarms } from './pipeline-alarms.ts';
import { PipelineDashboard } from './pipeline-dashboard.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { PipelineSecrets, SOURCE_SECRET_FORM } from './pipeline-secrets.ts';
import type { StageConfig } from './stage-config.ts';
import { sourceVersion } from './source-version.ts';
import { Sweeper } from './sweeper.ts';

/** What one stage is built from. */
export interface HoldfastStackProps {
  readonly config: HoldfastConfig;
  readonly deployment: Deployment;
  readonly stage: StageConfig;
}

/**
 * One stage of Holdfast, whole.
 *
 * ```
 * sender ─► IntakeApi ─► Intake ─► EventTable, ArchiveBucket
 *                          │            ▲   ▲
 *                          ▼            │   Sweeper ◄─ every minute
 *                     DeliveryQueues ─► Consumer ─► Zoho
 * ```
 */
export class HoldfastStack extends Stack {
  constructor(scope: Construct, id: string, props: HoldfastStackProps) {
    const { config, deployment, stage } = props;
    super(scope, id, {
      stackName: `holdfast-${deployment.stage}`,
      description: `Holdfast ${deployment.stage}: leads from form providers into Zoho CRM`,
      terminationProtection: deployment.isProduction,
      tags: { application: 'holdfast', stage: deployment.stage },
    });
    const encryption = new EncryptionKey(this, 'Encryption', { deployment });
    const { key } = encryption;
    const { restoredTable } = config;
    const events = new EventTable(this, 'Events', { deployment, key, restoredTable });
    const archive = new ArchiveBucket(this, 'Archive', {
      deployment,
      key,
      rawDays: config.retention.rawDays,
    });
    const queues = new DeliveryQueues(this, 'Queues', { deployment, stage, key });
    const secrets = new PipelineSecrets(this, 'Secrets', {
      deployment,
      stage,
      key,
      sources: config.sources,
    });
    const parts: PipelineParts = { config, deployment, stage, encryption, events, queues, secrets };
    const intake = new Intake(this, 'Intake', { ...parts, archive });
    const consumer = new Consumer(this, 'Consumer', { ...parts, archive });
    const sweeper = new Sweeper(this, 'Sweeper', parts);
    const api = new IntakeApi(this, 'Api', { deployment, stage, key, fn: intake.fn });
    const canary = canaryOf(parts);
    if (canary !== undefined) {
      new Canary(this, 'Canary', { ...parts, canary, endpoint: api.endpoint });
    }
    const { topic, urgentTopic } = tellOnCall(this, { config, deployment, key });
    const watched = {
      config,
      deployment,
      stage,
      queues,
      intake: intake.fn,
      consumer: consumer.fn,
      sweeper: sweeper.fn,
    };
    const { alarms } = new PipelineAlarms(this, 'Alarms', { ...watched, topic, urgentTopic });
    const dashboard = new PipelineDashboard(this, 'Dashboard', {
      ...watched,
      table: events.table,
      alarms,
    });

    const policies = new OperatorPolicies(this, 'Operators', {
      ...parts,
      archive,
      consumer: consumer.fn,
      topics: [...new Set([topic, urgentTopic])],
    });

    this.output('Endpoint', api.endpoint, 'Senders post to <endpoint>/hooks/<source>');
    this.output('DeliveryQueueUrl', queues.delivery.queueUrl, 'Leads on their way');
    this.output('DeadLetterQueueUrl', queues.deadLetter.queueUrl, 'Leads that need a person');
    this.output('TableName', events.table.tableName, 'The event store');
    this.output('ArchiveBucketName', archive.bucket.bucketName, 'Raw bodies over 300 KB');
    this.output('AlarmTopicArn', topic.topicArn, 'Where alarms go');
    this.output('DashboardUrl', dashboard.url, 'How leads are doing, on one screen');
    this.output('ZohoSecretName', secrets.zohoName, 'To be filled in by you');
    this.output('PepperSecretName', secrets.pepperName, 'Never to be changed');
    this.output(
      'Version',
      sourceVersion(config),
      'Of what was deployed; holdfast doctor compares it',
    );
    this.output('SourceSecretPrefix', secrets.sourcePrefix, "A source's secret: this and its name");
    this.output('SourceSecretForm', SOURCE_SECRET_FORM, 'Which members of such a secret are known');
    this.output('ViewerPolicyArn', policies.viewer.managedPolicyArn, 'For who only looks');
    this.output('OperatorPolicyArn', policies.operator.managedPolicyArn, 'For who mends');
  }

  private output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
