import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { type FuzzInput, readCorpus } from '../../../local/fuzz/fuzz-input.ts';
import { makeSecret } from '../../../local/make-secret.ts';
import { putSampleDetails, sampleDetails } from '../../../local/samples/sample-details.ts';
import { buildSampleRequest } from '../../../local/samples/sample-request.ts';
import { proofOf, signSample } from '../../../local/samples/sample-signing.ts';
import { listExamples, readExample } from '../../../local/samples/webhook-example.ts';
import { headersOf, providerRequest, REQUEST_IDS } from '../webhook-builders.ts';
import { aToldPerson, personalTextsOf } from './people.ts';
import type { TelemetryWorld } from './telemetry-world.ts';

/** Sources as the corpus names them: one for each example. */
const EXAMPLES = listExamples().map((name, index) => ({
  name,
  source: name.replaceAll(/[^a-z0-9_-]/g, '-'),
  example: readExample(name),
  index,
}));

/** What senders are known to post, with their own signatures: each with a source, and a clock, of its own. */
const FIXTURES = REQUEST_IDS.filter((id) => providerRequest(id).method === 'POST')
  .map((id) => ({ id, source: `fixture-${id.replaceAll(/[^a-z0-9_-]/g, '-')}` }))
  .filter(({ id }) => id !== 'meta-hydrated-lead');

const FIXTURE_TOKEN = 'a-token-of-enough-letters';

/** A source for each example and each fixture. */
export function everySource(): NonNullable<HoldfastConfigInput['sources']> {
  const ofExamples = EXAMPLES.map(({ source, example }) => [
    source,
    { provider: example.provider, ...example.settings },
  ]);
  const ofFixtures = FIXTURES.map(({ id, source }) => {
    const { provider } = providerRequest(id);
    const needed = provider === 'hubspot' ? { publicUrl: 'https://x.example.com/h' } : {};
    return [source, { provider, ...needed }];
  });
  return Object.fromEntries([...ofExamples, ...ofFixtures]) as never;
}

/** Secrets of two generations for the examples, and those with which the fixtures are signed. */
export function everySecret(): Record<string, object> {
  const { sources } = defineConfig({ sources: everySource() });
  const ofExamples = EXAMPLES.flatMap(({ source }) => {
    const { authentication, hasSecret, provesSender } = bindProvider(sources[source]!);
    if (!hasSecret || !provesSender) return [];
    const pair = { current: makeSecret(authentication), previous: makeSecret(authentication) };
    return [[source, pair] as const];
  });
  const ofFixtures = FIXTURES.map(({ id, source }) => {
    const { provider, secret } = providerRequest(id);
    return [source, { current: provider === 'jotform' ? FIXTURE_TOKEN : secret }] as const;
  });
  return Object.fromEntries([...ofExamples, ...ofFixtures]);
}

/**
 * Posts every example, signed with the current secret, again with the previous one, and once more with a wrong one; what
 * the providers' APIs know of it is there.
 *
 * @returns the status of each answer
 */
export async function postEveryExample(world: TelemetryWorld): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const { source, example, index } of EXAMPLES) {
    const person = aToldPerson(`ex${index}z`, index);
    const details = sampleDetails(example, person);
    await putSampleDetails(world.pipeline.providerApis.url, example.provider, details);
    const known = JSON.stringify(details.map(({ body }) => body));
    world.forbidPerson(`a value of the lead of ${source}`, ...personalTextsOf(person));
    world.forbidValues(`a value of the API behind ${source}`, known);
    for (const secret of secretsToTry(world, source)) {
      const request = buildSampleRequest(world.config, source, secret, person, example);
      world.forbidValues(`a value of the example of ${source}`, request.body);
      statuses.push((await world.post(request)).status);
    }
  }
  return statuses;
}

function secretsToTry(world: TelemetryWorld, source: string): readonly (string | undefined)[] {
  const { current, previous } = world.secretOf(source);
  if (current === undefined) return [undefined];
  const wrong = makeSecret(bindProvider(world.config.sources[source]!).authentication);
  return previous === undefined ? [current] : [current, previous, wrong];
}

/**
 * Posts what each fixture holds, at the time at which its signature is good.
 *
 * @returns the status of each answer
 */
export async function postEveryFixture(world: TelemetryWorld): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const { id, source } of FIXTURES) {
    const { bytes, body, headers, nowMs, provider } = providerRequest(id);
    world.forbidValues(`a value of the fixture ${id}`, body);
    world.intakeTime.ms = nowMs;
    const token = provider === 'jotform' ? `/${FIXTURE_TOKEN}` : '';
    const answer = await world.sendRaw(`/hooks/${source}${token}`, {
      headers: headersOf(headers),
      body: new Uint8Array(bytes),
    });
    statuses.push(answer.status);
  }
  delete world.intakeTime.ms;
  return statuses;
}

/**
 * Posts what fuzzing once found: bent, cut and hostile bodies, signed like good ones.
 *
 * @returns the status of each answer
 */
export async function postEveryFind(world: TelemetryWorld): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const input of readCorpus()) {
    world.forbidValues(
      `a value of what was found for ${input.source}`,
      input.body.toString('utf8'),
    );
    statuses.push((await postFind(world, input)).status);
  }
  return statuses;
}

async function postFind(
  world: TelemetryWorld,
  { source, method, isSigned, query, headers, body }: FuzzInput,
): Promise<{ status: number }> {
  const { current = '' } = world.secretOf(source);
  const { authentication } = bindProvider(world.config.sources[source]!);
  const proof = isSigned ? proofOf(authentication, current, headers, body) : { headers: {} };
  const signed = signSample(
    { ...proof, headers: { ...headers, ...proof.headers }, body },
    Date.now(),
  );
  const token = 'token' in proof ? `/${proof.token}` : '';
  return await world.sendRaw(`/hooks/${source}${token}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: signed,
    ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
  });
}
