import { describe, expect, it } from 'vitest';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import { readPepper } from '../../../lambdas/core/pepper.ts';
import { PEPPER_LENGTH_MIN } from '../../../lambdas/core/pipeline-limits.ts';

const reading = (secrets: Readonly<Record<string, string>>) =>
  readPepper({ read: async (id) => secrets[id] ?? '' }, 'holdfast/dev/pepper');

describe('the pepper', () => {
  it('is the secret of that name', async () => {
    const pepper = 'p'.repeat(PEPPER_LENGTH_MIN);

    expect(await reading({ 'holdfast/dev/pepper': pepper, other: 'x'.repeat(99) })).toBe(pepper);
  });

  it('is refused when it is too short, without being told', async () => {
    const pepper = 'p'.repeat(PEPPER_LENGTH_MIN - 1);
    const error = await reading({ 'holdfast/dev/pepper': pepper }).catch(
      (caught: unknown) => caught,
    );

    expect(error).toBeInstanceOf(SecretUnavailableError);
    expect(String(error)).toContain(`${PEPPER_LENGTH_MIN} characters`);
    expect(String(error)).not.toContain('ppp');
  });
});
