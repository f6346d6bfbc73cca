import { describe, expect, it } from 'vitest';
import { ZOHO_SECRET_PLACEHOLDER } from '../../lib/pipeline-secrets.ts';
import { aConfig, at, numberAt, type Resource, statementsOf, synthesize } from './template.ts';

const dev = synthesize();
const prod = synthesize({ context: { stage: 'prod' } });
const disposable = synthesize({ context: { stage: 'trial', disposable: 'true' } });
const restored = synthesize({ config: aConfig({ restoredTable: 'holdfast-dev-restored-1' }) });

const HOLDING_DATA = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
];

describe('what holds data', () => {
  it.each([
    ['dev', dev],
    ['prod', prod],
  ])('stays when the %s stack is deleted or a resource replaced', (_, stack) => {
    const resources = HOLDING_DATA.flatMap((type) => stack.resources(type));

    expect(resources.length).toBeGreaterThanOrEqual(8);
    for (const resource of resources) {
      expect([resource.path, resource.deletionPolicy]).toEqual([resource.path, 'Retain']);
      expect([resource.path, resource.replacementPolicy]).toEqual([resource.path, 'Retain']);
    }
  });

  it('goes with the stack only in a disposable stage', () => {
    const resources = HOLDING_DATA.flatMap((type) => disposable.resources(type));

    expect(new Set(resources.map(({ deletionPolicy }) => deletionPolicy))).toEqual(
      new Set(['Delete']),
    );
    expect(disposable.resources('AWS::DynamoDB::Table')[0]?.properties).toMatchObject({
      DeletionProtectionEnabled: false,
    });
  });

  it('is a restored table, where the configuration names one, and the one before is let go of', () => {
    const [before] = dev.resources('AWS::DynamoDB::Table');
    const [now, ...others] = restored.resources('AWS::DynamoDB::Table');
    const { TableName, ...asBefore } = now!.properties;

    expect(others).toEqual([]);
    // By this CloudFormation finds the one that is there, and takes it over in place of making another.
    expect(TableName).toBe('holdfast-dev-restored-1');
    expect(asBefore).toEqual(before!.properties);
    expect(now!.logicalId).not.toBe(before!.logicalId);
    expect([now!.deletionPolicy, now!.replacementPolicy]).toEqual(['Retain', 'Retain']);
    expect(restored.render(restored.template.findOutputs('TableName'))).not.toEqual(
      dev.render(dev.template.findOutputs('TableName')),
    );
  });

  it('is in a stack of its own for each stage, which cannot be deleted by accident in prod', () => {
    expect(prod.stackName).toBe('holdfast-prod');
    expect(prod.terminationProtection).toBe(true);
    expect(dev.terminationProtection).toBe(false);
  });

  it('is encrypted with the one key, which rotates', () => {
    const encrypted = [
      at(dev.one('AWS::DynamoDB::Table', 'Events/Table'), 'SSESpecification', 'KMSMasterKeyId'),
      at(
        dev.one('AWS::S3::Bucket', 'Archive/Bucket'),
        'BucketEncryption',
        'ServerSideEncryptionConfiguration',
        0,
        'ServerSideEncryptionByDefault',
        'KMSMasterKeyID',
      ),
      ...dev.resources('AWS::SQS::Queue').map((one) => one.properties['KmsMasterKeyId']),
      ...dev.resources('AWS::SNS::Topic').map((one) => one.properties['KmsMasterKeyId']),
      ...dev.resources('AWS::SecretsManager::Secret').map((one) => one.properties['KmsKeyId']),
      ...dev.resources('AWS::Logs::LogGroup').map((one) => one.properties['KmsKeyId']),
    ];

    expect(new Set(encrypted.map(dev.render))).toEqual(new Set(['Encryption/Key']));
    expect(encrypted).toHaveLength(14);
    expect(dev.one('AWS::KMS::Key', 'Encryption/Key').properties['EnableKeyRotation']).toBe(true);
  });
});

describe('the event store', () => {
  const table = dev.one('AWS::DynamoDB::Table', 'Events/Table').properties;

  it('cannot be deleted by accident and can be restored to any second', () => {
    expect(table).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('costs nothing when idle and forgets what has expired', () => {
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  it('lists open events in an index that copies keys only', () => {
    expect(table['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: 'open',
        KeySchema: [
          { AttributeName: 'open_pk', KeyType: 'HASH' },
          { AttributeName: 'open_sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });
});

describe('the archive', () => {
  it('is private, takes TLS only, and forgets bodies after the configured days', () => {
    const retention = { ...aConfig().retention, rawDays: 45 };
    const stack = synthesize({ config: aConfig({ retention }) });

    const bucket = stack.one('AWS::S3::Bucket', 'Archive/Bucket');
    const policy = stack.one('AWS::S3::BucketPolicy', 'Archive/Bucket/Policy');

    expect(at(bucket, 'PublicAccessBlockConfiguration')).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(at(bucket, 'LifecycleConfiguration', 'Rules', 0)).toMatchObject({
      ExpirationInDays: 45,
      Status: 'Enabled',
    });
    expect(statementsOf(policy)).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });
});

describe('the secrets', () => {
  const secret = (path: string): Resource => dev.one('AWS::SecretsManager::Secret', path);

  it('are one per signed source, the pepper and the Zoho client', () => {
    const names = dev
      .resources('AWS::SecretsManager::Secret')
      .map(({ properties }) => String(properties['Name']));

    expect(names.sort()).toEqual([
      'holdfast/dev/pepper',
      'holdfast/dev/source/demo_request',
      'holdfast/dev/source/events_app',
      'holdfast/dev/source/partner',
      'holdfast/dev/zoho',
    ]);
  });

  it('hold a Zoho client without credentials, and never another placeholder', () => {
    // Another one would be written over an operator's live credentials by the next deployment.
    expect(ZOHO_SECRET_PLACEHOLDER).toBe('{"client_id":"","client_secret":"","refresh_token":""}');
    expect(at(secret('Secrets/Zoho'), 'SecretString')).toBe(ZOHO_SECRET_PLACEHOLDER);
  });

  it('are long enough when they are generated', () => {
    const generated = dev
      .resources('AWS::SecretsManager::Secret')
      .filter((one) => at(one, 'GenerateSecretString') !== undefined);

    expect(generated).toHaveLength(4);
    for (const one of generated) {
      expect(numberAt(one, 'GenerateSecretString', 'PasswordLength')).toBeGreaterThanOrEqual(48);
      expect(at(one, 'GenerateSecretString', 'ExcludePunctuation')).toBe(true);
    }
  });

  it('are generated as hex digits for a source that reads its key as hex', () => {
    expect(at(secret('Secrets/Source-events_app'), 'GenerateSecretString')).toMatchObject({
      GenerateStringKey: 'current',
      ExcludeUppercase: true,
      ExcludeCharacters: 'ghijklmnopqrstuvwxyz',
    });
  });
});
