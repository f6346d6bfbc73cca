import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withEveryProvider } from '../../local/samples/every-provider.ts';
import { aConfig, listOf, type Statement, statementsOf, synthesize } from './template.ts';

const stack = synthesize({ context: { stage: 'prod' } });

const statementsOfPolicy = (name: string, of = stack): Statement[] =>
  statementsOf(of.one('AWS::IAM::ManagedPolicy', `Operators/${name}`));

/** Every `action on resource` of a policy; of a long ARN, what tells it. */
function allowedTo(name: string): string[] {
  const lines = statementsOfPolicy(name).flatMap(({ Action, Resource }) =>
    listOf(Action).flatMap((action) =>
      listOf(Resource).map((resource) => `${action} on ${stack.render(resource)}`),
    ),
  );
  return [...new Set(lines.map((line) => line.replace(/arn:.*\{AWS::AccountId\}:/, '')))].sort();
}

const actionsOf = (name: string): ReadonlySet<string> =>
  new Set(statementsOfPolicy(name).flatMap(({ Action }) => listOf(Action)));

const SEEING = [
  'cloudformation:DescribeStacks on stack/holdfast-prod/*',
  'cloudwatch:DescribeAlarms on *',
  'cloudwatch:GetMetricData on *',
  'dynamodb:DescribeContinuousBackups on Events/Table',
  'dynamodb:DescribeTable on Events/Table',
  'dynamodb:DescribeTimeToLive on Events/Table',
  'dynamodb:GetItem on Events/Table',
  'dynamodb:Query on Events/Table',
  'dynamodb:Query on Events/Table/index/open',
  'dynamodb:Scan on Events/Table',
  'kms:Decrypt on Encryption/Key',
  'kms:DescribeKey on Encryption/Key',
  'lambda:GetFunctionConfiguration on Consumer/Consumer/Function',
  'lambda:ListEventSourceMappings on *',
  's3:GetObject on Archive/Bucket/raw/*',
  's3:ListBucket on Archive/Bucket',
  'secretsmanager:DescribeSecret on Secrets/Pepper',
  'secretsmanager:GetSecretValue on Secrets/Pepper',
  'sns:ListSubscriptionsByTopic on OnCall/Topic',
  'sqs:GetQueueAttributes on Queues/DeadLetter',
  'sqs:GetQueueAttributes on Queues/Delivery',
];

const MENDING = [
  'dynamodb:DeleteItem on Events/Table',
  'dynamodb:PutItem on Events/Table',
  'dynamodb:UpdateItem on Events/Table',
  'kms:Encrypt on Encryption/Key',
  'kms:GenerateDataKey on Encryption/Key',
  'kms:GenerateDataKeyWithoutPlaintext on Encryption/Key',
  'kms:ReEncryptFrom on Encryption/Key',
  'kms:ReEncryptTo on Encryption/Key',
  's3:DeleteObject on Archive/Bucket/raw/*',
  ...['Secrets/Zoho', 'secret:holdfast/prod/source/*'].flatMap((secret) => [
    `secretsmanager:DescribeSecret on ${secret}`,
    `secretsmanager:GetSecretValue on ${secret}`,
    `secretsmanager:PutSecretValue on ${secret}`,
    `secretsmanager:UpdateSecretVersionStage on ${secret}`,
  ]),
  'sqs:ChangeMessageVisibility on Queues/DeadLetter',
  'sqs:DeleteMessage on Queues/DeadLetter',
  'sqs:ReceiveMessage on Queues/DeadLetter',
  'sqs:SendMessage on Queues/Delivery',
];

describe('a viewer', () => {
  it('may see leads, queues and metrics, and nothing else', () => {
    expect(allowedTo('Viewer')).toEqual([...SEEING].sort());
  });

  it('may change nothing', () => {
    const changing =
      /:(?:Put|Update|Delete|Send|Receive|Change|Create|Start|Purge|Encrypt|Generate)/;

    expect([...actionsOf('Viewer')].filter((action) => changing.test(action))).toEqual([]);
  });

  it('reads no secret with which a lead could be forged or the CRM be entered', () => {
    const secrets = allowedTo('Viewer').filter((line) => line.startsWith('secretsmanager:'));

    expect(secrets.filter((line) => !line.includes('Describe'))).toEqual([
      'secretsmanager:GetSecretValue on Secrets/Pepper',
    ]);
  });
});

