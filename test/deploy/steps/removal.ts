import assert from 'node:assert/strict';
import { DescribeTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { DescribeSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expectNoneTwice } from '../records.ts';
import { STACK, STAGE, type World } from '../world.ts';
import { stackStatus } from './deployment.ts';

/** Nothing was delivered twice on the way, and nothing waits. */
export async function balance(world: World): Promise<string> {
  await expectNoneTwice(world);
  return `${world.expected.size} people in the CRM, each once`;
}

/** `prod` is protected: its stack is not deleted by a command alone. */
export async function protection(world: World): Promise<void> {
  await assert.rejects(
    world.calls.query('cloudformation', 'DeleteStack', { StackName: STACK }),
    /TerminationProtection is enabled/,
  );
  assert.ok((await stackStatus(world)) !== undefined);
}

/** Once the protection is off, the stack goes, and with it what serves; the data stays. */
export async function destroy(world: World): Promise<readonly string[]> {
  await world.calls.query('cloudformation', 'UpdateTerminationProtection', {
    StackName: STACK,
    EnableTerminationProtection: 'false',
  });
  await world.cdk('destroy', ['destroy', '--force', '-c', `stage=${STAGE}`]);
  assert.equal(await stackStatus(world), undefined);
  const { Functions } = await world.calls.get('lambda', '/2015-03-31/functions/');
  assert.deepEqual(Functions, []);

  const TableName = world.output('TableName');
  const { Table } = await world.dynamodb.send(new DescribeTableCommand({ TableName }));
  assert.equal(Table?.DeletionProtectionEnabled, true);
  const { Count = 0 } = await world.dynamodb.send(
    new ScanCommand({
      TableName,
      FilterExpression: 'sk = :sk AND begins_with(pk, :event)',
      ExpressionAttributeValues: { ':sk': { S: 'STATE' }, ':event': { S: 'EVT#' } },
      ConsistentRead: true,
    }),
  );
  assert.ok(Count >= world.expected.size, `${Count} events are left of ${world.expected.size}`);
  await world.s3.send(new HeadBucketCommand({ Bucket: world.output('ArchiveBucketName') }));
  for (const id of ['PepperSecretName', 'ZohoSecretName']) {
    const SecretId = world.output(id);
    const { SecretString = '' } = await world.secrets.send(new GetSecretValueCommand({ SecretId }));
    assert.ok(SecretString.length > 0);
  }
  const { KmsKeyId } = await world.secrets.send(
    new DescribeSecretCommand({ SecretId: world.output('PepperSecretName') }),
  );
  const { KeyMetadata } = await world.calls.json('kms', 'TrentService.DescribeKey', {
    KeyId: KmsKeyId,
  });
  assert.equal((KeyMetadata as Readonly<Record<string, unknown>>)['KeyState'], 'Enabled');
  return [`the table with ${Count} events, the bucket, the secrets and the key are left`];
}
