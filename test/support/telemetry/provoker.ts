import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { FailureCode } from '../../../lambdas/core/failure.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/emulators/credentials.ts';
import type { SampleLead } from '../../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../../local/samples/sample-request.ts';
import { readExample } from '../../../local/samples/webhook-example.ts';
import { eventually } from '../running-pipeline.ts';
import { DETAILS_CODES, SOURCE_TO_GO } from './failing-sources.ts';
import { aToldPerson, personalTextsOf } from './people.ts';
import type { TelemetryWorld } from './telemetry-world.ts';

/** How long is waited for what must happen: a machine may be busy. */
export const PATIENCE_MS = 60_000;

/** What is sent to a world whose parts quote whatever they get. */
export interface Provoker {
  /** Posts a lead of a person of its own. */
  readonly lead: (
    source: string,
    name: string,
    change?: Partial<SampleLead>,
  ) => Promise<SampleLead>;
  /** Waits until a log line tells of this failure. */
  readonly seen: (code: FailureCode) => Promise<void>;
}

/** Builds it. */
export function createProvoker(world: TelemetryWorld): Provoker {
  let people = 0;
  return {
    lead: async (source, name, change = {}) => {
      people += 1;
      const person = { ...aToldPerson(`${name}${people}`.replaceAll('_', ''), people), ...change };
      world.forbidPerson(`a value of the lead for ${name}`, ...personalTextsOf(person));
      const { provider } = world.config.sources[source]!;
      const example = readExample(
        provider === 'website_form' ? 'website_form.turnstile' : provider,
      );
      const { current } = world.secretOf(source);
      const request = buildSampleRequest(world.config, source, current, person, example);
      world.forbidValues(`a value of the request for ${name}`, request.body);
      await world.post(request);
      return person;
    },
    seen: async (code) => {
      const told = `"failure_code":"${code}"`;
      await eventually(
        async () => world.printed.lines().some((line) => line.includes(told)),
        (isTold) => isTold,
        PATIENCE_MS,
      ).catch(() => {
        throw new Error(`no log line tells of ${code}`);
      });
    },
  };
}

const RESTING: ReadonlySet<string> = new Set([...DETAILS_CODES, SOURCE_TO_GO]);

/** Waits until every lead has ended, or waits for another try, but for those of senders that rest. */
export async function settled(world: TelemetryWorld): Promise<void> {
  const states = {
    FilterExpression: 'sk = :state',
    ExpressionAttributeValues: { ':state': { S: 'STATE' } },
  };
  const underWay = async (): Promise<number> => {
    const items = await world.items(states);
    return items.filter(
      ({ state, source }) =>
        (state === 'received' || state === 'processing') && !RESTING.has(String(source)),
    ).length;
  };
  await eventually(underWay, (count) => count === 0, PATIENCE_MS, 100);
}

export function tableClient(world: TelemetryWorld): DynamoDBClient {
  const { table } = world.pipeline;
  return new DynamoDBClient({
    endpoint: table.kind === 'memory' ? '' : table.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
}
