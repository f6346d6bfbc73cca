import assert from 'node:assert/strict';
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  PutItemCommand,
  QueryCommand,
  RestoreTableToPointInTimeCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { elements } from '../aws-calls.ts';
import { RESTORED_TABLE } from '../configurations.ts';
import { expectOnce } from '../records.ts';
import { aPerson, isTaken, post, requestOf } from '../senders.ts';
import { STACK, type World } from '../world.ts';
import { deploy } from './deployment.ts';
import { refuseOne, replayOne } from './quarantine.ts';

/** The drill of docs/deploy.md: a table beside the one in use, with the same items, set up as that one is. */
export async function restoreBeside(world: World): Promise<string> {
  const SourceTableName = world.output('TableName');
  const TargetTableName = RESTORED_TABLE;
  await world.dynamodb.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName,
      TargetTableName,
      UseLatestRestorableTime: true,
    }),
  );
  const inUse = await countOf(world, SourceTableName);
  assert.equal(await countOf(world, TargetTableName), inUse);

  await world.dynamodb.send(
    new UpdateTableCommand({ TableName: TargetTableName, DeletionProtectionEnabled: true }),
  );
  await world.dynamodb.send(
    new UpdateTimeToLiveCommand({
      TableName: TargetTableName,
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' },
    }),
  );
  await world.dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: TargetTableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  return `${inUse} items in both`;
}

/**
 * The stack takes the restored table over, and works on it; the one before stays. A lead that came in after the moment
 * of the restore is copied, and goes on where it was.
 */
export async function goOnWithRestored(world: World): Promise<string> {
  const before = world.output('TableName');
  const since = new Date().toISOString();
  const { email } = await refuseOne(world);
  const copied = await copySince(world, before, since);
  const known = aPerson();
  const request = await requestOf(world, 'partner', known);
  world.deployed = world.configurations.restored;
  await deploy(world, 'deploy-restored', '--import-existing-resources');
  assert.equal(world.output('TableName'), RESTORED_TABLE);
  const resources = await world.calls.query('cloudformation', 'ListStackResources', {
    StackName: STACK,
  });
  const tables = elements(resources, 'member').filter((each) =>
    each.includes('<ResourceType>AWS::DynamoDB::Table</ResourceType>'),
  );
  assert.deepEqual(
    tables.map((each) => elements(each, 'PhysicalResourceId')[0]),
    [RESTORED_TABLE],
  );
  const { Table } = await world.dynamodb.send(new DescribeTableCommand({ TableName: before }));
  assert.equal(Table?.TableStatus, 'ACTIVE');

  const count = await countOf(world, before);
  assert.ok(isTaken(await post(world, request)));
  await expectOnce(world, [known.email]);
  await replayOne(world, email);
  assert.equal(await countOf(world, before), count);
  return `${copied} items of a lead that came after the restore were copied, and it was delivered`;
}

/** Copies the events that were received since, as docs/deploy.md does; the state comes last of each. */
async function copySince(world: World, from: string, since: string): Promise<number> {
  const { Items: states = [] } = await world.dynamodb.send(
    new ScanCommand({
      TableName: from,
      FilterExpression: 'sk = :state AND begins_with(pk, :event) AND received_at >= :since',
      ExpressionAttributeValues: {
        ':state': { S: 'STATE' },
        ':event': { S: 'EVT#' },
        ':since': { S: since },
      },
    }),
  );
  let copied = 0;
  for (const { pk } of states) {
    if (pk === undefined) continue;
    const { Items = [] } = await world.dynamodb.send(
      new QueryCommand({
        TableName: from,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      }),
    );
    for (const Item of Items) {
      try {
        await world.dynamodb.send(
          new PutItemCommand({
            TableName: RESTORED_TABLE,
            Item,
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        );
        copied += 1;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  }
  assert.ok(copied > 1, 'nothing was copied');
  return copied;
}

async function countOf(world: World, TableName: string): Promise<number> {
  const { Count = 0, LastEvaluatedKey } = await world.dynamodb.send(
    new ScanCommand({ TableName, Select: 'COUNT', ConsistentRead: true }),
  );
  assert.equal(LastEvaluatedKey, undefined, 'the table no longer fits into one page');
  return Count;
}
