import { describe, expect, it } from 'vitest';
import { FRESH_INTERVAL_MS } from '../../../../../lambdas/aws/secrets-manager.ts';
import { defineConfig, type HoldfastConfigInput } from '../../../../../lambdas/core/config.ts';
import { SecretChangedError } from '../../../../../lambdas/core/errors.ts';
import { createMemoryEventStore } from '../../../../../local/memory/memory-event-store.ts';
import { createMemoryJournal } from '../../../../../local/memory/memory-journal.ts';
import { rotateOn } from '../../../../../local/operator/secret/run-source-rotate.ts';
import type { SourceRotateOptions } from '../../../../../local/operator/secret/source-rotation.ts';
import type { OperatorTarget } from '../../../../../local/operator/target/target.ts';
import { aClock, countingIds } from '../../../../support/fakes.ts';
import { createMemoryVault } from '../../../../support/memory-vault.ts';
import { createRecordingLog } from '../../../../support/recording-ports.ts';
import { T0 } from '../../../../support/event-builders.ts';

const DAY_MS = 86_400_000;
const NOW = '2026-11-22T04:00:00.000Z';
const PRESENT = 'the-present-secret-of-demo';

const SOURCES: HoldfastConfigInput['sources'] = {
  demo: { provider: 'typeform' },
  partner: { provider: 'standard_webhooks' },
  calls: { provider: 'calendly' },
  shop: { provider: 'url_token' },
  crm: { provider: 'hubspot', publicUrl: 'https://hooks.example.com/hooks/crm' },
};

/** A stage in memory and whoever types at it. */
function aDesk(stored: Record<string, string> = { current: PRESENT }, source = 'demo') {
  const secretId = `source/${source}`;
  const secrets = new Map([[secretId, JSON.stringify(stored)]]);
  const vault = createMemoryVault(secrets);
  const clock = aClock();
  const journal = createMemoryJournal();
  const events = createMemoryEventStore();
  const lines: string[] = [];
  const errors: string[] = [];
  /** What had been stored and shown whenever the command waited. */
  const waited: { ms: number; shown: string }[] = [];
  const config = defineConfig({ sources: SOURCES });
  const ports = {
    vault,
    journal,
    events,
    clock: {
      ...clock,
      sleep: async (ms: number) => {
        waited.push({ ms, shown: lines.join('\n') });
        await clock.sleep(ms);
      },
    },
    ids: countingIds(),
    log: createRecordingLog(),
  };
  const target = {
    name: 'the stage test',
    options: ['--stage', 'test'],
    by: 'arn:aws:iam::111122223333:user/ana',
    isLocal: true,
    endsPreviousSecrets: true,
    endpoint: 'https://hooks.example.com',
    sourceSecretPrefix: 'source/',
    ports,
  } as unknown as OperatorTarget;

  const rotate = async (
    change: Partial<SourceRotateOptions> & { target?: Partial<OperatorTarget> } = {},
  ) => {
    const { target: changes, ...options } = change;
    const settings = config.sources[source];
    if (settings === undefined) throw new Error('no such source');
    return await rotateOn(
      { ...target, ...changes },
      {
        config,
        env: {},
        port: 4000,
        verbose: false,
        source,
        keepMs: 7 * DAY_MS,
        fromStdin: false,
        finish: false,
        force: false,
        yes: false,
        json: false,
        print: (line) => lines.push(line),
        printError: (line) => errors.push(line),
        openPrompt: () => {
          throw new Error('nothing was to be asked');
        },
        ...options,
      },
      settings,
      options.reason,
    );
  };
  return {
    rotate,
    secrets,
    vault,
    clock,
    events,
    waited,
    out: () => lines.join('\n'),
    err: () => errors.join('\n'),
    stored: () => JSON.parse(secrets.get(secretId) ?? '{}') as Record<string, string>,
    acts: async () =>
      (await journal.list({ fromMs: 0, beforeMs: T0 + 365 * DAY_MS, limit: 10 })).entries,
  };
}

const answering = (...answers: string[]) => ({
  openPrompt: () => ({ ask: async () => answers.shift() ?? '', close: () => undefined }),
});
const reason = 'the quarterly rotation';

