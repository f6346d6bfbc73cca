import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { elements } from '../aws-calls.ts';
import { ACCOUNT, REGION } from '../emulator.ts';
import { STACK, STAGE, type World } from '../world.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/deploy.md');
const ROLE = 'holdfast-operator';

/**
 * Gives the operator a role that may do what docs/deploy.md says that commands take, and nothing else; every command
 * of the test runs with it from here on.
 */
export async function giveRights(world: World): Promise<string> {
  const actions = actionsOfPage();
  const { iam, sts } = { iam: 'iam', sts: 'sts' } as const;
  await world.calls.query(iam, 'CreateRole', {
    RoleName: ROLE,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
          Action: 'sts:AssumeRole',
        },
      ],
    }),
  });
  const resources = resourcesOf(world);
  await world.calls.query(iam, 'PutRolePolicy', {
    RoleName: ROLE,
    PolicyName: 'as-the-page-says',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [...actions].map(([service, names]) => ({
        Effect: 'Allow',
        Action: names.map((name) => `${service}:${name}`),
        Resource: resources[service] ?? [],
      })),
    }),
  });
  const xml = await world.calls.query(sts, 'AssumeRole', {
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/${ROLE}`,
    RoleSessionName: 'deploy-test',
  });
  const of = (name: string): string => {
    const [value] = elements(xml, name);
    assert.ok(value !== undefined, `AssumeRole answered without ${name}`);
    return value;
  };
  world.operator = {
    ...world.emulator.env,
    AWS_ACCESS_KEY_ID: of('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: of('SecretAccessKey'),
    AWS_SESSION_TOKEN: of('SessionToken'),
  };
  const count = [...actions.values()].flat().length;
  return `${count} actions of ${actions.size} services, as the table of docs/deploy.md names them`;
}

/** The actions that the page's table names, by service. A name without a service has that of the one before it. */
function actionsOfPage(): ReadonlyMap<string, readonly string[]> {
  const rows = readFileSync(PAGE, 'utf8')
    .split('| for | actions |')[1]
    ?.split('\n\n')[0]
    ?.split('\n')
    .slice(2);
  assert.ok(rows !== undefined && rows.length > 3, 'docs/deploy.md has no table of actions');
  const actions = new Map<string, string[]>();
  for (const row of rows) {
    const [, , cell = ''] = row.split('|');
    let service = '';
    for (const [, named, name = ''] of cell.matchAll(/`(?:([a-z0-9]+):)?([A-Z][A-Za-z]+)`/g)) {
      service = named ?? service;
      const those = actions.get(service) ?? [];
      if (!those.includes(name)) those.push(name);
      actions.set(service, those);
    }
  }
  return actions;
}

/** The stage's own resources, by service. */
function resourcesOf(world: World): Readonly<Record<string, readonly string[]>> {
  const arn = (service: string, resource: string): string =>
    `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
  const table = arn('dynamodb', `table/${world.output('TableName')}`);
  const bucket = `arn:aws:s3:::${world.output('ArchiveBucketName')}`;
  return {
    cloudformation: [arn('cloudformation', `stack/${STACK}/*`)],
    dynamodb: [table, `${table}/index/open`],
    kms: [arn('kms', 'key/*')],
    s3: [bucket, `${bucket}/*`],
    secretsmanager: [arn('secretsmanager', `secret:holdfast/${STAGE}/*`)],
    cloudwatch: ['*'],
    lambda: ['*'],
    sns: [arn('sns', '*')],
    sqs: ['delivery', 'dead-letter'].map((queue) => arn('sqs', `${STACK}-${queue}`)),
  };
}
