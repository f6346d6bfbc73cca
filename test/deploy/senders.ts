import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import { parseSourceSecrets } from '../../lambdas/providers/verification/source-secrets.ts';
import { makeSecret } from '../../local/make-secret.ts';
import { buildSampleLead, newId, type SampleLead } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest, type SampleRequest } from '../../local/samples/sample-request.ts';
import { signSample } from '../../local/samples/sample-signing.ts';
import type { World } from './world.ts';

const AREAS = ['202', '206', '212', '213', '303', '305', '312', '404', '415', '503', '602'];
const NUMBERS_AN_AREA = 100;

let people = 0;

/** Somebody new, with a number that nobody else of the run has. Nobody real. */
export function aPerson(): SampleLead {
  const person = buildSampleLead(people, newId(), Date.now());
  const area = AREAS[Math.floor(people / NUMBERS_AN_AREA) % AREAS.length] ?? '202';
  people += 1;
  return { ...person, phone: person.phone.replace('202', area) };
}

/** The request of a source's sender, with the secret that is stored. */
export async function requestOf(
  world: World,
  source: string,
  lead: SampleLead,
): Promise<SampleRequest> {
  return buildSampleRequest(world.deployed.config, source, await secretOf(world, source), lead);
}

/** The same with a secret that looks right, and is not. */
export function forgedRequestOf(world: World, source: string, lead: SampleLead): SampleRequest {
  const { authentication } = bound(world, source);
  return buildSampleRequest(world.deployed.config, source, makeSecret(authentication), lead);
}

/** Posts a request to the API that was deployed, signed now. @returns the status */
export async function post(world: World, request: SampleRequest): Promise<number> {
  const response = await fetch(`${world.output('Endpoint')}${request.path}`, {
    method: 'POST',
    headers: signSample(request, Date.now()),
    body: request.body,
  });
  await response.arrayBuffer();
  return response.status;
}

/** What a source's sender is told when it cannot prove itself. */
export function refusedStatusOf(world: World, source: string): number {
  return bound(world, source).answers.refusedStatus ?? 401;
}

/** Whether a source's sender proves itself by a secret. */
export function hasSecret(world: World, source: string): boolean {
  return bound(world, source).hasSecret;
}

/** Accepted, or known before. */
export function isTaken(status: number): boolean {
  return status >= 200 && status < 300;
}

function bound(world: World, name: string) {
  const source = world.deployed.config.sources[name];
  if (source === undefined) throw new Error(`There is no source ${name}`);
  return bindProvider(source);
}

const known = new Map<string, Promise<string>>();

async function secretOf(world: World, source: string): Promise<string | undefined> {
  if (!hasSecret(world, source)) return undefined;
  const id = `${world.output('SourceSecretPrefix')}${source}`;
  const reading = known.get(id) ?? readSecret(world, source, id);
  known.set(id, reading);
  return await reading;
}

async function readSecret(world: World, source: string, id: string): Promise<string> {
  const { SecretString = '' } = await world.secrets.send(
    new GetSecretValueCommand({ SecretId: id }),
  );
  return parseSourceSecrets(source, SecretString).current;
}
