import assert from 'node:assert/strict';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { makeSecret } from '../../../local/make-secret.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { World } from '../world.ts';

/** The credentials of the self client, put where the output says. */
export async function storeZohoCredentials(world: World): Promise<void> {
  const { clientId, clientSecret, refreshToken } = await world.zoho.knobs();
  await world.secrets.send(
    new PutSecretValueCommand({
      SecretId: world.output('ZohoSecretName'),
      SecretString: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
      }),
    }),
  );
}

/**
 * `holdfast source add` for three of the sources: one whose secret the stack has made, one whose secret it cannot make,
 * and one whose secret the sender shows. The others use what the stack has made.
 */
export async function connectSources(world: World): Promise<string> {
  const { sources } = world.deployed.config;
  const theirs = bindProvider(sourceNamed(world, THEIRS)).authentication;
  for (const [name, input] of [
    [OURS, undefined],
    [PREFIXED, undefined],
    [THEIRS, `${makeSecret(theirs)}\n`],
  ] as const) {
    const { provider } = sourceNamed(world, name);
    const more = input === undefined ? [] : ['--theirs', '--rotate'];
    const words = ['source', 'add', provider, '--name', name, '--yes', '--json', ...more];
    const { code, out, err } = await world.holdfast(words, input);
    assert.equal(code, 0, `source add ${provider}: ${err}`);
    assert.match(out, /"configured": true/);
  }
  return `${[OURS, PREFIXED, THEIRS].join(', ')}; ${Object.keys(sources).length} sources in all`;
}

const OURS = 'demo_request';
/** The stack cannot make a secret that begins with `whsec_`. */
const PREFIXED = 'partner';
const THEIRS = 'calendly';

function sourceNamed(world: World, name: string) {
  const source = world.deployed.config.sources[name];
  if (source === undefined) throw new Error(`There is no source ${name}`);
  return source;
}
