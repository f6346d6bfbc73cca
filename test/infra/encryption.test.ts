import { describe, expect, it } from 'vitest';
import {
  aConfig,
  at,
  listOf,
  numberAt,
  type Statement,
  statementsOf,
  synthesize,
} from './template.ts';

const stack = synthesize();
const prod = synthesize({ context: { stage: 'prod' } });

const onlyTls = (statement: Statement): boolean =>
  statement.Effect === 'Deny' &&
  JSON.stringify(statement.Condition) === '{"Bool":{"aws:SecureTransport":"false"}}' &&
  JSON.stringify(statement.Principal) === '{"AWS":"*"}';

/** Where each type of resource that holds something says what encrypts it. */
const KEY_OF: Readonly<Record<string, readonly (string | number)[]>> = {
  'AWS::DynamoDB::Table': ['SSESpecification', 'KMSMasterKeyId'],
  'AWS::S3::Bucket': [
    'BucketEncryption',
    'ServerSideEncryptionConfiguration',
    0,
    'ServerSideEncryptionByDefault',
    'KMSMasterKeyID',
  ],
  'AWS::SQS::Queue': ['KmsMasterKeyId'],
  'AWS::SNS::Topic': ['KmsMasterKeyId'],
  'AWS::SecretsManager::Secret': ['KmsKeyId'],
  'AWS::Logs::LogGroup': ['KmsKeyId'],
};

/** Types that hold nothing of a lead, of a secret or of a log. A new type is to be put here, or above. */
const HOLDING_NOTHING = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  // Its environment holds names only; Lambda encrypts it with a key of its own.
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
];

const types = Object.values(
  stack.template.toJSON()['Resources'] as Readonly<Record<string, { readonly Type: string }>>,
).map(({ Type }) => Type);

describe('encryption', () => {
  it.each(Object.entries(KEY_OF))('of every %s is with the stage’s own key', (type, path) => {
    const resources = stack.resources(type);

    expect(resources.length).toBeGreaterThan(0);
    for (const resource of resources) {
      expect([resource.path, stack.render(at(resource, ...path))]).toEqual([
        resource.path,
        'Encryption/Key',
      ]);
    }
  });

  it('is asked of every type of resource that there is', () => {
    const unknown = types.filter(
      (type) => KEY_OF[type] === undefined && !HOLDING_NOTHING.includes(type),
    );

    expect([...new Set(unknown)]).toEqual([]);
  });

  it('of the archive asks for a data key once for many objects', () => {
    const bucket = stack.one('AWS::S3::Bucket', 'Archive/Bucket');

    expect(
      at(bucket, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'BucketKeyEnabled'),
    ).toBe(true);
  });
});

describe('the key', () => {
  const key = stack.one('AWS::KMS::Key', 'Encryption/Key');
  const statements = statementsOf(key, 'KeyPolicy');

  it('rotates, and can be had back for 30 days when somebody deletes it', () => {
    expect(at(key, 'EnableKeyRotation')).toBe(true);
    expect(numberAt(key, 'PendingWindowInDays')).toBe(30);
  });

  it('leaves decisions to the account’s own policies, and lets no other account use it', () => {
    const principals = statements.map(({ Principal }) => stack.render(Principal));

    expect(principals.filter((principal) => !principal.startsWith('{"Service":'))).not.toEqual([]);
    for (const principal of principals) {
      expect(principal).toMatch(
        /^\{"Service":|^\{"AWS":\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":iam::",\{"Ref":"AWS::AccountId"\},":root"\]\]\}\}$/,
      );
    }
  });

  it('serves no service on behalf of somebody else’s account', () => {
    const conditions = statements
      .filter(({ Principal }) => Principal?.Service !== undefined)
      .map(({ Principal, Condition }) => [
        stack.render(Principal?.Service),
        Object.values(Condition ?? {})
          .flatMap((test) => Object.entries(test))
          .map(([name, value]) => `${name}=${listOf(value).map(stack.render).join()}`),
      ]);

    expect(conditions).toEqual([
      ['cloudwatch.amazonaws.com', ['aws:SourceAccount={AWS::AccountId}']],
      [
        'logs.{AWS::Region}.amazonaws.com',
        [
          expect.stringMatching(
            /^kms:EncryptionContext:aws:logs:arn=arn:\{AWS::Partition\}:logs:\{AWS::Region\}:\{AWS::AccountId\}:log-group:\*$/,
          ),
        ],
      ],
    ]);
  });
});

