import { describe, expect, it } from 'vitest';
import { CONSUMER_ENV_NAMES } from '../../lambdas/consumer/env.ts';
import { INTAKE_ENV_NAMES } from '../../lambdas/intake/env.ts';
import { SWEEPER_ENV_NAMES } from '../../lambdas/sweeper/env.ts';
import { defineConfig } from '../../lambdas/core/config.ts';
import {
  aConfig,
  at,
  listOf,
  numberAt,
  type Resource,
  statementsOf,
  synthesize,
} from './template.ts';

const stack = synthesize();
const functions = stack.resources('AWS::Lambda::Function');

const named = (name: string): Resource =>
  stack.one('AWS::Lambda::Function', `${name}/${name}/Function`);
const variablesOf = (one: Resource): Record<string, unknown> =>
  at(one, 'Environment', 'Variables') as Record<string, unknown>;

const policyOf = (name: string, of = stack): Resource =>
  of.one('AWS::IAM::Policy', `${name}/${name}/Role/DefaultPolicy`);

/** Everything that a function's role allows beside the use of the key, one `action on resource` each. */
function allowedTo(name: string, of = stack): string[] {
  return statementsOf(policyOf(name, of))
    .flatMap((statement) =>
      listOf(statement.Action).flatMap((action) =>
        listOf(statement.Resource).map((resource) => `${action} on ${of.render(resource)}`),
      ),
    )
    .filter((line) => !line.startsWith('kms:'))
    .sort();
}

/** What a function's role may have the key do, by the service that asks for it. */
function keyUseOf(name: string): Readonly<Record<string, readonly string[]>> {
  const statements = statementsOf(policyOf(name)).filter(({ Action }) =>
    listOf(Action).some((action) => action.startsWith('kms:')),
  );
  return Object.fromEntries(
    statements.map(({ Action, Condition, Resource: resource }) => {
      expect(listOf(resource).map(stack.render)).toEqual(['Encryption/Key']);
      expect(Object.keys(Condition ?? {})).toEqual(['StringEquals']);
      const service = stack.render(Condition?.['StringEquals']?.['kms:ViaService']);
      return [service, listOf(Action).sort()];
    }),
  );
}

describe('a function may do only what is listed here', () => {
  it('intake', () => {
    expect(allowedTo('Intake')).toEqual([
      'dynamodb:GetItem on Events/Table',
      'dynamodb:PutItem on Events/Table',
      'dynamodb:UpdateItem on Events/Table',
      'logs:CreateLogStream on Intake/Intake/Log',
      'logs:PutLogEvents on Intake/Intake/Log',
      's3:PutObject on Archive/Bucket/raw/*',
      'secretsmanager:GetSecretValue on Secrets/Pepper',
      'secretsmanager:GetSecretValue on Secrets/Source-demo_request',
      'secretsmanager:GetSecretValue on Secrets/Source-events_app',
      'secretsmanager:GetSecretValue on Secrets/Source-partner',
      'sqs:SendMessage on Queues/DeadLetter',
      'sqs:SendMessage on Queues/Delivery',
    ]);
  });

  it('the consumer', () => {
    expect(allowedTo('Consumer')).toEqual([
      'dynamodb:GetItem on Events/Table',
      'dynamodb:PutItem on Events/Table',
      'dynamodb:UpdateItem on Events/Table',
      'logs:CreateLogStream on Consumer/Consumer/Log',
      'logs:PutLogEvents on Consumer/Consumer/Log',
      'secretsmanager:GetSecretValue on Secrets/Pepper',
      'secretsmanager:GetSecretValue on Secrets/Zoho',
      'sqs:ChangeMessageVisibility on Queues/Delivery',
      'sqs:DeleteMessage on Queues/Delivery',
      'sqs:GetQueueAttributes on Queues/Delivery',
      'sqs:ReceiveMessage on Queues/Delivery',
      'sqs:SendMessage on Queues/DeadLetter',
    ]);
  });

  it('the consumer, of the sources’ secrets, only those with which details are read', () => {
    const { sources } = aConfig();
    const meta = defineConfig({ sources: { ads: { provider: 'meta' } } }).sources;
    const withThin = synthesize({ config: aConfig({ sources: { ...sources, ...meta } }) });

    const added = allowedTo('Consumer', withThin).filter(
      (each) => !allowedTo('Consumer').includes(each),
    );

    expect(added).toEqual([
      's3:PutObject on Archive/Bucket/raw/*-details.gz',
      'secretsmanager:GetSecretValue on Secrets/Source-ads',
    ]);
  });

  it('the sweeper', () => {
    expect(allowedTo('Sweeper')).toEqual([
      'dynamodb:GetItem on Events/Table',
      'dynamodb:Query on Events/Table/index/open',
      'dynamodb:UpdateItem on Events/Table',
      'logs:CreateLogStream on Sweeper/Sweeper/Log',
      'logs:PutLogEvents on Sweeper/Sweeper/Log',
      'sqs:GetQueueAttributes on Queues/DeadLetter',
      'sqs:SendMessage on Queues/DeadLetter',
      'sqs:SendMessage on Queues/Delivery',
    ]);
  });

  it('and each through a role of its own, without managed policies', () => {
    const roles = stack.resources('AWS::IAM::Role');

    expect(roles.map(({ path }) => path).sort()).toEqual([
      'Consumer/Consumer/Role',
      'Intake/Intake/Role',
      'Sweeper/Sweeper/Role',
    ]);
    for (const { properties } of roles) expect(properties['ManagedPolicyArns'] ?? []).toEqual([]);
  });
});

