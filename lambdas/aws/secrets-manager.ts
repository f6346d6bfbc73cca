import assert from 'node:assert/strict';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretUnavailableError } from '../core/errors.ts';
import type { Clock, SecretReader } from '../core/ports/world.ts';

/** A rotated secret is seen at the latest after this time. */
export const CACHE_MS = 300_000;

/** Asking for a fresh value more often than this is answered from the cache: forged requests must
 * not turn into calls to the secret store. */
export const FRESH_INTERVAL_MS = 10_000;

/** As long as there is no value at all, it is asked for more often: every request fails without it. */
const FIRST_INTERVAL_MS = 1_000;

interface Entry {
  value?: string;
  readAtMs: number;
  askedAtMs: number;
  /** Why the last call brought nothing. */
  failed?: SecretUnavailableError;
}

/**
 * Secrets from AWS Secrets Manager, cached.
 *
 * A value that was read before outlives an outage of the secret store. But who asks for a fresh one
 * learns that there is none: with an old secret, "the signature is wrong" may be our own fault.
 */
export function createSecretReader(options: {
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
}): SecretReader {
  const { client, clock } = options;
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<void>>();

  const load = async (id: string, entry: Entry): Promise<void> => {
    entry.askedAtMs = clock.nowMs();
    try {
      const output = await client.send(new GetSecretValueCommand({ SecretId: id }));
      if (output.SecretString === undefined) throw new Error('it holds no text');
      entry.value = output.SecretString;
      entry.readAtMs = clock.nowMs();
      delete entry.failed;
    } catch (error) {
      entry.failed = new SecretUnavailableError(`The secret ${id} could not be read`, error);
    }
  };

  return {
    read: async (id, { fresh: isUncached = false, sinceMs } = {}) => {
      const entry = entries.get(id) ?? { readAtMs: -Infinity, askedAtMs: -Infinity };
      entries.set(id, entry);
      const fresh = isUncached || sinceMs !== undefined;
      // A call that began too early may bring what was there before.
      if (sinceMs !== undefined && entry.askedAtMs < sinceMs) await pending.get(id);
      const nowMs = clock.nowMs();
      const isOld = fresh || nowMs - entry.readAtMs >= CACHE_MS;
      const intervalMs = entry.value === undefined ? FIRST_INTERVAL_MS : FRESH_INTERVAL_MS;
      const mayAsk =
        pending.has(id) ||
        (sinceMs === undefined ? nowMs - entry.askedAtMs >= intervalMs : entry.askedAtMs < sinceMs);
      if (isOld && mayAsk) {
        // Ten leads that arrive at a cold start are one call.
        const running = pending.get(id) ?? load(id, entry).finally(() => pending.delete(id));
        pending.set(id, running);
        await running;
      }
      if (entry.failed !== undefined && (fresh || entry.value === undefined)) throw entry.failed;
      assert(entry.value !== undefined, 'a secret is read, or why it is not');
      return entry.value;
    },
  };
}
