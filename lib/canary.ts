import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { CanaryEnv } from '../lambdas/canary/env.ts';
import type { CanarySettings } from '../lambdas/core/config.ts';
import { CANARY_SOURCE } from '../lambdas/core/pipeline-names.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { SettingError } from './setting-error.ts';

/** The stage, its canary, and where senders post to. */
export interface CanaryProps extends PipelineParts {
  readonly canary: CanarySettings;
  readonly endpoint: string;
}

/**
 * The function that sends a synthetic lead at an interval and follows it, and its clock. It may read one kind of item and
 * one secret, its own; everything else it does as any sender on the network.
 *
 * Neither a retry nor a dead-letter queue for its runs: one that fails has measured so, and the next one comes.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { canary, deployment, stage, encryption, events, secrets, endpoint } = props;
    const secret = secrets.bySource[CANARY_SOURCE];
    if (secret === undefined) throw new SettingError(['canary: its source has no secret']);
    const environment: CanaryEnv = {
      STAGE: deployment.stage,
      TABLE_NAME: events.table.tableName,
      ENDPOINT: endpoint,
      CANARY_SECRET_ID: `${secrets.sourcePrefix}${CANARY_SOURCE}`,
    };
    const { fn } = new PipelineFunction(this, 'Canary', {
      name: 'canary',
      deployment,
      key: encryption.key,
      memoryMb: stage.canary.memoryMb,
      timeoutSeconds: canary.patienceSeconds + stage.canary.closingSeconds,
      logDays: stage.functionLogDays,
      environment: { ...environment },
      keyUsedThrough: ['dynamodb', 'secretsmanager'],
      grants: [
        { actions: ['dynamodb:GetItem'], resources: [events.table.tableArn] },
        { actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] },
      ],
    });
    const every = Duration.minutes(canary.everyMinutes);
    fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: every });
    new Rule(this, 'Interval', {
      description: `Holdfast ${deployment.stage}: sends a canary`,
      schedule: Schedule.rate(every),
      targets: [new LambdaFunction(fn, { retryAttempts: 0, maxEventAge: every })],
    });
  }
}
