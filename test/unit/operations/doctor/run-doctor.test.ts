import { describe, expect, it } from 'vitest';
import {
  type BreakerReason,
  NEW_BREAKER,
  openedForGood,
  pausedUntil,
} from '../../../../lambdas/core/breaker.ts';
import { SecretUnavailableError } from '../../../../lambdas/core/errors.ts';
import type { SubscriptionFacts } from '../../../../lambdas/operations/doctor/check-alarms.ts';
import { CHECK_AREAS, LookDeniedError } from '../../../../lambdas/operations/doctor/check.ts';
import { runDoctor } from '../../../../lambdas/operations/doctor/run-doctor.ts';
import { OperatorError } from '../../../../local/operator/operator-error.ts';
import {
  aHealthyStage,
  anAlarm,
  aSecret,
  examine,
  type SomeStage,
} from '../../../support/doctor-world.ts';
import { fakeMetrics } from '../../../support/fake-metrics.ts';

type Checks = Awaited<ReturnType<typeof examine>>;
type Spoil = NonNullable<Parameters<typeof examine>[1]>;

const DAY_MS = 86_400_000;

/** What is not as it should be, as `id status`. */
const amiss = (checks: Checks) =>
  checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`);

const found = (checks: Checks, id: string) => checks.find((check) => check.id === id);

describe('the doctor', () => {
  it('finds nothing amiss with a stage that is right, area by area', async () => {
    const checks = await examine(aHealthyStage());

    expect(amiss(checks)).toEqual([]);
    expect([...new Set(checks.map(({ area }) => area))]).toEqual([...CHECK_AREAS]);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  });

  it('counts its looks, for whoever waits', async () => {
    const { ports, settings } = aHealthyStage();
    const seen: number[] = [];

    await runDoctor(ports, settings, (done, total) => seen.push(done / total));

    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  });

  it('on a machine without AWS says what is not there, and finds no problem in that', async () => {
    const nowhere = async () => undefined;
    const checks = await examine(aHealthyStage(), {
      inspector: {
        stack: nowhere,
        mappings: nowhere,
        fn: nowhere,
        table: nowhere,
        alarms: nowhere,
        topics: nowhere,
        awsTimeMs: nowhere,
      },
    });

    expect(amiss(checks)).toEqual([
      'installation.stack not_here',
      'table.table not_here',
      'alarms.alarms not_here',
      'clock.aws not_here',
    ]);
  });

  it('goes on where the right to look is missing, and names it', async () => {
    const denied = async () =>
      await Promise.reject(new LookDeniedError('AWS refused: AccessDenied'));

    const checks = await examine(aHealthyStage(), {
      inspector: { table: denied, alarms: denied, mappings: denied },
    });

    expect(amiss(checks)).toEqual([
      'queues.reader warning',
      'queues.consumer warning',
      'table.table warning',
      'alarms.alarms warning',
    ]);
    expect(found(checks, 'table.table')).toMatchObject({
      sentence: 'Could not look at the table: AWS refused: AccessDenied.',
      remedy:
        'Ask for the right to look at it (it needs dynamodb:DescribeTable, dynamodb:DescribeContinuousBackups, dynamodb:DescribeTimeToLive).',
    });
  });

  it('goes on where nobody answers', async () => {
    const checks = await examine(aHealthyStage(), {
      inspector: {
        queue: async () => await Promise.reject(new OperatorError('SQS does not answer.')),
      },
      zoho: {
        timeMs: async () => await Promise.reject(new OperatorError('Zoho does not answer.')),
      },
    });

    expect(amiss(checks)).toEqual([
      'queues.queues warning',
      'queues.consumer warning',
      'clock.zoho warning',
    ]);
    expect(found(checks, 'clock.zoho')?.sentence).toBe(
      "Could not look at Zoho's clock: Zoho does not answer.",
    );
  });

  it('takes what a store says inside our own error for a missing right, too', async () => {
    const cause = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    const error = new SecretUnavailableError('The secret pepper could not be read', cause);

    const checks = await examine(aHealthyStage(), {
      ports: {
        vault: { read: async () => await Promise.reject(error) },
        secrets: { read: async () => await Promise.reject(error) },
      },
    });

    expect(found(checks, 'secrets.pepper')).toMatchObject({
      status: 'warning',
      sentence:
        'Could not look at the pepper: The secret pepper could not be read: AccessDeniedException.',
      remedy: expect.stringContaining('it needs secretsmanager:GetSecretValue'),
    });
    expect(found(checks, 'secrets.source.demo')?.status).toBe('warning');
  });

  it('lets a fault of ours through', async () => {
    const slip = new TypeError('a slip of the pen');

    await expect(
      examine(aHealthyStage(), { inspector: { table: async () => await Promise.reject(slip) } }),
    ).rejects.toBe(slip);
  });

  it('does not ask Zoho with credentials that are not there', async () => {
    let asked = 0;
    const stage = aHealthyStage();

    const checks = await examine(stage, {
      zoho: {
        credentials: async () => 'empty',
        ask: async () => {
          asked += 1;
          return await stage.zoho.ask();
        },
      },
    });

    expect(asked).toBe(0);
    expect(amiss(checks)).toEqual(['secrets.zoho problem', 'zoho.token warning']);
  });
});

describe('each thing that is amiss is found:', () => {
  const stack = { name: 'holdfast-prod', status: 'UPDATE_COMPLETE', version: '0.1.0+abc' };
  const queueOf =
    (stage: SomeStage, which: 'delivery' | 'dead_letter', other: object) =>
    async (asked: typeof which) => ({
      ...(await stage.inspector.queue(asked)),
      ...(asked === which ? other : {}),
    });
  const mapping = { functionArn: 'arn', state: 'Enabled', reportsFailures: true };
  const tableWith = (stage: SomeStage, other: object) => async () => ({
    ...(await stage.inspector.table())!,
    ...other,
  });
  const withoutTtl = async (stage: SomeStage) => {
    const { ttlAttribute: _ttl, ...rest } = (await stage.inspector.table())!;
    return rest;
  };
  const subscriber = { protocol: 'email', endpoint: 'on-call@example.com' };
  const spoiledTopics = (subscriptions: readonly SubscriptionFacts[]): Spoil => ({
    inspector: { topics: async () => [{ name: 'on-call', subscriptions }] },
  });

  it.each<[string, string, (stage: SomeStage) => Spoil]>([
    [
      'an older version',
      'installation.version warning',
      () => ({ inspector: { stack: async () => ({ ...stack, version: '0.1.0+old' }) } }),
    ],
    [
      'a version that is not said',
      'installation.version warning',
      () => ({
        inspector: { stack: async () => ({ name: 'holdfast-prod', status: 'UPDATE_COMPLETE' }) },
      }),
    ],
    [
      'a deployment that was rolled back',
      'installation.stack problem',
      () => ({
        inspector: { stack: async () => ({ ...stack, status: 'UPDATE_ROLLBACK_COMPLETE' }) },
      }),
    ],
    [
      'a deployment under way',
      'installation.stack warning',
      () => ({ inspector: { stack: async () => ({ ...stack, status: 'UPDATE_IN_PROGRESS' }) } }),
    ],
    [
      'settings that do not go together',
      'installation.configuration problem',
      (stage) => ({
        settings: { here: { ...stage.settings.here, settingProblems: ['a must be less than b'] } },
      }),
    ],
    [
      'a queue without redrive',
      'queues.redrive problem',
      (stage) => ({
        inspector: {
          queue: async (which) => {
            const { redrive: _none, ...rest } = await stage.inspector.queue(which);
            return rest;
          },
        },
      }),
    ],
    [
      'a redrive to somewhere else',
      'queues.redrive problem',
      (stage) => ({
        inspector: {
          queue: queueOf(stage, 'delivery', {
            redrive: { targetArn: 'arn:elsewhere', receivesMax: 1_000 },
          }),
        },
      }),
    ],
    [
      'too few receives',
      'queues.redrive warning',
      (stage) => ({
        inspector: {
          queue: async (which) => {
            const queue = await stage.inspector.queue(which);
            return queue.redrive === undefined
              ? queue
              : { ...queue, redrive: { ...queue.redrive, receivesMax: 3 } };
          },
        },
      }),
    ],
    [
      'messages that end too soon',
      'queues.retention problem',
      (stage) => ({
        inspector: { queue: queueOf(stage, 'delivery', { retentionSeconds: 86_400 }) },
      }),
    ],
    [
      'dead letters that end too soon',
      'queues.dead_letter_retention problem',
      (stage) => ({
        inspector: { queue: queueOf(stage, 'dead_letter', { retentionSeconds: 86_400 }) },
      }),
    ],
    [
      'a dead letter',
      'queues.dead_letters warning',
      (stage) => ({ inspector: { queue: queueOf(stage, 'dead_letter', { count: 1 }) } }),
    ],
    [
      'a queue that is not encrypted',
      'queues.encryption problem',
      (stage) => ({ inspector: { queue: queueOf(stage, 'dead_letter', { isEncrypted: false }) } }),
    ],
    [
      'a message that is hidden too shortly',
      'queues.visibility problem',
      () => ({ inspector: { fn: async () => ({ name: 'c', timeoutSeconds: 90 }) } }),
    ],
    [
      'nobody who reads the queue',
      'queues.reader problem',
      () => ({ inspector: { mappings: async () => [] } }),
    ],
    [
      'a disabled reader',
      'queues.reader problem',
      () => ({
        inspector: {
          mappings: async () => [{ ...mapping, state: 'Disabled', reason: 'User action' }],
        },
      }),
    ],
    [
      'a reader that is being enabled',
      'queues.reader warning',
      () => ({ inspector: { mappings: async () => [{ ...mapping, state: 'Enabling' }] } }),
    ],
    [
      'a reader of whole batches',
      'queues.single_failures problem',
      () => ({ inspector: { mappings: async () => [{ ...mapping, reportsFailures: false }] } }),
    ],
    [
      'delivery that is switched off',
      'queues.switched_off warning',
      () => ({
        inspector: { fn: async () => ({ name: 'c', timeoutSeconds: 60, isZohoEnabled: false }) },
      }),
    ],
    [
      'a table out of reach',
      'table.status problem',
      (stage) => ({
        inspector: { table: tableWith(stage, { status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' }) },
      }),
    ],
    [
      'no recovery',
      'table.recovery problem',
      (stage) => ({ inspector: { table: tableWith(stage, { hasPointInTimeRecovery: false }) } }),
    ],
    [
      'no expiry',
      'table.expiry problem',
      (stage) => ({ inspector: { table: async () => await withoutTtl(stage) } }),
    ],
    [
      'no protection',
      'table.protection warning',
      (stage) => ({ inspector: { table: tableWith(stage, { isProtected: false }) } }),
    ],
    [
      'no encryption',
      'table.encryption problem',
      (stage) => ({ inspector: { table: tableWith(stage, { isEncryptedByOwnKey: false }) } }),
    ],
    ['no alarms', 'alarms.alarms problem', () => ({ inspector: { alarms: async () => [] } })],
    [
      'a mute alarm',
      'alarms.actions problem',
      () => ({
        inspector: { alarms: async () => [anAlarm({ actionsEnabled: false })] },
      }),
    ],
    [
      'an alarm that rings',
      'alarms.state warning',
      () => ({
        inspector: { alarms: async () => [anAlarm({ state: 'ALARM' })] },
      }),
    ],
    ['no subscriber', 'alarms.subscriptions problem', () => spoiledTopics([])],
    [
      'no confirmed subscriber',
      'alarms.subscriptions.on-call problem',
      () => spoiledTopics([{ ...subscriber, isConfirmed: false }]),
    ],
    [
      'one that is not confirmed',
      'alarms.subscriptions.on-call warning',
      () =>
        spoiledTopics([
          { ...subscriber, isConfirmed: false },
          { ...subscriber, isConfirmed: true },
        ]),
    ],
    [
      'a topic that nobody hears',
      'alarms.subscriptions.urgent warning',
      () => ({
        inspector: {
          topics: async () => [
            { name: 'on-call', subscriptions: [{ ...subscriber, isConfirmed: true }] },
            { name: 'urgent', subscriptions: [] },
          ],
        },
      }),
    ],
    [
      'a clock that is ahead',
      'clock.aws warning',
      ({ nowMs }) => ({ inspector: { awsTimeMs: async () => nowMs - 61_000 } }),
    ],
    [
      'a clock that is behind',
      'clock.zoho warning',
      ({ nowMs }) => ({ zoho: { timeMs: async () => nowMs + 61_000 } }),
    ],
    [
      'a sweeper that is silent',
      'delivery.sweeper problem',
      ({ nowMs }) => ({ ports: { metrics: fakeMetrics({}, nowMs) } }),
    ],
    [
      'a sweeper that has just begun',
      'delivery.sweeper warning',
      ({ nowMs }) => ({ ports: { metrics: fakeMetrics({}, nowMs, nowMs - 60_000) } }),
    ],
    [
      'a token that is missing',
      'secrets.source.demo.api_token problem',
      () => ({ settings: { readsDetails: () => true } }),
    ],
    [
      'credentials that are missing',
      'secrets.zoho problem',
      () => ({ zoho: { credentials: async () => 'missing' } }),
    ],
  ])('%s', async (_, expected, spoil) => {
    const stage = aHealthyStage();

    const checks = await examine(stage, spoil(stage));

    expect(amiss(checks)).toContain(expected);
    expect(amiss(checks).length).toBeLessThanOrEqual(2);
  });

  it.each<[BreakerReason, string]>([
    ['operator', 'warning'],
    ['failures', 'problem'],
    ['credits', 'problem'],
    ['authorization', 'problem'],
    ['misconfigured', 'problem'],
  ])('a breaker that is open for %s', async (reason, status) => {
    const stage = aHealthyStage();
    await stage.ports.breakers.read();
    const breaker = { ...openedForGood(NEW_BREAKER, reason, stage.nowMs), revision: 1 };

    const checks = await examine(stage, { ports: { breakers: { read: async () => breaker } } });

    expect(amiss(checks)).toEqual([`delivery.breaker ${status}`]);
  });

  it('a pause, with its end, whoever began it and what ends it', async () => {
    const stage = aHealthyStage();
    const { delivery } = stage.settings.config;
    const breaker = {
      ...pausedUntil(NEW_BREAKER, stage.nowMs + 7_200_000, stage.nowMs, delivery),
      operator: { by: 'ana', reason: 'fields are moved', atMs: stage.nowMs },
    };

    const checks = await examine(stage, { ports: { breakers: { read: async () => breaker } } });

    expect(found(checks, 'delivery.breaker')).toMatchObject({
      sentence: 'Deliveries are paused until 2026-11-22 06:00:00 UTC, by ana: fields are moved.',
      remedy: 'When they may go on: npx holdfast resume --reason "…" --stage prod',
    });
  });

  it.each([
    [60_000, undefined],
    [301_000, 'delivery.backlog warning'],
    [3_601_000, 'delivery.backlog problem'],
  ])('a lead that has waited for %i ms', async (ageMs, expected) => {
    const stage = aHealthyStage();
    const oldestReceivedAt = new Date(stage.nowMs - ageMs).toISOString();
    stage.measures.set('open', { count: 1, oldestReceivedAt });

    expect(amiss(await examine(stage))).toEqual(expected === undefined ? [] : [expected]);
  });

  it.each([
    ['never', undefined, 'delivery.source.demo warning'],
    ['in time', DAY_MS, undefined],
    ['too long ago', DAY_MS + 1, 'delivery.source.demo problem'],
  ])('a source that is expected daily, and was seen %s', async (_, agoMs, expected) => {
    const stage = aHealthyStage();
    stage.seen.atMs = agoMs === undefined ? undefined : stage.nowMs - agoMs;

    expect(amiss(await examine(stage))).toEqual(expected === undefined ? [] : [expected]);
  });

  it('leads that are held', async () => {
    const stage = aHealthyStage();
    stage.measures.set('held', { count: 2 });

    expect(amiss(await examine(stage))).toEqual(['delivery.held warning']);
  });

  it.each([
    [1, 'warning'],
    [14, 'problem'],
  ])('leads in quarantine, %i days old', async (days, status) => {
    const stage = aHealthyStage();
    const oldestReceivedAt = new Date(stage.nowMs - days * DAY_MS).toISOString();
    stage.measures.set('quarantined', { count: 1, oldestReceivedAt });

    expect(amiss(await examine(stage))).toEqual([`delivery.quarantine ${status}`]);
  });

  it.each<[string, string | undefined, Readonly<Record<string, string>>, number]>([
    ['young', undefined, {}, 365],
    ['more than a year old', 'secrets.source.demo warning', {}, 367],
    [
      'with a previous one that has no end',
      'secrets.source.demo.previous warning',
      { previous: 'before-it-of-sixteen' },
      1,
    ],
    [
      'with a previous one that ends',
      undefined,
      { previous: 'before-it-of-sixteen', previous_until: '2026-11-25T04:00:00Z' },
      1,
    ],
    ['too short', 'secrets.source.demo problem', { current: 'short' }, 1],
  ])('a secret that is %s', async (_, expected, members, days) => {
    const stage = aHealthyStage();
    const secret = aSecret(
      { current: 'a-secret-of-sixteen', ...members },
      stage.nowMs - days * DAY_MS,
    );
    stage.secrets.set('source/demo', secret);

    const checks = await examine(stage);

    expect(amiss(checks)).toEqual(expected === undefined ? [] : [expected]);
    expect(JSON.stringify(checks)).not.toContain('of-sixteen');
  });

  it('secrets that are not there', async () => {
    const stage = aHealthyStage();
    stage.secrets.clear();

    expect(amiss(await examine(stage))).toEqual([
      'secrets.source.demo problem',
      'secrets.pepper problem',
    ]);
  });

  it('a pepper that is too short', async () => {
    const stage = aHealthyStage();
    stage.secrets.set('pepper', { text: 'short', isGenerated: false });

    expect(amiss(await examine(stage))).toEqual(['secrets.pepper problem']);
  });
});
