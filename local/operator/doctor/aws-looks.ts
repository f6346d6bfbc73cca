import * as z from 'zod/mini';
import type {
  AlarmFacts,
  SubscriptionFacts,
} from '../../../lambdas/operations/doctor/check-alarms.ts';
import type { StackFacts } from '../../../lambdas/operations/doctor/check-installation.ts';
import { outputsOf, queryAws } from '../aws/aws-calls.ts';
import { askCloudWatch } from '../aws/aws-json.ts';
import type { AwsAccess } from '../aws/aws-request.ts';
import { allElements } from '../aws/xml-elements.ts';

/**
 * Reads a stack.
 *
 * @see AWS CloudFormation, DescribeStacks, read 2026-11-22
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readStack(access: AwsAccess, name: string): Promise<StackFacts> {
  const { text } = await queryAws(access, 'cloudformation', {
    Action: 'DescribeStacks',
    Version: '2010-05-15',
    StackName: name,
  });
  const [status = 'UNKNOWN'] = allElements(text, 'StackStatus');
  const [created] = allElements(text, 'CreationTime');
  const [updatedAt = created] = allElements(text, 'LastUpdatedTime');
  const version = outputsOf(text)['Version'];
  return {
    name,
    status,
    ...(version === undefined ? {} : { version }),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  };
}

const alarmSchema = z.object({
  AlarmName: z.string(),
  ActionsEnabled: z.optional(z.boolean()),
  AlarmActions: z.optional(z.array(z.string())),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
});
const alarmsSchema = z.object({
  MetricAlarms: z.optional(z.array(alarmSchema)),
  CompositeAlarms: z.optional(z.array(alarmSchema)),
  NextToken: z.nullish(z.string()),
});

/**
 * Reads the alarms whose names begin so.
 *
 * @see Amazon CloudWatch, DescribeAlarms, read 2026-11-22: without `AlarmTypes`, composite ones are left out
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readAlarms(
  access: AwsAccess,
  prefix: string,
): Promise<readonly AlarmFacts[]> {
  const alarms: AlarmFacts[] = [];
  let nextToken: string | undefined;
  do {
    const page: z.output<typeof alarmsSchema> = await askCloudWatch(
      access,
      'DescribeAlarms',
      {
        AlarmNamePrefix: prefix,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      },
      alarmsSchema,
    );
    for (const alarm of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])]) {
      alarms.push({
        name: alarm.AlarmName,
        state: alarm.StateValue,
        actionsEnabled: alarm.ActionsEnabled !== false,
        topics: (alarm.AlarmActions ?? []).filter((arn) => /^arn:[^:]+:sns:/.test(arn)),
      });
    }
    nextToken = page.NextToken ?? undefined;
  } while (nextToken !== undefined);
  return alarms;
}

/**
 * Reads who is told of alarms.
 *
 * @see Amazon SNS, ListSubscriptionsByTopic, read 2026-11-22: one that is not confirmed has `PendingConfirmation` in
 *   place of its ARN
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readSubscriptions(
  access: AwsAccess,
  topicArn: string,
): Promise<readonly SubscriptionFacts[]> {
  const found: SubscriptionFacts[] = [];
  let nextToken: string | undefined;
  do {
    const { text } = await queryAws(access, 'sns', {
      Action: 'ListSubscriptionsByTopic',
      Version: '2010-03-31',
      TopicArn: topicArn,
      ...(nextToken === undefined ? {} : { NextToken: nextToken }),
    });
    for (const member of allElements(text, 'member')) {
      const [arn = ''] = allElements(member, 'SubscriptionArn');
      const [protocol = '?'] = allElements(member, 'Protocol');
      const [endpoint = ''] = allElements(member, 'Endpoint');
      found.push({ protocol, endpoint, isConfirmed: arn.startsWith('arn:') });
    }
    [nextToken] = allElements(text, 'NextToken');
  } while (nextToken !== undefined && nextToken !== '');
  return found;
}

/**
 * What time it is in AWS.
 *
 * @returns epoch milliseconds, to the second
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readClock(access: AwsAccess): Promise<number | undefined> {
  const asked = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  return (await queryAws(access, 'sts', asked)).dateMs;
}