describe('source rotate', () => {
  it('shows the plan without a reason, and changes nothing', async () => {
    const desk = aDesk();

    expect(await desk.rotate()).toBe(0);

    expect(desk.stored()).toEqual({ current: PRESENT });
    expect(await desk.acts()).toEqual([]);
    expect(desk.out()).toContain('accepted beside it until 2026-11-29 04:00:00 UTC');
    expect(desk.out()).toContain(
      "npx holdfast source rotate demo --keep 7d --reason '…' --stage test",
    );
  });

  it('keeps the present secret until the time that was asked for, on record', async () => {
    const desk = aDesk({ current: PRESENT, verify_token: 'verify-me', api_token: 'a-token' });

    expect(await desk.rotate({ reason })).toBe(0);

    const { current, ...rest } = desk.stored();
    expect(current).not.toBe(PRESENT);
    expect(rest).toEqual({
      previous: PRESENT,
      previous_since: NOW,
      previous_until: '2026-11-29T04:00:00.000Z',
      verify_token: 'verify-me',
      api_token: 'a-token',
    });
    expect(await desk.acts()).toMatchObject([
      {
        action: 'secret_rotated',
        outcome: 'done',
        reason,
        by: 'arn:aws:iam::111122223333:user/ana',
        touched: [{ kind: 'secret', id: 'demo' }],
      },
    ]);
    expect(JSON.stringify(await desk.acts())).not.toContain(current);
  });

  it('shows the new secret once, where it is pasted, and not before every function takes it', async () => {
    const desk = aDesk();

    await desk.rotate({ reason });

    const { current = '' } = desk.stored();
    expect(desk.out().split(current)).toHaveLength(2);
    expect(desk.out()).toContain(`paste this into Secret, and save: ${current}`);
    expect(desk.out()).not.toContain(PRESENT);
    expect(desk.waited).toEqual([{ ms: FRESH_INTERVAL_MS, shown: expect.any(String) }]);
    expect(desk.waited[0]?.shown).not.toContain(current);
  });

  it.each([
    ['whsec_ and base64 for Standard Webhooks', 'partner', /^whsec_[A-Za-z0-9+/=]{44}$/],
    ['plain letters for an address', 'shop', /^[\w-]{43}$/],
  ])('makes a secret in the form of the sender: %s', async (_, source, form) => {
    const present =
      source === 'partner' ? `whsec_${Buffer.alloc(32, 1).toString('base64')}` : PRESENT;
    const desk = aDesk({ current: present }, source);

    await desk.rotate({ reason });

    expect(desk.stored()['current']).toMatch(form);
    expect(desk.stored()['previous']).toBe(present);
    if (source === 'shop') {
      expect(desk.out()).toContain(
        `https://hooks.example.com/hooks/shop/${desk.stored()['current']}`,
      );
    }
  });

  it('asks for the secret of a sender that makes its own, and shows it nowhere', async () => {
    const desk = aDesk({ current: PRESENT }, 'crm');
    const theirs = 'the-new-client-secret-of-theirs';

    expect(await desk.rotate({ reason, ...answering(theirs) })).toBe(0);

    expect(desk.stored()).toMatchObject({ current: theirs, previous: PRESENT });
    expect(desk.out()).not.toContain(theirs);
  });

  it('takes a secret that is given where ours are usual', async () => {
    const desk = aDesk();

    await desk.rotate({ reason, fromStdin: true, ...answering('a-secret-that-they-made') });

    expect(desk.stored()['current']).toBe('a-secret-that-they-made');
  });

  it.each([
    ['too short', 'short', 'That cannot be the secret'],
    ['the present one', PRESENT, 'That is the present secret'],
  ])('does not store a secret that is %s', async (_, given, message) => {
    const desk = aDesk();

    const rotating = desk.rotate({ reason, fromStdin: true, ...answering(given) });

    await expect(rotating).rejects.toThrow(message);
    expect(desk.stored()).toEqual({ current: PRESENT });
    expect(await desk.acts()).toEqual([]);
  });

  it('keeps nothing of a secret that leaked', async () => {
    const desk = aDesk();

    await desk.rotate({ reason, keepMs: 0 });

    expect(Object.keys(desk.stored())).toEqual(['current']);
    expect(desk.out()).toContain('5 minutes later at the latest');
  });

  it('takes no end that is over', async () => {
    const desk = aDesk();

    expect(await desk.rotate({ reason, untilMs: T0 })).toBe(2);

    expect(desk.stored()).toEqual({ current: PRESENT });
  });

  it('does not end a previous secret that is still accepted, and says when it was last in use', async () => {
    const desk = aDesk();
    await desk.rotate({ reason });
    desk.clock.advance(DAY_MS);
    await desk.events.notePreviousSecret('demo', T0 + DAY_MS / 2);
    const before = desk.stored();

    const code = await desk.rotate({ reason });

    expect(code).toBe(2);
    expect(desk.stored()).toEqual(before);
    expect(desk.out()).toContain('last signed with it at 2026-11-22 16:00:00 UTC');
    expect(desk.err()).toContain('still accepted, and a rotation now would end it at once');
    expect(await desk.rotate({ reason, force: true })).toBe(0);
    expect(desk.stored()['previous']).toBe(before['current']);
  });

  it('goes on once the previous one has ended', async () => {
    const desk = aDesk();
    await desk.rotate({ reason });
    const { current: second } = desk.stored();
    desk.clock.advance(7 * DAY_MS);

    expect(await desk.rotate({ reason })).toBe(0);

    expect(desk.stored()['previous']).toBe(second);
  });

  it('leaves alone what somebody else has changed meanwhile, and says so', async () => {
    const desk = aDesk();
    const other = JSON.stringify({ current: 'what-somebody-else-has-stored' });

    const rotating = desk.rotate({
      reason,
      fromStdin: true,
      openPrompt: () => ({
        ask: async () => {
          await desk.vault.write('source/demo', other);
          return 'a-secret-that-they-made';
        },
        close: () => undefined,
      }),
    });

    await expect(rotating).rejects.toThrow(SecretChangedError);
    expect(desk.stored()).toEqual({ current: 'what-somebody-else-has-stored' });
    expect(await desk.acts()).toMatchObject([{ outcome: 'failed' }]);
  });

  it('asks before a deployed stage is changed, and needs somebody to ask', async () => {
    const desk = aDesk();
    const deployed = { reason, target: { isLocal: false } };

    const codes = [
      await desk.rotate(deployed),
      await desk.rotate({ ...deployed, confirm: async () => false }),
    ];
    const untouched = desk.stored();
    codes.push(await desk.rotate({ ...deployed, yes: true }));

    expect(codes).toEqual([2, 0, 0]);
    expect(untouched).toEqual({ current: PRESENT });
    expect(desk.stored()['previous']).toBe(PRESENT);
  });

  it('refuses functions that would not know the new members', async () => {
    const desk = aDesk();

    const rotating = desk.rotate({ reason, target: { endsPreviousSecrets: false } });

    await expect(rotating).rejects.toThrow('deploy them once more');
    expect(desk.vault.writes).toEqual([]);
  });

  it('is one document with --json, with the steps of a secret that was made here', async () => {
    const desk = aDesk();

    await desk.rotate({ reason, json: true });

    const document = JSON.parse(desk.out()) as Record<string, unknown>;
    expect(document).toMatchObject({
      done: 'rotated',
      source: 'demo',
      secret: 'made',
      previousUntil: '2026-11-29T04:00:00.000Z',
      reason,
    });
    expect(JSON.stringify(document['steps'])).toContain(desk.stored()['current']);
  });
});

