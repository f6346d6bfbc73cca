import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { SweeperEnv } from '../lambdas/sweeper/env.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { PipelineParts } from './pipeline-parts.ts';

/**
 * The function that finds leads which nothing else moves, and its clock.
 *
 * Neither a retry nor a dead-letter queue for its runs: the next one comes within the interval and
 * sees the same table. That runs stop altogether is what an alarm is for.
 */
export class Sweeper extends Construct {
  readonly fn: IFunction;

  constructor(scope: Construct, id: string, props: PipelineParts) {
    super(scope, id);
    const { deployment, stage, encryption, events, queues } = props;
    const environment: SweeperEnv = {
      STAGE: deployment.stage,
      TABLE_NAME: events.table.tableName,
      DELIVERY_QUEUE_URL: queues.delivery.queueUrl,
      DEAD_LETTER_QUEUE_URL: queues.deadLetter.queueUrl,
      ZOHO_ENABLED: String(deployment.isZohoEnabled),
    };
    this.fn = new PipelineFunction(this, 'Sweeper', {
      name: 'sweeper',
      deployment,
      key: encryption.key,
      memoryMb: stage.sweeper.memoryMb,
      timeoutSeconds: stage.sweeper.timeoutSeconds,
      logDays: stage.functionLogDays,
      environment: { ...environment },
      keyUsedThrough: ['dynamodb', 'sqs'],
      grants: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
          resources: [events.table.tableArn],
        },
        { actions: ['dynamodb:Query'], resources: [events.openIndexArn] },
        {
          actions: ['sqs:SendMessage'],
          resources: [queues.delivery.queueArn, queues.deadLetter.queueArn],
        },
        // How many dead letters there are: an idle queue does not tell CloudWatch.
        { actions: ['sqs:GetQueueAttributes'], resources: [queues.deadLetter.queueArn] },
      ],
    }).fn;
    const maxAge = Duration.minutes(stage.sweeper.everyMinutes);
    this.fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: maxAge });
    new Rule(this, 'EveryMinute', {
      description: `Holdfast ${deployment.stage}: runs the sweeper`,
      schedule: Schedule.rate(Duration.minutes(stage.sweeper.everyMinutes)),
      targets: [new LambdaFunction(this.fn, { retryAttempts: 0, maxEventAge: maxAge })],
    });
  }
}
