import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { createSecretReader } from '../../../lambdas/aws/secrets-manager.ts';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import { aClock } from '../../support/fakes.ts';

/** A secret store whose value, and whether it answers, tests set. */
function aStore(value: string | undefined) {
  const state = { value, calls: 0 };
  const client = {
    send: async () => {
      state.calls += 1;
      if (state.value === undefined) throw new Error('down');
      return { SecretString: state.value };
    },
  } as unknown as SecretsManagerClient;
  const clock = aClock();
  return { state, clock, reader: createSecretReader({ client, clock }) };
}

describe('the secret reader', () => {
  it('asks once for ten readers at a cold start, and then for five minutes no more', async () => {
    const { reader, state, clock } = aStore('one');

    const values = await Promise.all(Array.from({ length: 10 }, async () => reader.read('id')));
    clock.advance(299_999);
    await reader.read('id');

    expect(new Set(values)).toEqual(new Set(['one']));
    expect(state.calls).toBe(1);
  });

  it('sees a rotated secret after five minutes', async () => {
    const { reader, state, clock } = aStore('one');
    await reader.read('id');
    state.value = 'two';
    clock.advance(300_000);

    expect(await reader.read('id')).toBe('two');
  });

  it('sees it at once when asked for a fresh value, but not more often than every ten seconds', async () => {
    const { reader, state, clock } = aStore('one');
    await reader.read('id');
    state.value = 'two';

    const tooSoon = await reader.read('id', { fresh: true });
    clock.advance(10_000);
    const fresh = await reader.read('id', { fresh: true });

    expect([tooSoon, fresh, state.calls]).toEqual(['one', 'two', 2]);
  });

  it('asks again, however soon, for who needs what is there since a moment', async () => {
    const { reader, state, clock } = aStore('one');
    await reader.read('id');
    state.value = 'two';
    clock.advance(1);

    const since = await reader.read('id', { sinceMs: clock.nowMs() });
    const again = await reader.read('id', { sinceMs: clock.nowMs() });
    const cached = await reader.read('id');

    expect([since, again, cached, state.calls]).toEqual(['two', 'two', 'two', 2]);
  });

  it('does not take the answer to a call that began before', async () => {
    const { reader, state, clock } = aStore('one');
    const early = reader.read('id');
    clock.advance(1);
    state.value = 'two';

    const since = await reader.read('id', { sinceMs: clock.nowMs() });

    expect([await early, since, state.calls]).toEqual(['one', 'two', 2]);
  });

  it('says so when nobody can tell what is there by now', async () => {
    const { reader, state, clock } = aStore('one');
    await reader.read('id');
    state.value = undefined;
    clock.advance(1);

    const asking = reader.read('id', { sinceMs: clock.nowMs() });

    await expect(asking).rejects.toThrow(SecretUnavailableError);
    expect(await reader.read('id')).toBe('one');
  });

  it('goes on with the value it has while the secret store is down', async () => {
    const { reader, state, clock } = aStore('one');
    await reader.read('id');
    state.value = undefined;
    clock.advance(3_600_000);

    expect(await reader.read('id')).toBe('one');
  });

  it('says so when a fresh value is wanted and the secret store is down, and asks it only every ten seconds', async () => {
    const { reader, state, clock } = aStore('one');
    await reader.read('id');
    state.value = undefined;
    clock.advance(10_000);

    const failures = await Promise.allSettled([
      reader.read('id', { fresh: true }),
      reader.read('id', { fresh: true }),
    ]);
    const soon = await reader.read('id', { fresh: true }).catch((error: unknown) => error);

    expect(failures.map((each) => each.status)).toEqual(['rejected', 'rejected']);
    expect(soon).toBeInstanceOf(SecretUnavailableError);
    expect(state.calls).toBe(2);
    expect(await reader.read('id')).toBe('one');
  });

  it('says which secret is missing, and not what is in others', async () => {
    const { reader } = aStore(undefined);

    const failed = await reader.read('holdfast/dev/pepper').catch((error: unknown) => error);

    expect(failed).toBeInstanceOf(SecretUnavailableError);
    expect((failed as Error).message).toBe('The secret holdfast/dev/pepper could not be read');
  });
});
