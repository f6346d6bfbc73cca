import { randomBytes } from 'node:crypto';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { bindProvider } from '../lambdas/providers/bind-provider.ts';
import { SecretUnavailableError } from '../lambdas/core/errors.ts';
import { parseSourceSecrets } from '../lambdas/providers/verification/source-secrets.ts';
import { LOCAL_API_TOKEN } from './provider-apis/provider-apis.ts';
import type { SecretFile } from './emulators/secret-file.ts';
import { makeSecret, makeToken } from './make-secret.ts';
import { DUMMY_SECRETS } from './turnstile-simulator/dummy-keys.ts';

/** Ids of the secrets of the local stage; a source's is `sourcePrefix` and its name. */
export const LOCAL_SECRET_IDS = {
  zoho: 'holdfast/local/zoho',
  pepper: 'holdfast/local/pepper',
  sourcePrefix: 'holdfast/local/source/',
} as const;

/** What the Zoho simulator takes for a client and its refresh token. They open nothing elsewhere. */
const SIMULATOR_CREDENTIALS = {
  client_id: '1000.SIMULATOR',
  client_secret: 'simulator-secret',
  refresh_token: '1000.simulator.refresh',
} as const;

/**
 * Fills in the secrets that a local pipeline needs and that are not there yet: random ones for the
 * sources and the pepper, the simulator's credentials for Zoho. What is there stays as it is.
 *
 * @throws {SecretUnavailableError} a source's secret is not one that the functions would take
 */
export function ensureLocalSecrets(secrets: SecretFile, config: HoldfastConfig): void {
  const ensure = (id: string, make: () => string) => {
    if (secrets.get(id) === undefined) secrets.set(id, make());
  };
  ensure(LOCAL_SECRET_IDS.zoho, () => JSON.stringify(SIMULATOR_CREDENTIALS));
  ensure(LOCAL_SECRET_IDS.pepper, () => randomBytes(32).toString('hex'));
  for (const [name, source] of Object.entries(config.sources)) {
    const { authentication, hasSecret, provesSender, handshake, detailsApi } = bindProvider(source);
    if (!hasSecret) continue;
    const id = `${LOCAL_SECRET_IDS.sourcePrefix}${name}`;
    // One that is asked of the simulator of Turnstile lets everybody pass.
    const make = (): string =>
      provesSender ? makeSecret(authentication) : DUMMY_SECRETS.alwaysPasses;
    ensure(id, () => JSON.stringify({ current: make() }));
    assertSourceSecret(secrets, name, id);
    addMembers(secrets, id, {
      ...(handshake === undefined ? {} : { verify_token: makeToken }),
      // The one that the played APIs take.
      ...(detailsApi === undefined ? {} : { api_token: () => LOCAL_API_TOKEN }),
    });
  }
}

/** Adds the members that a provider asks for besides; what is there stays. */
function addMembers(
  secrets: SecretFile,
  id: string,
  members: Readonly<Record<string, () => string>>,
): void {
  const stored = JSON.parse(secrets.get(id) ?? '{}') as Readonly<Record<string, string>>;
  const missing = Object.entries(members).filter(([member]) => stored[member] === undefined);
  if (missing.length === 0) return;
  const added = Object.fromEntries(missing.map(([member, make]) => [member, make()]));
  secrets.set(id, JSON.stringify({ ...stored, ...added }));
}

/** What the functions would answer 503 for is told before anything starts. */
function assertSourceSecret(secrets: SecretFile, name: string, id: string): void {
  try {
    parseSourceSecrets(name, secrets.get(id) ?? '');
  } catch (error) {
    if (!(error instanceof SecretUnavailableError)) throw error;
    throw new SecretUnavailableError(`${secrets.file}: ${error.message}`, error);
  }
}

/**
 * The current secret of a source.
 *
 * @returns `undefined` for a source that does not sign, and for one whose secret has another form
 */
export function readSourceSecret(secrets: SecretFile, source: string): string | undefined {
  const text = secrets.get(`${LOCAL_SECRET_IDS.sourcePrefix}${source}`);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && 'current' in value;
    return isObject && typeof value.current === 'string' ? value.current : undefined;
  } catch {
    return undefined;
  }
}
