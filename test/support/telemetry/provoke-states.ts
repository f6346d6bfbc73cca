import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { LOCAL_TABLE } from '../../../local/local-stack.ts';
import { eventually } from '../running-pipeline.ts';
import { LONG_QUESTIONS } from './failing-sources.ts';
import { aToldPerson } from './people.ts';
import { PATIENCE_MS, type Provoker, settled, tableClient } from './provoker.ts';
import { answerAbout, quotingStatus } from './quoting-zoho.ts';
import type { TelemetryWorld } from './telemetry-world.ts';
import { quotingJson } from './watched-fetch.ts';

/** A record that Zoho no longer has, a lead whose claims never end, and one of whom too much is known. */
export async function provokeStates(
  world: TelemetryWorld,
  { lead, seen }: Provoker,
): Promise<void> {
  const gone = await lead('leads', 'crm_record_gone');
  await settled(world);
  world.http.fail({
    matches: ({ method, url }) => method === 'PUT' && url.includes('/crm/v8/Leads'),
    answer: (request) =>
      quotingJson(200, { data: [quotingStatus('INVALID_DATA', request, { api_name: 'id' })] }),
  });
  await lead('leads', 'crm_record_gone', { email: gone.email, company: 'Another & Söhne' });

  const poisoned = await answerAbout(
    world,
    lead,
    'leads',
    'poison',
    (request) => quotingJson(200, { data: [quotingStatus('RECORD_LOCKED', request)] }),
    Infinity,
  );
  await neverEnding(world, poisoned.id);

  const lost = aToldPerson('payloadmissing', 77);
  const inputs = `EVT#leads|lead.created|submission-${lost.id}"},"sk":{"S":"NORM`;
  world.aws.fail({ command: 'GetItemCommand', input: inputs });
  await lead('leads', 'payload_missing', lost);

  await lead('leads', 'identity_conflict', { email: 'first.of.two@private-mail.example.com' });
  const customer = { customer: 'CUSTOMER-OF-OURS-4711' };
  await lead('leads', 'identity_conflict', { answers: customer });
  await settled(world);
  await lead('leads', 'identity_conflict', {
    email: 'first.of.two@private-mail.example.com',
    answers: customer,
  });
  await Promise.all((['poison', 'payload_missing', 'identity_conflict'] as const).map(seen));
}

/** As if consumers had died over this event time and again, once it waits for another try. */
async function neverEnding(world: TelemetryWorld, id: string): Promise<void> {
  const client = tableClient(world);
  const markClaimed = async (): Promise<boolean> => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: LOCAL_TABLE,
          Key: { pk: { S: `EVT#leads|lead.created|submission-${id}` }, sk: { S: 'STATE' } },
          UpdateExpression: 'SET claims = :many',
          ConditionExpression: '#state = :failed',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':many': { N: '9' }, ':failed': { S: 'failed' } },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  await eventually(markClaimed, (isMarked) => isMarked, PATIENCE_MS);
  client.destroy();
}

/** Two submissions of one person, with so many long answers that one record cannot hold them all. */
export async function provokeTooMuch(
  _world: TelemetryWorld,
  { lead, seen }: Provoker,
): Promise<void> {
  const email = 'writes.books@private-mail.example.com';
  for (const questions of [LONG_QUESTIONS.slice(0, 140), LONG_QUESTIONS.slice(140)]) {
    const answers = Object.fromEntries(questions.map((name) => [name, incompressible(1_000)]));
    await lead('novels', 'identity_too_large', { email, answers });
  }
  await seen('identity_too_large');
}

/** Random letters of a large alphabet: about 14 bits each, whatever compresses them. */
function incompressible(length: number): string {
  const units = crypto.getRandomValues(new Uint16Array(length));
  return Array.from(units, (unit) => String.fromCharCode(0x4e00 + (unit % 0x5000))).join('');
}
