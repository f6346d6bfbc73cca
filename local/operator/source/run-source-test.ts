import { randomInt } from 'node:crypto';
import { readPepper } from '../../../lambdas/core/pepper.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { SourceConfig } from '../../../lambdas/providers/catalogue.ts';
import { parseSourceSecrets } from '../../../lambdas/providers/verification/source-secrets.ts';
import { exampleOfSource } from '../../samples/example-of-source.ts';
import { putSampleDetails, sampleDetails } from '../../samples/sample-details.ts';
import { sampleKeys } from '../../samples/sample-keys.ts';
import { buildSampleLead, newId, type SampleLead } from '../../samples/sample-lead.ts';
import { buildSampleRequest, type SampleRequest } from '../../samples/sample-request.ts';
import { type SampleAnswer, sendSample } from '../../samples/send-sample.ts';
import type { WebhookExample } from '../../samples/webhook-example.ts';
import { commandLine } from '../text/command-line.ts';
import { describeUnknownSource } from './describe-unknown-source.ts';
import { followEvent, type SeenState } from './follow-event.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import {
  describeAnswer,
  describeEnd,
  describeSeen,
  describeTest,
  SECRET_MAY_BE_NEW,
  type TestedEvent,
} from './source-test-text.ts';
import type { OperatorTarget } from '../target/target.ts';

