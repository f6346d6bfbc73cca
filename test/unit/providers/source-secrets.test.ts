import { describe, expect, it } from 'vitest';
import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import {
  parseSourceSecrets,
  secretsAt,
} from '../../../lambdas/providers/verification/source-secrets.ts';

const GOOD = 'sixteen-letters!';

describe('parseSourceSecrets', () => {
  it('reads one secret, or two while one is being replaced', () => {
    expect(parseSourceSecrets('s', JSON.stringify({ current: GOOD }))).toEqual({ current: GOOD });
    expect(parseSourceSecrets('s', JSON.stringify({ current: GOOD, previous: GOOD }))).toEqual({
      current: GOOD,
      previous: GOOD,
    });
  });

  it('reads since when and until when the previous one counts, in UTC', () => {
    const stored = {
      current: GOOD,
      previous: GOOD,
      previous_since: '2026-11-22T04:00:00.000Z',
      previous_until: '2026-11-29T04:00Z',
    };

    expect(parseSourceSecrets('s', JSON.stringify(stored))).toEqual({
      current: GOOD,
      previous: GOOD,
      previousSinceMs: Date.UTC(2026, 10, 22, 4),
      previousUntilMs: Date.UTC(2026, 10, 29, 4),
    });
  });

  it.each([
    ['no time', 'next week'],
    ['a day', '2026-11-29'],
    ['another zone', '2026-11-29T04:00:00+01:00'],
    ['a day that no month has', '2026-02-31T04:00:00Z'],
    ['an hour that no day has', '2026-11-29T25:00:00Z'],
    ['a number', 1_796_000_000_000],
  ])('refuses %s as the end of the previous one, and says what it must be', (_, until) => {
    const stored = { current: GOOD, previous: GOOD, previous_until: until };
    const act = () => parseSourceSecrets('website', JSON.stringify(stored));

    expect(act).toThrow(SecretUnavailableError);
    expect(act).toThrow(/\(previous_until\).*"previous_until" such as 2026-11-29T04:00:00Z/);
    expect(act).not.toThrow(new RegExp(GOOD.slice(2)));
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

describe('secretsAt', () => {
  const until = Date.UTC(2026, 10, 29, 4);
  const both = { current: GOOD, previous: 'the-one-before-it', previousUntilMs: until };

  it.each([
    ['a millisecond before its end', until - 1, 'the-one-before-it'],
    ['at its end', until, undefined],
    ['a year later', until + 31_536_000_000, undefined],
  ])('has the previous secret or not, %s', (_, nowMs, previous) => {
    const secrets = secretsAt(both, nowMs);

    expect(secrets.previous).toBe(previous);
    expect(secrets.current).toBe(GOOD);
  });

  it('keeps a previous secret without an end', () => {
    const secrets = { current: GOOD, previous: 'the-one-before-it' };

    expect(secretsAt(secrets, Number.MAX_SAFE_INTEGER)).toBe(secrets);
  });
});