describe('no policy allows everything', () => {
  const statements = stack.resources('AWS::IAM::Policy').flatMap((policy) => statementsOf(policy));

  it('no action ends in a wildcard', () => {
    const actions = statements.flatMap(({ Action }) => listOf(Action));

    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('no resource is a wildcard, the objects of our own bucket aside', () => {
    // A raw body's name is made when it arrives, so its ARN cannot be named here.
    const excepted = ['Archive/Bucket/raw/*'];

    const wild = statements
      .flatMap(({ Resource }) => listOf(Resource).map(stack.render))
      .filter((resource) => resource.includes('*'));

    expect(wild).toEqual(excepted);
  });

  it('the key serves a function only through a service that it uses, as far as that service needs it', () => {
    const dynamodb = [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ];
    const sqs = ['kms:Decrypt', 'kms:GenerateDataKey'];

    expect(keyUseOf('Intake')).toEqual({
      'dynamodb.{AWS::Region}.amazonaws.com': dynamodb,
      'sqs.{AWS::Region}.amazonaws.com': sqs,
      'secretsmanager.{AWS::Region}.amazonaws.com': ['kms:Decrypt'],
      's3.{AWS::Region}.amazonaws.com': ['kms:GenerateDataKey'],
    });
    expect(keyUseOf('Consumer')).toEqual({
      'dynamodb.{AWS::Region}.amazonaws.com': dynamodb,
      'sqs.{AWS::Region}.amazonaws.com': sqs,
      'secretsmanager.{AWS::Region}.amazonaws.com': ['kms:Decrypt'],
    });
    expect(keyUseOf('Sweeper')).toEqual({
      'dynamodb.{AWS::Region}.amazonaws.com': dynamodb,
      'sqs.{AWS::Region}.amazonaws.com': sqs,
    });
  });

  it('the table is reached over TLS only', () => {
    const onTable = statements.filter(({ Action }) =>
      listOf(Action).some((action) => action.startsWith('dynamodb:')),
    );

    expect(onTable).toHaveLength(4);
    for (const { Condition } of onTable) {
      expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'true' } });
    }
  });
});

describe('every function', () => {
  it('runs on the Node that the tests run on, on arm64', () => {
    for (const { properties } of functions) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    }
    expect(functions).toHaveLength(3);
  });

  it.each([
    ['Intake', INTAKE_ENV_NAMES],
    ['Consumer', CONSUMER_ENV_NAMES],
    ['Sweeper', SWEEPER_ENV_NAMES],
  ])('gets each variable that it reads, and none twice: %s', (name, expected) => {
    const own = Object.keys(variablesOf(named(name))).filter(
      (variable) => !/^(POWERTOOLS_|NODE_OPTIONS)/.test(variable),
    );

    expect(own.sort()).toEqual([...expected].sort());
  });

  it('never logs the event, which holds people’s data', () => {
    for (const one of functions) {
      expect(variablesOf(one)).not.toHaveProperty('POWERTOOLS_LOGGER_LOG_EVENT');
      expect(variablesOf(one)['POWERTOOLS_LOG_LEVEL']).toBe('INFO');
    }
  });

  it('is not traced: a trace would hold addresses of calls, and nobody reads one', () => {
    for (const one of functions) expect(one.properties).not.toHaveProperty('TracingConfig');
    for (const one of stack.resources('AWS::ApiGatewayV2::Stage')) {
      expect(JSON.stringify(one.properties)).not.toMatch(/tracing/i);
    }
  });

  it('is never run without idempotency', () => {
    for (const one of functions) {
      expect(variablesOf(one)).not.toHaveProperty('POWERTOOLS_IDEMPOTENCY_DISABLED');
    }
  });

  it('holds no secret in its environment, only names of secrets', () => {
    const values = functions.flatMap((one) => Object.values(variablesOf(one)));

    expect(values.map(stack.render).filter((value) => value.includes('Secrets/'))).toEqual([]);
    expect(values).not.toContainEqual(expect.stringContaining('resolve:secretsmanager'));
  });

  it('writes to a log of its own that ends', () => {
    const groups = functions.map((one) => stack.render(at(one, 'LoggingConfig', 'LogGroup')));

    expect(new Set(groups).size).toBe(3);
    for (const { properties } of stack.resources('AWS::Logs::LogGroup')) {
      expect(properties['RetentionInDays']).toBe(30);
    }
  });

  it('reserves no concurrency, unless asked to, since a new account has little', () => {
    const reserved = synthesize({ context: { consumerReservedConcurrency: '4' } });

    for (const { properties } of functions) {
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    expect(
      reserved.one('AWS::Lambda::Function', 'Consumer/Consumer/Function').properties[
        'ReservedConcurrentExecutions'
      ],
    ).toBe(4);
  });
});

describe('the sweeper', () => {
  it('runs every minute, and not again for a run that failed', () => {
    const rule = stack.one('AWS::Events::Rule', 'Sweeper/EveryMinute');
    const [invocation] = stack.resources('AWS::Lambda::EventInvokeConfig');

    expect(at(rule, 'ScheduleExpression')).toBe('rate(1 minute)');
    expect(at(rule, 'Targets', 0, 'RetryPolicy', 'MaximumRetryAttempts')).toBe(0);
    expect(invocation?.properties['MaximumRetryAttempts']).toBe(0);
    expect(numberAt(named('Sweeper'), 'Timeout')).toBeLessThan(60);
  });
});
