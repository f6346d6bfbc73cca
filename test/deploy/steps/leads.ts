import assert from 'node:assert/strict';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expectOnce } from '../records.ts';
import {
  aPerson,
  forgedRequestOf,
  hasSecret,
  isTaken,
  post,
  refusedStatusOf,
  requestOf,
} from '../senders.ts';
import { eventually, type World } from '../world.ts';

/** Sent while delivery was off. */
const held: string[] = [];

/** With delivery switched off, a lead is taken and waits. */
export async function holdLead(world: World): Promise<void> {
  const lead = aPerson();
  assert.equal(await post(world, await requestOf(world, 'demo_request', lead)), 200);
  held.push(lead.email);
  await eventually(
    'The states',
    async () => await statesOf(world),
    (states) => states['held'] === 1,
  );
  assert.deepEqual(await world.zoho.records('Leads'), []);
}

/** The schedule runs the sweeper, which brings back what was held. */
export async function drainHeld(world: World): Promise<string> {
  await expectOnce(world, held);
  return 'by the sweeper, which the schedule ran';
}

/** A lead of each source, twice at the same time and once more: each is in the CRM once. */
export async function everySource(world: World): Promise<string> {
  const emails: string[] = [];
  for (const source of Object.keys(world.deployed.config.sources)) {
    const lead = aPerson();
    const request = await requestOf(world, source, lead);
    const both = await Promise.all([post(world, request), post(world, request)]);
    const again = await post(world, request);
    for (const status of [...both, again]) {
      assert.ok(isTaken(status), `${source} was answered ${status}`);
    }
    emails.push(lead.email);
  }
  await expectOnce(world, emails);
  return `${emails.length} sources, each lead sent three times`;
}

/** What cannot prove where it comes from is refused, and leaves nothing behind. */
export async function forgeries(world: World): Promise<string> {
  const before = await eventsOf(world);
  const sources = Object.keys(world.deployed.config.sources).filter((name) =>
    hasSecret(world, name),
  );
  for (const source of sources) {
    const status = await post(world, forgedRequestOf(world, source, aPerson()));
    assert.equal(status, refusedStatusOf(world, source), source);
  }
  assert.equal(await eventsOf(world), before);
  return `${sources.length} sources`;
}

/** A source that is not there, and paths that lead nowhere. */
export async function otherPaths(world: World): Promise<void> {
  const at = async (path: string) =>
    (await fetch(`${world.output('Endpoint')}${path}`, { method: 'POST', body: '{}' })).status;

  assert.equal(await at('/hooks/nobody'), 503);
  assert.equal(await at('/elsewhere'), 404);
  assert.equal(await at('/'), 404);
}

/** `holdfast source test` follows a lead to its record; the commands that look at leads and at Zoho find nothing wrong. */
export async function operatorCommands(world: World): Promise<string> {
  const { code, out, err } = await world.holdfast(['source', 'test', 'demo_request', '--json']);
  assert.equal(code, 0, out + err);
  const { person, events } = JSON.parse(out) as {
    person: { email: string };
    events: readonly { key: string }[];
  };
  const commands = [
    ['lead', 'find', person.email],
    ['lead', 'show', events[0]?.key ?? ''],
    ['mapping', 'check'],
    ['mapping', 'list'],
    ['mapping', 'diff', '--last', '5'],
    ['source', 'drift'],
    ['source', 'rotate', 'demo_request'],
    ['breaker', 'status'],
    ['quarantine', 'list'],
  ];
  for (const words of commands) {
    const answer = await world.holdfast(words);
    assert.equal(answer.code, 0, `holdfast ${words.join(' ')}:\n${answer.out}${answer.err}`);
  }
  return `${commands.length + 1} commands`;
}

/** How many events are in each state. */
async function statesOf(world: World): Promise<Readonly<Record<string, number>>> {
  const { Items = [], LastEvaluatedKey } = await world.dynamodb.send(
    new ScanCommand({
      TableName: world.output('TableName'),
      FilterExpression: 'sk = :sk AND begins_with(pk, :event)',
      ExpressionAttributeValues: { ':sk': { S: 'STATE' }, ':event': { S: 'EVT#' } },
      ConsistentRead: true,
    }),
  );
  assert.equal(LastEvaluatedKey, undefined, 'the table no longer fits into one page');
  const states: Record<string, number> = {};
  for (const { state } of Items) {
    if (state?.S !== undefined) states[state.S] = (states[state.S] ?? 0) + 1;
  }
  return states;
}

async function eventsOf(world: World): Promise<number> {
  return Object.values(await statesOf(world)).reduce((sum, count) => sum + count, 0);
}
