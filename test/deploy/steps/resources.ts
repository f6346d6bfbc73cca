import assert from 'node:assert/strict';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { GetPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { STAGE_CONFIG } from '../../../lib/stage-config.ts';
import { elements } from '../aws-calls.ts';
import { STACK, type World } from '../world.ts';

/** The redrive policy is what moves a message that nobody could deal with. */
export async function queues(world: World): Promise<string> {
  const deadLetter = await attributesOf(world, 'DeadLetterQueueUrl');
  let delivery = await attributesOf(world, 'DeliveryQueueUrl');
  const isThere = delivery['RedrivePolicy'] !== undefined;
  if (!isThere) {
    // What CloudFormation should have done; an earlier version of the emulator left it out.
    const policy = { deadLetterTargetArn: deadLetter['QueueArn'], maxReceiveCount: 1_000 };
    await world.sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: world.output('DeliveryQueueUrl'),
        Attributes: { RedrivePolicy: JSON.stringify(policy) },
      }),
    );
    delivery = await attributesOf(world, 'DeliveryQueueUrl');
  }
  const redrive = JSON.parse(delivery['RedrivePolicy'] ?? '{}') as Record<string, unknown>;
  assert.equal(redrive['deadLetterTargetArn'], deadLetter['QueueArn']);
  assert.equal(Number(redrive['maxReceiveCount']), STAGE_CONFIG.deliveryQueue.receivesMax);
  const allow = JSON.parse(deadLetter['RedriveAllowPolicy'] ?? '{}') as Record<string, unknown>;
  assert.deepEqual(allow['sourceQueueArns'], [delivery['QueueArn']]);
  assert.equal(Number(delivery['VisibilityTimeout']), STAGE_CONFIG.deliveryQueue.visibilitySeconds);
  assert.ok((delivery['KmsMasterKeyId'] ?? '') !== '');
  return isThere
    ? 'RedrivePolicy: as the template says'
    : 'RedrivePolicy: the emulator IGNORED it; the test has set it';
}

/**
 * Point-in-time recovery, expiry, protection and encryption of the table; a bucket that is closed to the public. Its
 * own encryption and expiry the emulator's CloudFormation leaves out.
 */
export async function dataStores(world: World): Promise<void> {
  const TableName = world.output('TableName');
  const { Table } = await world.dynamodb.send(new DescribeTableCommand({ TableName }));
  assert.equal(Table?.DeletionProtectionEnabled, true);
  assert.equal(Table?.SSEDescription?.SSEType, 'KMS');
  assert.equal(Table?.BillingModeSummary?.BillingMode, 'PAY_PER_REQUEST');
  assert.deepEqual(
    Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
    ['open'],
  );
  const { ContinuousBackupsDescription: backups } = await world.dynamodb.send(
    new DescribeContinuousBackupsCommand({ TableName }),
  );
  const recovery = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  assert.equal(recovery, 'ENABLED');
  const { TimeToLiveDescription: expiry } = await world.dynamodb.send(
    new DescribeTimeToLiveCommand({ TableName }),
  );
  assert.equal(expiry?.AttributeName, 'ttl');
  assert.match(expiry?.TimeToLiveStatus ?? '', /^ENABL/);

  const Bucket = world.output('ArchiveBucketName');
  const { PublicAccessBlockConfiguration: access } = await world.s3.send(
    new GetPublicAccessBlockCommand({ Bucket }),
  );
  assert.deepEqual(new Set(Object.values(access ?? {})), new Set([true]));
  const secret = await world.secrets.send(
    new DescribeSecretCommand({ SecretId: world.output('PepperSecretName') }),
  );
  assert.ok((secret.KmsKeyId ?? '') !== '');
}

/** What hands the consumer its batches, as the configuration and the template say. */
export async function eventSourceMapping(world: World): Promise<string> {
  const { EventSourceMappings } = await world.calls.get(
    'lambda',
    '/2015-03-31/event-source-mappings',
  );
  const [mapping, ...others] = EventSourceMappings as readonly Record<string, unknown>[];
  assert.equal(others.length, 0);
  const { maxConcurrency, batchSize } = world.deployed.config.delivery;
  assert.deepEqual(mapping?.['ScalingConfig'], { MaximumConcurrency: maxConcurrency });
  assert.deepEqual(mapping?.['FunctionResponseTypes'], ['ReportBatchItemFailures']);
  assert.equal(mapping?.['BatchSize'], batchSize);
  return `batches of ${batchSize}, ${maxConcurrency} at a time, partial failures reported`;
}

/** Every alarm of the template is there, and tells the topic; so is each dashboard. */
export async function alarms(world: World): Promise<string> {
  const target = 'GraniteServiceVersion20100801';
  const described = await world.calls.json('monitoring', `${target}.DescribeAlarms`, {
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    MaxRecords: 100,
  });
  const all = ['MetricAlarms', 'CompositeAlarms'].flatMap(
    (kind) => (described[kind] ?? []) as readonly Record<string, unknown>[],
  );
  const there = new Map(all.map((alarm) => [String(alarm['AlarmName']), alarm]));
  const resources = Object.values(world.template().Resources);
  const wanted = resources.filter(
    ({ Type }) => Type.startsWith('AWS::CloudWatch::') && Type.endsWith('Alarm'),
  );
  const missing = wanted
    .map(({ Properties }) => String(Properties?.['AlarmName']))
    .filter((name) => !there.has(name));
  assert.deepEqual(missing, []);
  const telling = all.filter(({ AlarmActions }) =>
    ((AlarmActions ?? []) as readonly string[]).includes(world.output('AlarmTopicArn')),
  );
  assert.ok(telling.length > 0, 'no alarm tells the topic');

  const subscriptions = await world.calls.query('sns', 'ListSubscriptionsByTopic', {
    TopicArn: world.output('AlarmTopicArn'),
  });
  assert.deepEqual(elements(subscriptions, 'Endpoint'), ['on-call@example.com']);

  const dashboards = resources.filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
  const boards = await world.calls.json('monitoring', `${target}.ListDashboards`, {});
  assert.equal((boards['DashboardEntries'] as readonly unknown[]).length, dashboards.length);
  return `${wanted.length} alarms, of which ${telling.length} tell the topic; ${dashboards.length} dashboards`;
}

/** Logs of the functions and of the API end by themselves, and are encrypted. */
export async function logs(world: World): Promise<void> {
  const { logGroups } = await world.calls.json('logs', 'Logs_20140328.DescribeLogGroups', {});
  const ours = (logGroups as readonly Record<string, unknown>[]).filter(({ logGroupName }) =>
    String(logGroupName).includes(STACK),
  );
  const wanted = Object.values(world.template().Resources).filter(
    ({ Type }) => Type === 'AWS::Logs::LogGroup',
  );
  assert.equal(ours.length, wanted.length);
  for (const group of ours) {
    assert.equal(group['retentionInDays'], STAGE_CONFIG.functionLogDays);
    assert.match(String(group['kmsKeyId']), /:key\//);
  }
}

async function attributesOf(
  world: World,
  queue: 'DeliveryQueueUrl' | 'DeadLetterQueueUrl',
): Promise<Record<string, string | undefined>> {
  const { Attributes = {} } = await world.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: world.output(queue), AttributeNames: ['All'] }),
  );
  return Attributes;
}
