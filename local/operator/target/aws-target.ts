import { SQSClient } from '@aws-sdk/client-sqs';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { Log } from '../../../lambdas/core/ports/telemetry.ts';
import { readCallerArn, readStackOutputs } from '../aws/aws-calls.ts';
import type { AwsAccess } from '../aws/aws-request.ts';
import { buildOperatorPorts } from './build-ports.ts';
import { createAwsInspector } from '../doctor/aws-inspector.ts';
import { createCloudWatchMetricReader } from '../aws/cloudwatch-metrics.ts';
import { OperatorError } from '../operator-error.ts';
import type { OperatorTarget } from './target.ts';

/** Which stage, where, and with whose credentials. */
export interface AwsTargetOptions {
  readonly stage: string;
  /** Without it, what the SDK finds: `AWS_REGION`, or the profile's. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens a deployed stage: its resources' names come from the stack's outputs, who works on it from the
 * credentials.
 *
 * @throws {OperatorError} there are no credentials or no region, no such stage, or AWS refused
 */
export async function openAwsTarget(
  options: AwsTargetOptions,
  config: HoldfastConfig,
  log: Log,
): Promise<OperatorTarget> {
  const { stage, region: wanted, profile } = options;
  const access = await findAccess(options);
  const [by, outputs] = await Promise.all([
    readCallerArn(access),
    readStackOutputs(access, `holdfast-${stage}`),
  ]);
  const output = (name: string): string => {
    const value = outputs[name];
    if (value !== undefined) return value;
    throw new OperatorError(
      `The stack holdfast-${stage} in ${access.region} has no output ${name}; deploy it once more.`,
    );
  };
  const pepperSecretId = output('PepperSecretName');
  // What the stack gives the functions, too.
  const { accountsUrl, apiUrl } = config.zoho;
  const zoho = { secretId: output('ZohoSecretName'), accountsUrl, apiUrl };
  const endpoint = output('Endpoint').replace(/\/$/, '');
  const sourceSecretPrefix = output('SourceSecretPrefix');
  const { ports, close } = buildOperatorPorts(
    {
      region: access.region,
      credentials: access.credentials,
      endpoints: endpointsFrom(options.env),
      tableName: output('TableName'),
      archiveBucket: output('ArchiveBucketName'),
      deliveryQueueUrl: output('DeliveryQueueUrl'),
      deadLetterQueueUrl: output('DeadLetterQueueUrl'),
      hasSecretVersions: true,
    },
    config,
    log,
  );
  return {
    name: `the stage ${stage} in ${access.region}`,
    options: [
      '--stage',
      stage,
      ...(wanted === undefined ? [] : ['--region', wanted]),
      ...(profile === undefined ? [] : ['--profile', profile]),
    ],
    by,
    isLocal: false,
    endpoint,
    endsPreviousSecrets: Number(outputs['SourceSecretForm'] ?? 1) >= 2,
    sourceSecretPrefix,
    pepperSecretId,
    zoho,
    ports,
    metrics: createCloudWatchMetricReader(access),
    inspector: createAwsInspector({
      access,
      stage,
      tableName: output('TableName'),
      deliveryQueueUrl: output('DeliveryQueueUrl'),
      deadLetterQueueUrl: output('DeadLetterQueueUrl'),
      endpoints: endpointsFrom(options.env),
    }),
    close,
  };
}

/** Region and credentials as every SDK client finds them: environment, profile, single sign-on, role. */
async function findAccess({ region, profile, env }: AwsTargetOptions): Promise<AwsAccess> {
  const finder = new SQSClient({
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  });
  try {
    const found = await finder.config.region().catch((error: unknown) => {
      throw new OperatorError('No AWS region is set: give --region, or set AWS_REGION.', error);
    });
    const credentials = await finder.config.credentials().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new OperatorError(`No AWS credentials were found: ${why}`, error);
    });
    return { region: found, credentials, env };
  } finally {
    finder.destroy();
  }
}

function endpointsFrom(env: AwsTargetOptions['env']) {
  const endpoint = (name: string, service: string) => {
    const value = env[`AWS_ENDPOINT_URL_${service}`] ?? env['AWS_ENDPOINT_URL'];
    return value === undefined || value === '' ? {} : { [name]: value };
  };
  return {
    ...endpoint('dynamodb', 'DYNAMODB'),
    ...endpoint('sqs', 'SQS'),
    ...endpoint('s3', 'S3'),
    ...endpoint('secrets', 'SECRETS_MANAGER'),
  };
}
