import { describe, expect, it } from 'vitest';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import { parseSourceSecrets } from '../../../lambdas/providers/verification/source-secrets.ts';

const GOOD = 'sixteen-letters!';

describe('parseSourceSecrets', () => {
  it('reads one secret, or two while one is being replaced', () => {
    expect(parseSourceSecrets('s', JSON.stringify({ current: GOOD }))).toEqual({ current: GOOD });
    expect(parseSourceSecrets('s', JSON.stringify({ current: GOOD, previous: GOOD }))).toEqual({
      current: GOOD,
      previous: GOOD,
    });
  });

  it.each([
    ['an empty secret', { current: '' }],
    ['fifteen characters', { current: GOOD.slice(1) }],
    ['no current one', { previous: GOOD }],
    ['an empty previous one', { current: GOOD, previous: '' }],
    ['a member that is not known', { current: GOOD, old: GOOD }],
    ['a number', 1_234_567_890_123_456],
    ['a bare text', GOOD],
  ])('refuses %s, naming the source and no value', (_, stored) => {
    const act = () => parseSourceSecrets('website', JSON.stringify(stored));

    expect(act).toThrow(SecretUnavailableError);
    expect(act).toThrow(/"website"/);
    expect(act).not.toThrow(new RegExp(GOOD.slice(2)));
  });

  it('refuses what is not JSON without quoting it', () => {
    const act = () => parseSourceSecrets('website', GOOD);

    expect(act).toThrow(SecretUnavailableError);
    expect(act).not.toThrow(new RegExp(GOOD));
  });
});
