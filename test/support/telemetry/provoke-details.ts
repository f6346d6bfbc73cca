import type { FailureCode } from '../../../lambdas/core/failure.ts';
import type { SampleLead } from '../../../local/samples/sample-lead.ts';
import { buildSampleRequest } from '../../../local/samples/sample-request.ts';
import { readExample } from '../../../local/samples/webhook-example.ts';
import { eventually } from '../running-pipeline.ts';
import { DETAILS_CODES, SOURCE_TO_GO } from './failing-sources.ts';
import { aToldPerson } from './people.ts';
import { PATIENCE_MS, type Provoker } from './provoker.ts';
import type { TelemetryWorld } from './telemetry-world.ts';
import {
  quoteOf,
  quotingJson,
  quotingPage,
  quotingSilence,
  type SentRequest,
} from './watched-fetch.ts';

/** Providers' APIs that turn us down, and quote the call with its token. */
export async function provokeDetails(
  world: TelemetryWorld,
  { lead, seen }: Provoker,
): Promise<void> {
  const graphError = (request: SentRequest, code: number, more: object = {}): Response =>
    quotingJson(400, {
      error: { message: quoteOf(request), type: quoteOf(request), code, ...more },
    });
  const answers: Partial<Record<FailureCode, (request: SentRequest) => Response | Error>> = {
    details_no_answer: quotingSilence,
    details_unavailable: (request) => quotingPage(503, request),
    details_rate_limited: (request) => graphError(request, 4),
    details_not_yet: (request) => graphError(request, 100, { error_subcode: 33 }),
    details_gone: (request) => graphError(request, 100, { error_subcode: 33 }),
    details_unauthorized: (request) => graphError(request, 190),
    details_unreadable: (request) => quotingJson(200, { told: quoteOf(request) }),
  };
  const { current } = world.secretOf('details_missing_secret');
  world.setSecret('details_missing_secret', { current });
  for (const code of DETAILS_CODES) {
    const answer = answers[code];
    const digits: string[] = [];
    if (answer !== undefined) {
      world.http.fail({
        matches: ({ url }) => digits.some((id) => url.includes(`/meta/v`) && url.includes(id)),
        answer,
        times: Infinity,
      });
    }
    if (code === 'details_gone') world.intakeTime.ms = Date.now() - 11 * 60_000;
    const person = aToldPerson(code.replaceAll('_', ''), 60);
    digits.push(digitsIn(world, code, person));
    await lead(code, code, person);
    delete world.intakeTime.ms;
  }
  await Promise.all(DETAILS_CODES.map(seen));
}

/** A lead whose details cannot be read for the moment, of a source that will be gone when they are asked for again. */
export async function provokeSourceToGo(world: TelemetryWorld, { lead }: Provoker): Promise<void> {
  world.http.fail({
    matches: ({ url }) => url.includes('/meta/v'),
    answer: (request) => quotingPage(503, request),
    times: Infinity,
  });
  await lead(SOURCE_TO_GO, 'details_source_gone');
  const told = [`"source":"${SOURCE_TO_GO}"`, '"failure_code":"details_unavailable"'];
  await eventually(
    async () => world.printed.lines().some((line) => told.every((each) => line.includes(each))),
    (isTold) => isTold,
    PATIENCE_MS,
  );
}

/** What the webhook calls its submission. */
function digitsIn(world: TelemetryWorld, source: string, person: SampleLead): string {
  const { current } = world.secretOf(source);
  const { body } = buildSampleRequest(world.config, source, current, person, readExample('meta'));
  return /"leadgen_id":"(\d+)"/.exec(body)?.[1] ?? '';
}