describe('source rotate --finish', () => {
  const finish = { finish: true, reason };

  it('takes the previous secret out, on record', async () => {
    const desk = aDesk();
    await desk.rotate({ reason });
    const { current } = desk.stored();
    desk.clock.advance(DAY_MS);

    expect(await desk.rotate(finish)).toBe(0);

    expect(desk.stored()).toEqual({ current });
    expect((await desk.acts()).map(({ action }) => action)).toEqual([
      'secret_rotation_finished',
      'secret_rotated',
    ]);
  });

  it.each([
    ['within the last day', DAY_MS / 2, 2],
    ['longer ago', DAY_MS * 2, 0],
  ])('when it was in use %s: exit code %s', async (_, agoMs, code) => {
    const desk = aDesk();
    await desk.rotate({ reason });
    desk.clock.advance(3 * DAY_MS);
    await desk.events.notePreviousSecret('demo', desk.clock.nowMs() - agoMs);

    expect(await desk.rotate(finish)).toBe(code);

    expect(desk.stored()['previous']).toBe(code === 0 ? undefined : PRESENT);
    if (code === 2) expect(await desk.rotate({ ...finish, force: true })).toBe(0);
  });

  it('knows the use of the previous one from that of the one before it', async () => {
    const desk = aDesk();
    await desk.events.notePreviousSecret('demo', T0 - 1_000);
    await desk.rotate({ reason });

    expect(await desk.rotate(finish)).toBe(0);
    expect(desk.out()).toContain('No request is known that was signed with it.');
  });

  it('has nothing to do where there is none', async () => {
    const desk = aDesk();

    expect(await desk.rotate(finish)).toBe(0);

    expect(desk.vault.writes).toEqual([]);
    expect(await desk.acts()).toEqual([]);
  });

  it('shows how it stands without a reason', async () => {
    const desk = aDesk();
    await desk.rotate({ reason });
    const before = desk.stored();

    expect(await desk.rotate({ finish: true })).toBe(0);

    expect(desk.stored()).toEqual(before);
    expect(desk.out()).toContain(
      "npx holdfast source rotate demo --finish --reason '…' --stage test",
    );
  });
});
