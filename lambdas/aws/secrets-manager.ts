import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretUnavailableError } from '../core/errors.ts';
import type { Clock, SecretReader } from '../core/ports.ts';

/** A rotated secret is seen at the latest after this time. */
const CACHE_MS = 300_000;

/** Asking for a fresh value more often than this is answered from the cache: forged requests must
 * not turn into calls to the secret store. */
const FRESH_INTERVAL_MS = 10_000;

interface Cached {
  readonly value: string;
  readonly readAtMs: number;
}

/** Secrets from AWS Secrets Manager, cached. A value that was read before outlives an outage. */
export function createSecretReader(options: {
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
}): SecretReader {
  const { client, clock } = options;
  const cache = new Map<string, Cached>();
  const pending = new Map<string, Promise<string>>();

  const load = async (id: string): Promise<string> => {
    try {
      const output = await client.send(new GetSecretValueCommand({ SecretId: id }));
      if (output.SecretString === undefined) throw new Error('it holds no text');
      cache.set(id, { value: output.SecretString, readAtMs: clock.nowMs() });
      return output.SecretString;
    } catch (error) {
      const stale = cache.get(id);
      if (stale !== undefined) return stale.value;
      throw new SecretUnavailableError(`The secret ${id} could not be read`, error);
    }
  };

  return {
    read: async (id, options = {}) => {
      const cached = cache.get(id);
      const ageMs =
        cached === undefined ? Number.POSITIVE_INFINITY : clock.nowMs() - cached.readAtMs;
      if (cached !== undefined && ageMs < (options.fresh === true ? FRESH_INTERVAL_MS : CACHE_MS)) {
        return cached.value;
      }
      // Ten leads that arrive at a cold start are one call.
      const running = pending.get(id) ?? load(id).finally(() => pending.delete(id));
      pending.set(id, running);
      return await running;
    },
  };
}
