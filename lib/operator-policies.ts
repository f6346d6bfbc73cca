import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ArchiveBucket } from './archive-bucket.ts';
import { KEY_ACTIONS, type KeyUser } from './key-use.ts';
import type { PipelineParts } from './pipeline-parts.ts';

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The parts that operators look at and work on. */
export type OperatorPoliciesProps = Pick<
  PipelineParts,
  'deployment' | 'encryption' | 'events' | 'queues' | 'secrets'
> & {
  readonly archive: ArchiveBucket;
  /** Whose settings the doctor looks at. */
  readonly consumer: IFunction;
  /** Where alarms go. */
  readonly topics: readonly ITopic[];
};

/**
 * Two policies for people who use the command line, to be attached to their roles. Attached to nobody here.
 *
 * - `viewer` sees what there is, **personal data included**, and can change nothing. Of the secrets it reads the
 *   pepper alone, without which nobody is found by an address.
 * - `operator` may all that the command line does: replay, close the breaker, erase, read and write secrets.
 *
 * Neither may deploy, change the key, the table's protection or the functions, or write the pepper.
 */
export class OperatorPolicies extends Construct {
  readonly viewer: ManagedPolicy;
  readonly operator: ManagedPolicy;

  constructor(scope: Construct, id: string, props: OperatorPoliciesProps) {
    super(scope, id);
    const { stage } = props.deployment;
    this.viewer = new ManagedPolicy(this, 'Viewer', {
      description: `Holdfast ${stage}: sees leads, queues and metrics, and changes nothing`,
      statements: viewing(this, props),
    });
    this.operator = new ManagedPolicy(this, 'Operator', {
      description: `Holdfast ${stage}: all that the command line does`,
      statements: [...viewing(this, props), ...operating(this, props)],
    });
    this.acknowledgeWildcards(props);
  }

  /** Each by the words in which cdk-nag tells of it. */
  private acknowledgeWildcards({ archive, secrets }: OperatorPoliciesProps): void {
    const stack = Stack.of(this);
    const bucket = stack.getLogicalId(archive.bucket.node.defaultChild as CfnBucket);
    const arn = (service: string): string =>
      `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>`;
    acknowledge(
      this,
      '*',
      'Only cloudwatch:GetMetricData and lambda:ListEventSourceMappings, which know no resources, and ' +
        'cloudwatch:DescribeAlarms by the beginning of their names (Service Authorization Reference, Amazon ' +
        'CloudWatch and AWS Lambda, read 2026-11-22); they tell counts and settings, and nothing of a person.',
    );
    acknowledge(
      this,
      `${arn('cloudformation')}:stack/${stack.stackName}/*`,
      'The stack is asked for by its name, and the id that stands for the star is made by AWS. Its outputs are ' +
        'names and addresses.',
    );
    acknowledge(
      this,
      `<${bucket}.Arn>/raw/*`,
      'Bodies that were too large for the table have names that are made as they come. Whoever may read the ' +
        'leads in the table may read these.',
    );
    acknowledge(
      this.operator,
      `${arn('secretsmanager')}:secret:${secrets.sourcePrefix}*`,
      'Each source has a secret under this prefix, and a source is connected by whoever writes its secret. One ' +
        'ARN a source would outgrow a managed policy, which holds 6,144 characters.',
    );
  }
}

function acknowledge(construct: Construct, resource: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

function viewing(scope: Construct, props: OperatorPoliciesProps): PolicyStatement[] {
  const { archive, consumer, encryption, events, queues, secrets, topics } = props;
  return [
    allow('FindTheStage', ['cloudformation:DescribeStacks'], [stackArns(scope)]),
    allow(
      'SeeMetricsAndAlarms',
      ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData', 'lambda:ListEventSourceMappings'],
      ['*'],
    ),
    allow('SeeConsumer', ['lambda:GetFunctionConfiguration'], [consumer.functionArn]),
    allow(
      'SeeWhoIsTold',
      ['sns:ListSubscriptionsByTopic'],
      topics.map(({ topicArn }) => topicArn),
    ),
    allow(
      'SeeLeads',
      [
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTable',
        'dynamodb:DescribeTimeToLive',
        'dynamodb:GetItem',
        'dynamodb:Query',
        'dynamodb:Scan',
      ],
      [events.table.tableArn],
      OVER_TLS,
    ),
    allow('SeeOpenLeads', ['dynamodb:Query'], [events.openIndexArn], OVER_TLS),
    allow(
      'SeeQueues',
      ['sqs:GetQueueAttributes'],
      [queues.delivery.queueArn, queues.deadLetter.queueArn],
    ),
    allow('SeeLargeBodies', ['s3:GetObject'], [archive.bodiesArn]),
    // Without it S3 says "forbidden" of a body that is gone.
    allow('TellMissingBodies', ['s3:ListBucket'], [archive.bucket.bucketArn]),
    allow(
      'FindPeople',
      ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      [secrets.pepper.secretArn],
    ),
    allow(
      'Decrypt',
      ['kms:Decrypt', 'kms:DescribeKey'],
      [encryption.key.keyArn],
      via(scope, ['dynamodb', 's3', 'secretsmanager']),
    ),
  ];
}

function operating(scope: Construct, props: OperatorPoliciesProps): PolicyStatement[] {
  const { archive, encryption, events, queues, secrets } = props;
  const secretArns = [secrets.zoho.secretArn, sourceSecretArns(scope, secrets.sourcePrefix)];
  return [
    allow(
      'MendLeads',
      ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      [events.table.tableArn],
      OVER_TLS,
    ),
    allow('Replay', ['sqs:SendMessage'], [queues.delivery.queueArn]),
    allow(
      'TakeDeadLetters',
      ['sqs:ChangeMessageVisibility', 'sqs:DeleteMessage', 'sqs:ReceiveMessage'],
      [queues.deadLetter.queueArn],
    ),
    allow('EraseLargeBodies', ['s3:DeleteObject'], [archive.bodiesArn]),
    allow(
      'KeepSecrets',
      [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      secretArns,
    ),
    allow('Encrypt', KEY_ACTIONS.dynamodb, [encryption.key.keyArn], via(scope, ['dynamodb'])),
    // To send to a queue and to store a secret, each of which makes a data key.
    allow(
      'MakeDataKeys',
      ['kms:Decrypt', 'kms:GenerateDataKey'],
      [encryption.key.keyArn],
      via(scope, ['sqs', 'secretsmanager']),
    ),
  ];
}

/** The stack, of which `DescribeStacks` is asked by its name: the id behind it is not known to whoever asks. */
function stackArns(scope: Construct): string {
  const stack = Stack.of(scope);
  return stack.formatArn({
    service: 'cloudformation',
    resource: 'stack',
    resourceName: `${stack.stackName}/*`,
  });
}

function sourceSecretArns(scope: Construct, prefix: string): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: `${prefix}*`,
  });
}

function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Conditions = {},
): PolicyStatement {
  return new PolicyStatement({
    sid,
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [...resources],
    conditions,
  });
}

/** DynamoDB has endpoints that speak plain HTTP: see `PipelineFunction`. */
const OVER_TLS: Conditions = { Bool: { 'aws:SecureTransport': 'true' } };

/** The key itself is out of reach: it serves only requests that these services make for the caller. */
function via(scope: Construct, services: readonly KeyUser[]): Conditions {
  const { region } = Stack.of(scope);
  return {
    StringEquals: {
      'kms:ViaService': services.map((service) => `${service}.${region}.amazonaws.com`),
    },
  };
}