describe('an operator', () => {
  it('may do what a viewer may, and mend', () => {
    expect(allowedTo('Operator')).toEqual([...SEEING, ...MENDING].sort());
  });

  it('may neither deploy, nor change the key, backups, functions, logs or permissions', () => {
    const services = new Set([...actionsOf('Operator')].map((action) => action.split(':')[0]));

    expect(services).toEqual(
      new Set([
        'cloudformation',
        'cloudwatch',
        'dynamodb',
        'kms',
        'lambda',
        's3',
        'secretsmanager',
        'sns',
        'sqs',
      ]),
    );
    expect([...actionsOf('Operator')].filter((action) => action.includes('*'))).toEqual([]);
    expect(
      [...actionsOf('Operator')].filter((action) => /^(?:lambda|sns|cloud)/.test(action)).sort(),
    ).toEqual([
      'cloudformation:DescribeStacks',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'lambda:GetFunctionConfiguration',
      'lambda:ListEventSourceMappings',
      'sns:ListSubscriptionsByTopic',
    ]);
  });

  it('never writes the pepper', () => {
    expect(allowedTo('Operator').filter((line) => line.endsWith('Secrets/Pepper'))).toEqual([
      'secretsmanager:DescribeSecret on Secrets/Pepper',
      'secretsmanager:GetSecretValue on Secrets/Pepper',
    ]);
  });

  it('may make every call that the command line knows', () => {
    expect(calledByCommandLine().size).toBeGreaterThan(10);
    for (const action of calledByCommandLine())
      expect([...actionsOf('Operator')]).toContain(action);
  });
});

describe('both policies', () => {
  it('are attached to nobody', () => {
    for (const { properties } of stack.resources('AWS::IAM::ManagedPolicy')) {
      for (const attached of ['Users', 'Groups', 'Roles']) {
        expect(properties).not.toHaveProperty(attached);
      }
    }
  });

  it.each(['Viewer', 'Operator'])('use the key and the table in safe ways only: %s', (name) => {
    for (const { Action, Condition } of statementsOfPolicy(name)) {
      const services = new Set(listOf(Action).map((action) => action.split(':')[0]));
      if (services.has('kms')) {
        expect(Object.keys(Condition?.['StringEquals'] ?? {})).toEqual(['kms:ViaService']);
      }
      if (services.has('dynamodb')) {
        expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'true' } });
      }
    }
  });

  it('fit into a managed policy, however many sources there are (AWS IAM, quotas: 6,144 characters)', () => {
    const many = synthesize({ config: withEveryProvider(aConfig()) });

    for (const name of ['Viewer', 'Operator']) {
      const { properties } = many.one('AWS::IAM::ManagedPolicy', `Operators/${name}`);
      expect(JSON.stringify(asDeployed(properties['PolicyDocument'])).length).toBeLessThan(6_144);
    }
  });
});

const ACCOUNT_WIDE: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-2',
  'AWS::AccountId': '123456789012',
};

/** A value of the template with its references filled in, by ARNs as long as they can be with a long stage. */
function asDeployed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asDeployed);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof ref === 'string') return ACCOUNT_WIDE[ref] ?? 'x'.repeat(ARN_CHARACTERS);
  if (attribute !== undefined) return 'x'.repeat(ARN_CHARACTERS);
  if (Array.isArray(join)) {
    const [by, parts] = join as [string, readonly unknown[]];
    return parts.map(asDeployed).join(by);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asDeployed(one)]));
}

/** Of a table: `arn:aws:dynamodb:…:table/holdfast-<20>-EventsTable<8>-<12>`, the longest of the stack's. */
const ARN_CHARACTERS = 125;

/** Every SDK command in the adapters that the command line uses, and its calls without the SDK, as IAM actions. */
function calledByCommandLine(): ReadonlySet<string> {
  const services: Readonly<Record<string, string>> = {
    'client-dynamodb': 'dynamodb',
    'client-sqs': 'sqs',
    'client-secrets-manager': 'secretsmanager',
  };
  const sources = ['lambdas/aws', 'local/operator'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
  );
  const commands = sources.flatMap((source) =>
    [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/([a-z-]+)'/g)].flatMap(
      ([, names = '', client = '']) =>
        [...names.matchAll(/(\w+?)(?:Batch)?Command\b/g)].map(
          ([, command]) => `${services[client] ?? client}:${command}`,
        ),
    ),
  );
  return new Set([
    ...commands,
    'cloudformation:DescribeStacks',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'lambda:GetFunctionConfiguration',
    'lambda:ListEventSourceMappings',
    's3:DeleteObject',
    's3:GetObject',
    'sns:ListSubscriptionsByTopic',
  ]);
}
