import assert from 'node:assert/strict';
import { elements } from '../aws-calls.ts';
import { ACCOUNT } from '../emulator.ts';
import type { World } from '../world.ts';

const ROLE = 'support-engineer';

/**
 * Gives the operator a role with the policy that the stack makes for operators, and nothing else; every command of the
 * test runs with it from here on.
 */
export async function giveRights(world: World): Promise<void> {
  await world.calls.query('iam', 'CreateRole', {
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
  await world.calls.query('iam', 'AttachRolePolicy', {
    RoleName: ROLE,
    PolicyArn: world.output('OperatorPolicyArn'),
  });
  const xml = await world.calls.query('sts', 'AssumeRole', {
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
}
