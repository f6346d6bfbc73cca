import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { TableFacts } from '../../../lambdas/operations/doctor/check-table.ts';
import type { StageInspector } from '../../../lambdas/operations/doctor/facts.ts';
import type { AwsAccess } from '../aws/aws-request.ts';
import { readAlarms, readClock, readStack, readSubscriptions } from './aws-looks.ts';
import { readFunction, readMappings } from './lambda-looks.ts';
import { looking } from './looking.ts';
import { readQueueFacts } from './queue-facts.ts';

/** What of a deployed stage is looked at. */
export interface InspectedStage {
  readonly access: AwsAccess;
  readonly stage: string;
  readonly tableName: string;
  readonly deliveryQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Where they are if not in AWS. */
  readonly endpoints: { readonly dynamodb?: string; readonly sqs?: string };
}

/** Looks at the resources of a deployed stage, as its operator may. */
export function createAwsInspector(of: InspectedStage): StageInspector {
  const { access, stage, endpoints } = of;
  const settings = (endpoint: string | undefined) => ({
    region: access.region,
    credentials: access.credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const queue: StageInspector['queue'] = async (which) =>
    await looking(async () => {
      const sqs = new SQSClient(settings(endpoints.sqs));
      const url = which === 'delivery' ? of.deliveryQueueUrl : of.deadLetterQueueUrl;
      try {
        return await readQueueFacts(sqs, url, { tellsEncryption: true });
      } finally {
        sqs.destroy();
      }
    });
  return {
    queue,
    stack: async () => await looking(async () => await readStack(access, `holdfast-${stage}`)),
    mappings: async () => {
      const { arn } = await queue('delivery');
      return await looking(async () => await readMappings(access, arn));
    },
    fn: async (arn) => await looking(async () => await readFunction(access, arn)),
    table: async () =>
      await looking(async () => {
        const dynamodb = new DynamoDBClient(settings(endpoints.dynamodb));
        try {
          return await readTable(dynamodb, of.tableName);
        } finally {
          dynamodb.destroy();
        }
      }),
    alarms: async () => await looking(async () => await readAlarms(access, `holdfast-${stage}-`)),
    topics: async () =>
      await looking(async () => {
        const alarms = await readAlarms(access, `holdfast-${stage}-`);
        const arns = [...new Set(alarms.flatMap(({ topics }) => topics))];
        return await Promise.all(
          arns.map(async (arn) => ({
            name: arn.split(':').at(-1) ?? arn,
            subscriptions: await readSubscriptions(access, arn),
          })),
        );
      }),
    awsTimeMs: async () => await looking(async () => await readClock(access)),
  };
}

/** @see Amazon DynamoDB, DescribeTable, DescribeContinuousBackups, DescribeTimeToLive, read 2026-11-22 */
async function readTable(client: DynamoDBClient, name: string): Promise<TableFacts> {
  const [
    { Table: table },
    { ContinuousBackupsDescription: backups },
    { TimeToLiveDescription: ttl },
  ] = await Promise.all([
    client.send(new DescribeTableCommand({ TableName: name })),
    client.send(new DescribeContinuousBackupsCommand({ TableName: name })),
    client.send(new DescribeTimeToLiveCommand({ TableName: name })),
  ]);
  const recovery = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
  const expires = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
  return {
    name,
    status: table?.TableStatus ?? 'of an unknown state',
    isProtected: table?.DeletionProtectionEnabled === true,
    hasPointInTimeRecovery: recovery === 'ENABLED',
    isEncryptedByOwnKey: table?.SSEDescription?.SSEType === 'KMS',
    ...(expires && ttl.AttributeName !== undefined ? { ttlAttribute: ttl.AttributeName } : {}),
  };
}
