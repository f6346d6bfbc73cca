import { Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { INTAKE_PATHS } from '../lambdas/core/pipeline-names.ts';
import type { Deployment } from './deployment.ts';
import { logRemovalPolicy } from './lifecycle.ts';
import type { StageConfig } from './stage-config.ts';

/**
 * What an access log line holds. A request's path is left out, since it may end in a sender's token,
 * and so are its query string, address and user agent, which belong to people.
 */
export const ACCESS_LOG_FIELDS = {
  request_id: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  protocol: '$context.protocol',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  response_ms: '$context.responseLatency',
  integration_ms: '$context.integrationLatency',
  integration_status: '$context.integrationStatus',
  function_status: '$context.integration.status',
  error: '$context.error.responseType',
} as const;

/** The function behind the API, and the API's limits. */
export interface IntakeApiProps {
  readonly deployment: Deployment;
  readonly stage: StageConfig;
  readonly key: IKey;
  readonly fn: IFunction;
}

/** The HTTPS endpoint that senders post to. Any path outside `/hooks/` and `/health` gets 404. */
export class IntakeApi extends Construct {
  readonly endpoint: string;

  constructor(scope: Construct, id: string, { deployment, stage, key, fn }: IntakeApiProps) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', {
      apiName: `holdfast-${deployment.stage}`,
      description: `Holdfast ${deployment.stage}: webhooks of form providers`,
      createDefaultStage: false,
    });
    const integration = new HttpLambdaIntegration('Intake', fn);
    for (const path of INTAKE_PATHS) {
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
    }
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Senders prove themselves by a signature over the bytes of the body, which an authorizer of an HTTP API ' +
        'never gets to see. Intake verifies it before anything is stored; a website’s form has no way to prove itself.',
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      throttle: {
        rateLimit: stage.api.throttleRequestsPerSecond,
        burstLimit: stage.api.throttleBurstRequests,
      },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.buildAccessLog(deployment, stage, key)),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
      },
    });
    this.endpoint = api.apiEndpoint;
  }

  /**
   * API Gateway adds itself to the account's log resource policy, whose size is limited, unless the
   * name begins with `/aws/vendedlogs/` (Amazon CloudWatch Logs, log group resource policy size).
   */
  private buildAccessLog(deployment: Deployment, stage: StageConfig, key: IKey): LogGroup {
    return new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/holdfast-${deployment.stage}/access`,
      retention: stage.api.accessLogDays,
      encryptionKey: key,
      removalPolicy: logRemovalPolicy(deployment),
    });
  }
}