describe('TLS only', () => {
  it.each([
    ['AWS::SQS::QueuePolicy', 2],
    ['AWS::S3::BucketPolicy', 1],
    ['AWS::SNS::TopicPolicy', 1],
  ])('is what every %s asks for', (type, count) => {
    const policies = stack.resources(type);

    expect(policies).toHaveLength(count);
    for (const policy of policies) {
      const denial = statementsOf(policy).find(
        ({ Effect, Condition }) => Effect === 'Deny' && Condition?.['Bool'] !== undefined,
      );
      expect(denial?.Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
    }
  });

  it('is asked of everybody', () => {
    const denials = [
      ...stack.resources('AWS::SQS::QueuePolicy'),
      ...stack.resources('AWS::S3::BucketPolicy'),
    ].flatMap((policy) => statementsOf(policy));

    expect(denials.length).toBeGreaterThanOrEqual(3);
    expect(denials.filter((statement) => !onlyTls(statement))).toEqual([]);
  });

  it('reaches whoever hears of alarms by HTTPS, never by HTTP', () => {
    const heard = synthesize({
      config: aConfig({
        alarms: {
          subscriptions: [
            { protocol: 'https', endpoint: 'https://pages.example.test/hook' },
            { protocol: 'email', endpoint: 'on-call@leads.test' },
          ],
        },
      }),
    });

    const protocols = heard
      .resources('AWS::SNS::Subscription')
      .map(({ properties }) => properties['Protocol']);

    expect(new Set(protocols)).toEqual(new Set(['email', 'https']));
  });
});

describe('who may call a function', () => {
  it('is the one API and the one rule, each by its own ARN', () => {
    const permissions = stack.resources('AWS::Lambda::Permission').map((one) => ({
      who: at(one, 'Principal'),
      on: stack.render(at(one, 'FunctionName')),
      from: stack.render(at(one, 'SourceArn')),
    }));

    expect(new Set(permissions.map(({ who, on }) => `${String(who)} on ${on}`))).toEqual(
      new Set([
        'apigateway.amazonaws.com on Intake/Intake/Function',
        'events.amazonaws.com on Sweeper/Sweeper/Function',
      ]),
    );
    for (const { from } of permissions) {
      expect(from).toMatch(/:execute-api:.*:Api\/Api\/\*\/\*\/|^Sweeper\/EveryMinute$/);
    }
  });

  it('has no address of its own on the internet', () => {
    expect(types).not.toContain('AWS::Lambda::Url');
  });
});

describe('what is kept', () => {
  it('can be restored to any second of 35 days', () => {
    const table = stack.one('AWS::DynamoDB::Table', 'Events/Table');

    expect(at(table, 'PointInTimeRecoverySpecification')).toEqual({
      PointInTimeRecoveryEnabled: true,
      RecoveryPeriodInDays: 35,
    });
  });

  it('is forgotten after its time: every log, the archive, and what of the table has a ttl', () => {
    const logs = stack.resources('AWS::Logs::LogGroup');
    const [bucket] = stack.resources('AWS::S3::Bucket');
    const [table] = stack.resources('AWS::DynamoDB::Table');

    expect(logs.map((log) => [log.path, numberAt(log, 'RetentionInDays')])).toEqual(
      logs.map(({ path }) => [path, 30]),
    );
    expect(numberAt(bucket!, 'LifecycleConfiguration', 'Rules', 0, 'ExpirationInDays')).toBe(
      aConfig().retention.rawDays,
    );
    expect(at(table!, 'TimeToLiveSpecification')).toEqual({ AttributeName: 'ttl', Enabled: true });
  });

  it('has no older versions in the archive, so that what is erased is gone', () => {
    expect(at(stack.one('AWS::S3::Bucket', 'Archive/Bucket'), 'VersioningConfiguration')).toBe(
      undefined,
    );
  });

  it('is protected twice in prod: by the stack, and by the table itself', () => {
    expect(prod.terminationProtection).toBe(true);
    expect(at(prod.one('AWS::DynamoDB::Table', 'Events/Table'), 'DeletionProtectionEnabled')).toBe(
      true,
    );
  });
});
