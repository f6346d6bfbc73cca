import { afterEach, describe, expect, it } from 'vitest';
import { LookDeniedError } from '../../../../../lambdas/operations/doctor/check.ts';
import { createAwsInspector } from '../../../../../local/operator/doctor/aws-inspector.ts';
import { OperatorError } from '../../../../../local/operator/operator-error.ts';
import { type AwsAnswerer, startAnsweringAws } from '../../../../support/answering-aws.ts';

const QUEUE_ARN = 'arn:aws:sqs:eu-central-1:111122223333:holdfast-prod-delivery';
const DEAD_LETTER_ARN = 'arn:aws:sqs:eu-central-1:111122223333:holdfast-prod-dead-letter';
const TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:on-call';

let aws: Awaited<ReturnType<typeof startAnsweringAws>> | undefined;

afterEach(async () => {
  await aws?.stop();
  aws = undefined;
});

async function anInspector(answer: AwsAnswerer) {
  aws = await startAnsweringAws(answer);
  const { url, access, requests } = aws;
  const inspector = createAwsInspector({
    access,
    stage: 'prod',
    tableName: 'events',
    deliveryQueueUrl: `${url}/111122223333/holdfast-prod-delivery`,
    deadLetterQueueUrl: `${url}/111122223333/holdfast-prod-dead-letter`,
    endpoints: { dynamodb: url, sqs: url },
  });
  return { inspector, requests };
}

