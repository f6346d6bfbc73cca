import { checkAlarms, checkTopics } from './check-alarms.ts';
import { checkConsumer, checkMappings, checkQueues } from './check-queues.ts';
import { checkTable } from './check-table.ts';
import type { Look } from './check.ts';
import type { DoctorPorts, DoctorSettings } from './doctor-ports.ts';

/** Looks at what AWS runs for the stage: queues, the function that reads them, the table, the alarms. */
export function resourceLooks(
  { inspector }: DoctorPorts,
  { queues, command }: DoctorSettings,
): readonly Look[] {
  return [
    {
      area: 'queues',
      name: 'queues',
      what: 'the queues',
      needs: ['sqs:GetQueueAttributes'],
      run: async () => {
        const [delivery, deadLetter] = await Promise.all([
          inspector.queue('delivery'),
          inspector.queue('dead_letter'),
        ]);
        return checkQueues(delivery, deadLetter, queues, command);
      },
    },
    {
      area: 'queues',
      name: 'reader',
      what: 'what reads the delivery queue',
      needs: ['lambda:ListEventSourceMappings'],
      run: async () => checkMappings(await inspector.mappings(), queues),
    },
    {
      area: 'queues',
      name: 'consumer',
      what: 'the consumer function',
      needs: ['lambda:ListEventSourceMappings', 'lambda:GetFunctionConfiguration'],
      run: async () => {
        const [mapping] = (await inspector.mappings()) ?? [];
        if (mapping === undefined) return [];
        const [fn, delivery] = await Promise.all([
          inspector.fn(mapping.functionArn),
          inspector.queue('delivery'),
        ]);
        return checkConsumer(fn, delivery);
      },
    },
    {
      area: 'table',
      name: 'table',
      what: 'the table',
      needs: [
        'dynamodb:DescribeTable',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTimeToLive',
      ],
      run: async () => checkTable(await inspector.table()),
    },
    {
      area: 'alarms',
      name: 'alarms',
      what: 'the alarms',
      needs: ['cloudwatch:DescribeAlarms'],
      run: async () => checkAlarms(await inspector.alarms()),
    },
    {
      area: 'alarms',
      name: 'subscriptions',
      what: 'who is told of alarms',
      needs: ['cloudwatch:DescribeAlarms', 'sns:ListSubscriptionsByTopic'],
      run: async () => checkTopics(await inspector.topics()),
    },
  ];
}
