import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../lambdas/core/config.ts';
import { SecretUnavailableError } from '../../../../lambdas/core/errors.ts';
import { failure } from '../../../../lambdas/core/failure.ts';
import type { MetricReader } from '../../../../lambdas/core/ports/metric-reader.ts';
import type { StoredSecret } from '../../../../lambdas/core/ports/secret-vault.ts';
import { listSources } from '../../../../lambdas/operations/status/list-sources.ts';
import { createMemoryEventStore } from '../../../../local/memory/memory-event-store.ts';
import { OperatorError } from '../../../../local/operator/operator-error.ts';
import { describeSources } from '../../../../local/operator/source/source-list-text.ts';
import { aNewEvent } from '../../../support/event-builders.ts';
import { aClock } from '../../../support/fakes.ts';
import { fakeMetrics } from '../../../support/fake-metrics.ts';

const CONFIG = defineConfig({
  sources: {
    demo: { provider: 'typeform', label: 'Demo request' },
    calls: { provider: 'calendly', expect: { everyHours: 24 } },
    form: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
    theirs: { provider: 'formspree' },
  },
});
const DAY_MS = 86_400_000;
const GOOD = 'a-secret-of-sixteen';
const TARGET = {
  name: 'the stage prod',
  options: ['--stage', 'prod'],
  endpoint: 'https://hooks.example.com',
};

interface Input {
  readonly secret?: StoredSecret | Error;
  readonly metrics?: MetricReader;
  readonly quarantined?: number;
  /** Requests of the first source that were refused. */
  readonly rejected?: number;
  /** Of them, those with the previous secret. */
  readonly expired?: number;
  /** How long ago the source that is expected daily was seen. */
  readonly callsSeenMs?: number;
}

async function aList({
  secret,
  metrics,
  quarantined = 0,
  rejected,
  expired,
  callsSeenMs,
}: Input = {}) {
  const clock = aClock();
  const events = createMemoryEventStore();
  for (let n = 0; n < quarantined; n += 1) {
    const key = `demo|lead|${n}`;
    const initial = {
      state: 'quarantined',
      failure: failure('unknown_shape'),
      quarantineId: `q${n}`,
    } as const;
    await events.accept(aNewEvent({ key, source: 'demo', initial }));
    await events.markDlqSent(key, `q${n}`, 'permanent', clock.nowMs());
  }
  await events.noteSourceSeen('demo', clock.nowMs() - 180_000);
  if (callsSeenMs !== undefined) await events.noteSourceSeen('calls', clock.nowMs() - callsSeenMs);
  const asked: string[] = [];
  const numbers = fakeMetrics(
    {
      'LeadAccepted{demo}': 7,
      'LeadDelivered{demo}': 5,
      'LeadQuarantined{demo}': 2,
      ...(rejected === undefined ? {} : { 'SignatureRejected{demo}': rejected }),
      ...(expired === undefined ? {} : { 'ExpiredSecretUsed{demo}': expired }),
    },
    clock.nowMs() - 3_600_000,
  );
  const list = await listSources(
    {
      events,
      clock,
      metrics: metrics ?? numbers,
      vault: {
        read: async (id) => {
          asked.push(id);
          if (secret instanceof Error) throw secret;
          return secret;
        },
      },
    },
    {
      config: CONFIG,
      secretPrefix: 'holdfast/prod/source/',
      isUsable: (_source, current) => current !== 'another-form-of-a-secret',
    },
  );
  const text = describeSources(list, TARGET, 120).join('\n');
  return { list, asked, text, nowMs: clock.nowMs() };
}

const stored = (secrets: Readonly<Record<string, string>>, rest: Partial<StoredSecret> = {}) => ({
  text: JSON.stringify(secrets),
  isGenerated: false,
  ...rest,
});

