import assert from 'node:assert/strict';
import { elements } from '../aws-calls.ts';
import { ACCOUNT, REGION } from '../emulator.ts';
import { STACK, STAGE, type World } from '../world.ts';

const NOT_ASKED = ['--require-approval', 'never'] as const;

/** `cdk bootstrap`, as for any account and region that CDK has not deployed to. */
export async function bootstrap(world: World): Promise<void> {
  await world.cdk('bootstrap', ['bootstrap', `aws://${ACCOUNT}/${REGION}`]);
}

/** The first deployment, with delivery switched off, since there are no credentials yet. */
export async function deployFirst(world: World): Promise<string> {
  const context = ['-c', `stage=${STAGE}`, '-c', 'zohoEnabled=false'];
  await world.cdk('deploy-first', ['deploy', ...NOT_ASKED, ...context]);
  await expectComplete(world, 'CREATE_COMPLETE');
  const resources = Object.keys(world.template().Resources).length;
  return `${resources} resources; the endpoint is ${world.output('Endpoint')}`;
}

/** The second one, with delivery on. */
export async function switchOn(world: World): Promise<void> {
  await deploy(world, 'deploy-on');
}

/** Deploys what `world.deployed` names, over what is there. */
export async function deploy(world: World, name: string, ...more: string[]): Promise<void> {
  await world.cdk(name, ['deploy', ...NOT_ASKED, '-c', `stage=${STAGE}`, ...more]);
  await expectComplete(world, 'UPDATE_COMPLETE');
}

/** What the stack is in. @returns none when it is gone */
export async function stackStatus(world: World): Promise<string | undefined> {
  const xml = await world.calls.query('cloudformation', 'DescribeStacks');
  const stack = elements(xml, 'member').find((member) =>
    member.includes(`<StackName>${STACK}</StackName>`),
  );
  const [status] = stack === undefined ? [] : elements(stack, 'StackStatus');
  return status === 'DELETE_COMPLETE' ? undefined : status;
}

/** What happened to the stack, newest first; for a reader who looks for why. */
export async function stackEvents(world: World): Promise<readonly string[]> {
  const xml = await world.calls
    .query('cloudformation', 'DescribeStackEvents', { StackName: STACK })
    .catch(() => '');
  return elements(xml, 'member').map((event) =>
    ['ResourceStatus', 'ResourceType', 'LogicalResourceId', 'ResourceStatusReason']
      .map((name) => elements(event, name)[0] ?? '')
      .join('  '),
  );
}

async function expectComplete(world: World, wanted: string): Promise<void> {
  assert.equal(await stackStatus(world), wanted);
}