/** A test of a source, as it was typed. */
export interface RunSourceTestOptions extends OpenTargetOptions {
  readonly source: string;
  /** How long the lead is followed. */
  readonly waitMs: number;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

const EVERY_MS = { local: 250, deployed: 1_000 } as const;

/**
 * Sends a test person through a source, as its sender would, and follows it to the CRM.
 *
 * The record stays in the CRM: it is said which one it is.
 *
 * @returns the exit code: 0 when each event ended as it should, 1 otherwise, 2 for a source that is not configured
 * @throws {OperatorError} the target can't be reached
 * @throws {SecretUnavailableError} the source's secret could not be read
 */
export async function runSourceTest(options: RunSourceTestOptions): Promise<number> {
  const { config, source: name, printError } = options;
  const source = Object.hasOwn(config.sources, name) ? config.sources[name] : undefined;
  if (source === undefined) {
    printError(describeUnknownSource(name, config));
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    return await testSource(options, target, source);
  } finally {
    target.close();
  }
}

async function testSource(
  options: RunSourceTestOptions,
  target: OperatorTarget,
  source: SourceConfig,
): Promise<number> {
  const { config, source: name, json, print } = options;
  const say = (lines: readonly string[]): void => {
    if (!json) for (const line of lines) print(line);
  };
  const example = exampleOfSource(source);
  const lead = aTestPerson(target.ports.clock.nowMs());
  const secret = await readSecret(target, source, name);
  const request = buildSampleRequest(config, name, secret, lead, example);
  const isThin = isOnlyNamed(example);
  const asksForPeople = bindProvider(source).humanCheck !== undefined;
  say(describeTest({ name, provider: source.provider, target, lead, isThin, asksForPeople }));

  if (target.providerApisUrl !== undefined) {
    await putSampleDetails(target.providerApisUrl, source.provider, sampleDetails(example, lead));
  }
  const answer = await send(target, request, refusedStatusOf(source), say);
  const { secrets, clock } = target.ports;
  const keys = await sampleKeys(answer, request, config, {
    readPepper: async () => await readPepper(secrets, target.pepperSecretId),
    receivedAtMs: clock.nowMs(),
  });
  const events: TestedEvent[] = [];
  for (const key of keys) events.push(await follow(options, target, key, say));

  const wanted = expectedEnd(example);
  const isFine = events.length > 0 && events.every(({ last }) => last?.state === wanted);
  if (json) {
    const { status, answeredInMs } = answer;
    const { id, email } = lead;
    const document = {
      source: name,
      person: { id, email },
      status,
      answeredInMs: Math.round(answeredInMs),
      isFine,
      events,
    };
    print(JSON.stringify(document, undefined, 2));
  }
  for (const event of events)
    say(describeEnd(event, { target, isThin, isExpected: isFine, source }));
  return isFine ? 0 : 1;
}

/**
 * Somebody new: not only by the e-mail address, since a number that came before may name that other person.
 * In every area, 555-0100 to 555-0199 are kept for stories.
 */
function aTestPerson(nowMs: number): SampleLead {
  const person = buildSampleLead(randomInt(100), newId(), nowMs);
  const area = AREAS[randomInt(AREAS.length)] ?? AREAS[0];
  return { ...person, phone: person.phone.replace('202', area) };
}

const AREAS = [
  '202',
  '206',
  '212',
  '213',
  '303',
  '305',
  '312',
  '404',
  '415',
  '503',
  '602',
] as const;

/** The secret that the sender would use now. */
async function readSecret(
  { ports, sourceSecretPrefix, name: target, options }: OperatorTarget,
  source: SourceConfig,
  name: string,
): Promise<string | undefined> {
  if (!bindProvider(source).hasSecret) return undefined;
  const stored = await ports.vault.read(`${sourceSecretPrefix}${name}`);
  if (stored === undefined) {
    throw new OperatorError(
      `The source ${name} has no secret on ${target} yet. Connect it first: ` +
        commandLine('source add', source.provider, '--name', name, ...options),
    );
  }
  return parseSourceSecrets(name, stored.text).current;
}

/** Sends the request; once more when it is refused, since a secret that has just been changed may not be known yet. */
async function send(
  target: OperatorTarget,
  request: SampleRequest,
  refusedStatus: number,
  say: (lines: readonly string[]) => void,
): Promise<SampleAnswer> {
  const { clock } = target.ports;
  const attempt = async (): Promise<SampleAnswer> => {
    const sentAt = new Date(clock.nowMs()).toISOString();
    const answer = await sendOnce(target, request);
    say([describeAnswer(answer, sentAt, refusedStatus)]);
    return answer;
  };
  const answer = await attempt();
  if (answer.status !== refusedStatus) return answer;
  say([SECRET_MAY_BE_NEW]);
  await clock.sleep(FRESH_SECRET_MS);
  return await attempt();
}

/** Intake reads a secret past its cache every 10 seconds at most. */
const FRESH_SECRET_MS = 11_000;

function refusedStatusOf(source: SourceConfig): number {
  return bindProvider(source).answers.refusedStatus ?? 401;
}

async function sendOnce(
  { endpoint, name }: OperatorTarget,
  request: SampleRequest,
): Promise<SampleAnswer> {
  try {
    return await sendSample(endpoint, request);
  } catch (error) {
    throw new OperatorError(`${name} does not answer at ${endpoint}.`, error);
  }
}

async function follow(
  { waitMs }: RunSourceTestOptions,
  { ports, isLocal }: OperatorTarget,
  key: string,
  say: (lines: readonly string[]) => void,
): Promise<TestedEvent> {
  const states: SeenState[] = [];
  const everyMs = isLocal ? EVERY_MS.local : EVERY_MS.deployed;
  const last = await followEvent(ports, key, { waitMs, everyMs }, (seen) => {
    states.push(seen);
    say([describeSeen(seen)]);
  });
  const seen = states.map(({ state, at }) => ({ state, at }));
  return { key, states: seen, ...(last === undefined ? {} : { last: last.record }) };
}

function expectedEvents({ expected }: WebhookExample) {
  return Array.isArray(expected) ? expected : [expected];
}

/** Whether the example's webhook only names a submission. */
function isOnlyNamed(example: WebhookExample): boolean {
  return expectedEvents(example).some(({ details }) => details !== undefined);
}

function expectedEnd(example: WebhookExample): 'suppressed' | 'succeeded' {
  const isKept = expectedEvents(example).every(({ suppression }) => suppression !== undefined);
  return isKept ? 'suppressed' : 'succeeded';
}
