import { createDynamoDbBreakerStore } from '../../../lambdas/aws/dynamodb-breaker-store.ts';
import { createPowertoolsLog } from '../../../lambdas/aws/powertools-log.ts';
import type { FailureCode } from '../../../lambdas/core/failure.ts';
import { closeBreaker } from '../../../lambdas/operations/delivery/control-breaker.ts';
import { systemClock } from '../../../lambdas/runtime/system.ts';
import { LOCAL_TABLE } from '../../../local/local-stack.ts';
import { eventually } from '../running-pipeline.ts';
import { PATIENCE_MS, type Provoker, tableClient } from './provoker.ts';
import { answerAbout, quotingStatus } from './quoting-zoho.ts';
import type { TelemetryWorld } from './telemetry-world.ts';
import {
  quoteOf,
  quotingJson,
  quotingPage,
  quotingSilence,
  type SentRequest,
} from './watched-fetch.ts';

/** Answers of Zoho to one row, that are final at once. */
const ROW_CODES = {
  crm_record_locked: 'RECORD_LOCKED',
  crm_duplicate_data: 'DUPLICATE_DATA',
  crm_conflict: 'ALREADY_MODIFIED',
  crm_invalid_data: 'INVALID_DATA',
  crm_mandatory_missing: 'MANDATORY_NOT_FOUND',
  crm_refused: 'AMBIGUITY_DURING_PROCESSING',
  crm_converted: 'CONVERTED_RECORD',
} as const satisfies Partial<Record<FailureCode, string>>;

/** Zoho's answers to one lead, each of which quotes the lead wherever an answer of Zoho has room for words. */
export async function provokeZoho(world: TelemetryWorld, { lead, seen }: Provoker): Promise<void> {
  for (const [code, zohoCode] of Object.entries(ROW_CODES)) {
    await answerAbout(world, lead, 'leads', code, (request) =>
      quotingJson(200, { data: [quotingStatus(zohoCode, request)] }),
    );
  }
  await answerAbout(world, lead, 'leads', 'crm_no_answer', quotingSilence);
  await answerAbout(world, lead, 'leads', 'crm_unavailable', (request) =>
    quotingPage(503, request),
  );
  await answerAbout(world, lead, 'leads', 'crm_bad_answer', (request) => quotingPage(200, request));
  await answerAbout(world, lead, 'leads', 'crm_rate_limited', (request) =>
    quotingJson(429, quotingStatus('TOO_MANY_REQUESTS', request)),
  );
  await answerAbout(world, lead, 'last_try', 'retries_exhausted', (request) =>
    quotingPage(502, request),
  );
  await lead('updates', 'no_match');
  await Promise.all(
    (
      [
        ...(Object.keys(ROW_CODES) as (keyof typeof ROW_CODES)[]),
        'crm_no_answer',
        'crm_unavailable',
        'crm_bad_answer',
        'crm_rate_limited',
        'retries_exhausted',
        'no_match',
      ] as const
    ).map(seen),
  );
}

/** What stops all deliveries until a person helps, and, last of all, what keeps us from getting a token. */
export async function provokeStops(world: TelemetryWorld, { lead, seen }: Provoker): Promise<void> {
  const stops = {
    crm_credits_exhausted: (request) =>
      quotingJson(429, {
        ...quotingStatus('TOO_MANY_REQUESTS', request),
        message: `24 hours limit for ${quoteOf(request)}`,
      }),
    crm_misconfigured: (request) => quotingJson(400, quotingStatus('INVALID_MODULE', request)),
    crm_forbidden: (request) => quotingJson(403, quotingStatus('NO_PERMISSION', request)),
    crm_unauthorized: (request) => quotingJson(401, quotingStatus('INVALID_TOKEN', request)),
  } satisfies Partial<Record<FailureCode, (request: SentRequest) => Response>>;
  for (const [code, answer] of Object.entries(stops) as [
    keyof typeof stops,
    typeof stops.crm_forbidden,
  ][]) {
    await answerAbout(world, lead, 'leads', code, answer, 2);
    await seen(code);
    await openWay(world);
  }

  const token = ({ url }: SentRequest): boolean => url.includes('/oauth/v2/token');
  await world.zoho.expireTokens();
  world.http.fail({ matches: token, answer: (request) => quotingPage(503, request) });
  await lead('leads', 'crm_token_unavailable');
  await seen('crm_token_unavailable');
  world.http.fail({
    matches: token,
    answer: (request) =>
      quotingJson(400, {
        error: 'Access Denied',
        error_description: quoteOf(request),
        status: quoteOf(request),
      }),
    times: 5,
  });
  await lead('leads', 'crm_token_throttled');
  await seen('crm_token_throttled');
}

/** A person closes the breaker, once it is open. */
async function openWay(world: TelemetryWorld): Promise<void> {
  const client = tableClient(world);
  const breakers = createDynamoDbBreakerStore({ client, tableName: LOCAL_TABLE });
  await eventually(
    async () => (await breakers.read())?.state,
    (state) => state === 'open',
    PATIENCE_MS,
  );
  const log = createPowertoolsLog('operator', 'local');
  await closeBreaker(
    { breakers, clock: systemClock, log },
    { by: 'local', reason: 'the next failure is to be seen' },
  );
  client.destroy();
}