const stack = (inside: string) =>
  `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
   <StackName>holdfast-prod</StackName><CreationTime>2026-11-01T04:00:00.000Z</CreationTime>${inside}
   </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

describe("the doctor's look at a deployed stage", () => {
  it('reads how its stack stands, and what was deployed', async () => {
    const { inspector } = await anInspector(() => ({
      xml: stack(`<LastUpdatedTime>2026-11-20T04:00:00.000Z</LastUpdatedTime>
        <StackStatus>UPDATE_COMPLETE</StackStatus>
        <Outputs><member><OutputKey>Version</OutputKey><OutputValue>0.1.0+abc</OutputValue></member></Outputs>`),
    }));

    expect(await inspector.stack()).toEqual({
      name: 'holdfast-prod',
      status: 'UPDATE_COMPLETE',
      version: '0.1.0+abc',
      updatedAt: '2026-11-20T04:00:00.000Z',
    });
  });

  it('reads a stack that was never updated, and does not say its version', async () => {
    const { inspector } = await anInspector(() => ({
      xml: stack('<StackStatus>CREATE_COMPLETE</StackStatus>'),
    }));

    expect(await inspector.stack()).toEqual({
      name: 'holdfast-prod',
      status: 'CREATE_COMPLETE',
      updatedAt: '2026-11-01T04:00:00.000Z',
    });
  });

  it('reads its queues', async () => {
    const { inspector } = await anInspector(({ body }) => ({
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      json: {
        Attributes: {
          QueueArn: body.includes('dead-letter') ? DEAD_LETTER_ARN : QUEUE_ARN,
          ApproximateNumberOfMessages: '2',
          ApproximateNumberOfMessagesNotVisible: '1',
          ApproximateNumberOfMessagesDelayed: '0',
          VisibilityTimeout: '365',
          MessageRetentionPeriod: '604800',
          KmsMasterKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/a',
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: DEAD_LETTER_ARN,
            maxReceiveCount: 1_000,
          }),
        },
      },
    }));

    expect(await inspector.queue('delivery')).toEqual({
      arn: QUEUE_ARN,
      count: 3,
      visibilitySeconds: 365,
      retentionSeconds: 604_800,
      redrive: { targetArn: DEAD_LETTER_ARN, receivesMax: 1_000 },
      isEncrypted: true,
    });
    expect((await inspector.queue('dead_letter')).arn).toBe(DEAD_LETTER_ARN);
  });

  it('reads a queue that has nothing set', async () => {
    const { inspector } = await anInspector(() => ({
      json: { Attributes: { QueueArn: QUEUE_ARN, SqsManagedSseEnabled: 'false' } },
    }));

    const queue = await inspector.queue('delivery');

    expect(queue.redrive).toBeUndefined();
    expect(queue.isEncrypted).toBe(false);
  });

  it('reads what takes leads off the queue, page by page, and its function', async () => {
    const { inspector, requests } = await anInspector(({ path, method }) => {
      if (method === 'POST') return { json: { Attributes: { QueueArn: QUEUE_ARN } } };
      if (path.includes('/functions/')) {
        return {
          json: {
            FunctionName: 'holdfast-consumer',
            Timeout: 60,
            Runtime: 'nodejs24.x',
            Environment: { Variables: { ZOHO_ENABLED: 'false', STAGE: 'prod' } },
          },
        };
      }
      return {
        json: {
          EventSourceMappings: [
            {
              UUID: 'a',
              EventSourceArn: QUEUE_ARN,
              FunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:holdfast-consumer',
              State: path.includes('Marker=more') ? 'Disabled' : 'Enabled',
              StateTransitionReason: 'USER_INITIATED',
              FunctionResponseTypes: ['ReportBatchItemFailures'],
            },
          ],
          ...(path.includes('Marker=more') ? {} : { NextMarker: 'more' }),
        },
      };
    });

    const mappings = await inspector.mappings();
    const fn = await inspector.fn(mappings?.[0]?.functionArn ?? '');

    expect(mappings?.map(({ state }) => state)).toEqual(['Enabled', 'Disabled']);
    expect(mappings?.[0]).toMatchObject({ reportsFailures: true, reason: 'USER_INITIATED' });
    expect(fn).toEqual({ name: 'holdfast-consumer', timeoutSeconds: 60, isZohoEnabled: false });
    const asked = requests.find(({ path }) => path.includes('event-source-mappings'));
    expect(asked?.path).toContain(`EventSourceArn=${encodeURIComponent(QUEUE_ARN)}`);
    expect(asked?.headers.authorization).toContain('/eu-central-1/lambda/aws4_request');
    expect(
      requests.some(({ path }) => path.endsWith('/functions/holdfast-consumer/configuration')),
    ).toBe(true);
  });

  it('reads its table', async () => {
    const { inspector } = await anInspector(({ headers }) => {
      const target = String(headers['x-amz-target']);
      if (target.endsWith('DescribeTable')) {
        const Table = {
          TableName: 'events',
          TableStatus: 'ACTIVE',
          DeletionProtectionEnabled: true,
          SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
        };
        return { json: { Table } };
      }
      return target.endsWith('DescribeTimeToLive')
        ? { json: { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } } }
        : {
            json: {
              ContinuousBackupsDescription: {
                ContinuousBackupsStatus: 'ENABLED',
                PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
              },
            },
          };
    });

    expect(await inspector.table()).toEqual({
      name: 'events',
      status: 'ACTIVE',
      isProtected: true,
      hasPointInTimeRecovery: false,
      isEncryptedByOwnKey: true,
      ttlAttribute: 'ttl',
    });
  });

  it('reads its alarms of both kinds, page by page', async () => {
    const { inspector, requests } = await anInspector(({ body }) => {
      const isSecond = body.includes('"NextToken"');
      const alarm = (AlarmName: string, StateValue: string) => ({
        AlarmName,
        StateValue,
        ActionsEnabled: true,
      });
      return {
        json: isSecond
          ? { MetricAlarms: [{ ...alarm('holdfast-prod-b', 'ALARM'), ActionsEnabled: false }] }
          : {
              MetricAlarms: [
                {
                  ...alarm('holdfast-prod-a', 'OK'),
                  AlarmActions: [TOPIC_ARN, 'arn:aws:lambda:eu-central-1:111122223333:function:x'],
                },
              ],
              CompositeAlarms: [alarm('holdfast-prod-risk', 'INSUFFICIENT_DATA')],
              NextToken: 'more',
            },
      };
    });

    expect(await inspector.alarms()).toEqual([
      { name: 'holdfast-prod-a', state: 'OK', actionsEnabled: true, topics: [TOPIC_ARN] },
      { name: 'holdfast-prod-risk', state: 'INSUFFICIENT_DATA', actionsEnabled: true, topics: [] },
      { name: 'holdfast-prod-b', state: 'ALARM', actionsEnabled: false, topics: [] },
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      AlarmNamePrefix: 'holdfast-prod-',
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
  });

  it('reads who is told, and who has not confirmed that', async () => {
    const member = (arn: string) =>
      `<member><TopicArn>${TOPIC_ARN}</TopicArn><Protocol>email</Protocol><SubscriptionArn>${arn}</SubscriptionArn>
       <Owner>111122223333</Owner><Endpoint>a&amp;b@example.com</Endpoint></member>`;
    const { inspector, requests } = await anInspector(({ body, headers }) =>
      String(headers['x-amz-target']).endsWith('DescribeAlarms')
        ? {
            json: {
              MetricAlarms: ['a', 'b'].map((name) => ({
                AlarmName: name,
                StateValue: 'OK',
                AlarmActions: [TOPIC_ARN],
              })),
            },
          }
        : {
            xml: `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${
              body.includes('NextToken') ? member(`${TOPIC_ARN}:1`) : member('PendingConfirmation')
            }</Subscriptions>${body.includes('NextToken') ? '' : '<NextToken>more</NextToken>'}
      </ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
          },
    );

    expect(await inspector.topics()).toEqual([
      {
        name: 'on-call',
        subscriptions: [
          { protocol: 'email', endpoint: 'a&b@example.com', isConfirmed: false },
          { protocol: 'email', endpoint: 'a&b@example.com', isConfirmed: true },
        ],
      },
    ]);
    expect(requests).toHaveLength(3);
  });

  it("reads AWS's clock", async () => {
    const { inspector } = await anInspector(() => ({
      headers: { date: 'Sun, 22 Nov 2026 04:00:00 GMT' },
      xml: '<Arn>a</Arn>',
    }));

    expect(await inspector.awsTimeMs()).toBe(Date.parse('2026-11-22T04:00:00Z'));
  });

  it.each<[string, ReturnType<AwsAnswerer>]>([
    [
      'in XML',
      {
        status: 403,
        xml: '<ErrorResponse><Error><Code>AuthorizationError</Code><Message>not authorized</Message></Error></ErrorResponse>',
      },
    ],
    [
      'in a header',
      {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/' },
        json: { Message: 'not authorized' },
      },
    ],
    [
      'in JSON',
      {
        status: 400,
        json: { __type: 'com.amazon.coral#AccessDeniedException', message: 'not authorized' },
      },
    ],
  ])('tells a missing right from other trouble, %s', async (_, answer) => {
    const { inspector } = await anInspector(() => answer);

    await expect(inspector.stack()).rejects.toThrow(LookDeniedError);
    await expect(inspector.stack()).rejects.toThrow('not authorized');
  });

  it('tells a missing right from other trouble, from the SDK', async () => {
    const { inspector } = await anInspector(() => ({
      status: 400,
      json: { __type: 'com.amazonaws.dynamodb#AccessDeniedException', Message: 'not authorized' },
    }));

    await expect(inspector.table()).rejects.toThrow(LookDeniedError);
  });

  it('tells other trouble as such', async () => {
    const { inspector } = await anInspector(() => ({
      status: 400,
      json: {
        __type: 'com.amazonaws.dynamodb#ResourceNotFoundException',
        message: 'no such table',
      },
    }));

    await expect(inspector.table()).rejects.toThrow(OperatorError);
    await expect(inspector.alarms()).rejects.toThrow(
      'refused: ResourceNotFoundException: no such table',
    );
  });
});