describe('the list of sources', () => {
  it('says when each was last seen, what it sent, and what of it lies in quarantine', async () => {
    const { list, text, nowMs } = await aList({ quarantined: 3 });

    expect(list.sources[0]).toMatchObject({
      source: 'demo',
      label: 'Demo request',
      lastSeen: new Date(nowMs - 180_000).toISOString(),
      lastDay: 7,
      lastWeek: { accepted: 7, delivered: 5, quarantined: 2, rejected: 0, expired: 0 },
      inQuarantine: 3,
    });
    expect(list.sources[1]).toMatchObject({ source: 'calls', lastDay: 0, inQuarantine: 0 });
    expect(list.sources[1]?.lastSeen).toBeUndefined();
    expect(text).toMatch(/demo +typeform +3 min ago +7 +7 +5 +3 /);
    expect(text).toMatch(/calls +calendly +never +0 /);
    expect(text).toContain('npx holdfast quarantine list --source demo --stage prod');
    expect(text).toContain('https://hooks.example.com/hooks/<source>');
  });

  it('says whose requests were refused, and what may be wrong', async () => {
    const { text } = await aList({ rejected: 2 });

    expect(text).toContain(
      'demo: 2 requests were refused within 7 days: nothing proved who sent them.',
    );
    expect(text).toContain('npx holdfast source rotate demo --stage prod');
    expect(text).not.toContain('source rotate calls');
  });

  it('says when a sender goes on with the secret of before', async () => {
    const { text } = await aList({ rejected: 3, expired: 2 });

    expect(text).toContain('2 of them used the previous secret, whose time is over.');
    expect(text).toContain('npx holdfast source add typeform --name demo --stage prod');
  });

  it.each([
    ['has never sent anything', undefined, false],
    ['was seen in time', DAY_MS, false],
    ['was not', DAY_MS + 60_000, true],
  ])(
    'tells a source that is silent, and should not be, when it %s',
    async (_, seenMs, isSilent) => {
      const { list, text } = await aList(seenMs === undefined ? {} : { callsSeenMs: seenMs });

      expect(list.sources[1]).toMatchObject({ source: 'calls', isSilent, expectedEveryHours: 24 });
      expect(text.includes('npx holdfast source test calls --stage prod')).toBe(isSilent);
      expect(text.includes('SILENT')).toBe(isSilent);
    },
  );

  it('asks for the secrets of sources that have one, and shows none of them', async () => {
    const { list, asked, text } = await aList({ secret: stored({ current: GOOD }) });

    expect(asked).toEqual([
      'holdfast/prod/source/demo',
      'holdfast/prod/source/calls',
      'holdfast/prod/source/theirs',
    ]);
    expect(list.sources[2]?.secret).toEqual({ kind: 'none' });
    expect(JSON.stringify(list) + text).not.toContain(GOOD);
  });

  it('says how old a secret is, and until when the one before it is accepted', async () => {
    const nowMs = aClock().nowMs();
    const until = new Date(nowMs + 5 * DAY_MS).toISOString();
    const secret = stored(
      { current: GOOD, previous: `${GOOD}-before`, previous_until: until },
      { changedAtMs: nowMs - 40 * DAY_MS },
    );

    const { list, text } = await aList({ secret });

    expect(list.sources[0]?.secret).toEqual({
      kind: 'stored',
      isGenerated: false,
      hasApiToken: false,
      changedAtMs: nowMs - 40 * DAY_MS,
      previous: { isOver: false, untilMs: nowMs + 5 * DAY_MS },
    });
    expect(text).toContain('40 days old, previous valid');
    expect(text).not.toContain('To look at:');
  });

  it.each([
    ['has no end', {}, 'accepted without an end'],
    [
      'is over',
      { previous_until: '2026-11-21T04:00:00Z' },
      'no longer accepted; take it out:  npx holdfast source rotate demo --finish --stage prod',
    ],
  ])('says what to do with a previous secret that %s', async (_, rest, words) => {
    const { text } = await aList({
      secret: stored({ current: GOOD, previous: `${GOOD}-before`, ...rest }),
    });

    expect(text).toContain(words);
  });

  it.each<[string, StoredSecret | Error | undefined, string, string]>([
    ['is not there', undefined, 'missing', 'deploy, then:  npx holdfast source add typeform'],
    ['is too short', stored({ current: 'short' }), 'invalid', '--name demo --stage prod --rotate'],
    ['is no JSON', stored({}, { text: 'a b' }), 'invalid', 'is not JSON'],
    [
      'has another form',
      stored({ current: 'another-form-of-a-secret' }),
      'invalid',
      'has not the form',
    ],
    [
      'could not be read',
      new SecretUnavailableError('The secret x could not be read'),
      'unreadable',
      'demo: The secret x could not be read.',
    ],
  ])('says what to do about a secret that %s', async (_, secret, kind, words) => {
    const { list, text } = await aList(secret === undefined ? {} : { secret });

    expect(list.sources[0]?.secret.kind).toBe(kind);
    expect(text).toContain(words);
  });

  it('tells a secret that nobody has stored from one that is ours to make', async () => {
    const { list, text } = await aList({
      secret: stored({ current: GOOD }, { isGenerated: true }),
    });

    const kinds = Object.fromEntries(
      list.sources.map(({ source, secret }) => [source, secret.kind]),
    );
    expect(kinds).toMatchObject({ demo: 'stored', form: 'none', theirs: 'not_stored' });
    expect(text).toContain("theirs: nobody has stored the sender's secret yet");
  });

  it('is shown without the numbers when they cannot be read', async () => {
    const refused = new OperatorError('AWS cloudwatch refused: AccessDenied');
    const { list, text } = await aList({
      metrics: { read: async () => await Promise.reject(refused) },
    });

    expect(list.numbersFailed).toBe('AWS cloudwatch refused: AccessDenied');
    expect(list.sources[0]?.lastDay).toBeUndefined();
    expect(text).toMatch(/demo +typeform +3 min ago +\? +\? +\? +0/);
  });

  it.each([80, 100, 120])('fits into %i columns', async (columns) => {
    const { list } = await aList({ secret: stored({ current: GOOD, previous: `${GOOD}-before` }) });

    const lines = describeSources(list, TARGET, columns);

    const table = lines.slice(2, lines.indexOf('', 3));
    expect(Math.max(...table.map(({ length }) => length))).toBeLessThanOrEqual(columns);
  });
});
