import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../../lambdas/core/config.ts';
import { SecretChangedError } from '../../../../../lambdas/core/errors.ts';
import { NEW_BREAKER, openedForGood } from '../../../../../lambdas/core/breaker.ts';
import { systemClock, systemIds } from '../../../../../lambdas/runtime/system.ts';
import { createMemoryBreakerStore } from '../../../../../local/memory/memory-breaker-store.ts';
import { createMemoryJournal } from '../../../../../local/memory/memory-journal.ts';
import { createMemoryTokenStore } from '../../../../../local/memory/memory-token-store.ts';
import {
  rotateZohoOn,
  type ZohoRotateOptions,
} from '../../../../../local/operator/secret/run-zoho-rotate.ts';
import type { OperatorTarget } from '../../../../../local/operator/target/target.ts';
import { createSimulatorAdmin } from '../../../../../local/zoho-simulator/admin-client.ts';
import { DEFAULT_KNOBS, type Knobs } from '../../../../../local/zoho-simulator/knobs.ts';
import { startZohoSimulator } from '../../../../../local/zoho-simulator/simulator.ts';
import { createMemoryVault } from '../../../../support/memory-vault.ts';
import { createRecordingLog } from '../../../../support/recording-ports.ts';

const NEW = '1000.the.new.one';
const SECRET_ID = 'holdfast/test/zoho';
const reason = 'the yearly rotation';
const present = JSON.stringify({
  client_id: DEFAULT_KNOBS.clientId,
  client_secret: DEFAULT_KNOBS.clientSecret,
  refresh_token: DEFAULT_KNOBS.refreshToken,
});

describe('zoho rotate', () => {
  let simulator: Awaited<ReturnType<typeof startZohoSimulator>>;

  beforeEach(async () => {
    simulator = await startZohoSimulator({ port: 0, moreRefreshTokens: [NEW] });
  });
  afterEach(async () => await simulator.close());

  /** A stage in memory, the simulator as its Zoho, and whoever types at it. */
  function aDesk(stored = present) {
    const secrets = new Map([[SECRET_ID, stored]]);
    const vault = createMemoryVault(secrets);
    const tokens = createMemoryTokenStore();
    const breakers = createMemoryBreakerStore();
    const journal = createMemoryJournal();
    const log = createRecordingLog();
    const lines: string[] = [];
    const errors: string[] = [];
    const asked: string[] = [];
    const target = {
      name: 'the stage test',
      options: ['--stage', 'test'],
      by: 'arn:aws:iam::111122223333:user/ana',
      isLocal: true,
      zoho: { secretId: SECRET_ID, accountsUrl: simulator.url, apiUrl: simulator.url },
      ports: { vault, tokens, breakers, journal, clock: systemClock, ids: systemIds, log },
    } as unknown as OperatorTarget;
    const rotate = async (
      change: Partial<ZohoRotateOptions> & { answers?: string[]; isLocal?: boolean } = {},
    ) => {
      const { answers = [NEW], isLocal = true, ...options } = change;
      return await rotateZohoOn(
        { ...target, isLocal },
        {
          config: defineConfig({ sources: { demo: { provider: 'typeform' } } }),
          env: {},
          port: 4000,
          verbose: false,
          client: false,
          force: false,
          yes: false,
          json: false,
          reason,
          print: (line) => lines.push(line),
          printError: (line) => errors.push(line),
          openPrompt: () => ({
            ask: async (question) => {
              asked.push(question);
              return answers.shift() ?? '';
            },
            close: () => undefined,
          }),
          ...options,
        },
        reason,
      );
    };
    return {
      rotate,
      vault,
      tokens,
      breakers,
      asked,
      log,
      out: () => lines.join('\n'),
      err: () => errors.join('\n'),
      stored: () => JSON.parse(secrets.get(SECRET_ID) ?? '{}') as Record<string, string>,
      acts: async () =>
        (await journal.list({ fromMs: 0, beforeMs: Number.MAX_SAFE_INTEGER / 10, limit: 9 }))
          .entries,
    };
  }
  const knobs = async (changes: Partial<Knobs>) =>
    await createSimulatorAdmin(simulator.url).knobs(changes);

  it('stores what Zoho takes, hands its token to the functions, and puts it on record', async () => {
    const desk = aDesk();

    expect(await desk.rotate()).toBe(0);

    expect(desk.stored()).toEqual({ ...(JSON.parse(present) as object), refresh_token: NEW });
    const token = await desk.tokens.read();
    expect(token?.sealedToken).not.toBe('');
    expect(token?.requestedAtMs).toHaveLength(1);
    expect(token?.expiresAtMs).toBeGreaterThan(Date.now() + 3_000_000);
    expect(await desk.acts()).toMatchObject([
      { action: 'zoho_credentials_replaced', outcome: 'done', reason, touched: [{ id: 'zoho' }] },
    ]);
    const shown = JSON.stringify([
      desk.out(),
      desk.err(),
      await desk.acts(),
      desk.log.lines,
      token,
    ]);
    expect(shown).not.toContain(NEW);
  });

  it('asks for the client, too, when told to, and where none is stored', async () => {
    const desk = aDesk('{"client_id":"","client_secret":"","refresh_token":""}');
    const { clientId, clientSecret } = DEFAULT_KNOBS;

    expect(await desk.rotate({ answers: [clientId, clientSecret, NEW] })).toBe(0);

    expect(desk.asked).toHaveLength(3);
    expect(desk.stored()).toMatchObject({ client_id: clientId, refresh_token: NEW });
  });

  it.each([
    [
      'that Zoho does not take',
      ['1000.mistyped'],
      'does not take these credentials (invalid_code)',
    ],
    ['that are the present ones', [DEFAULT_KNOBS.refreshToken], 'the present credentials'],
    ['that are empty', [''], 'was given; nothing was changed'],
  ])('changes nothing for credentials %s', async (_, answers, message) => {
    const desk = aDesk();

    await expect(desk.rotate({ answers })).rejects.toThrow(message);

    expect(desk.stored()).toEqual(JSON.parse(present));
    expect(await desk.acts()).toEqual([]);
  });

  it.each([
    [
      'a scope is missing',
      { scopes: DEFAULT_KNOBS.scopes.filter((scope) => !scope.endsWith('leads.UPDATE')) },
      'ZohoCRM.modules.leads.UPDATE',
    ],
    [
      'it is another organisation',
      { customFields: false, uniqueFields: [] },
      'no field Holdfast_Key',
    ],
  ])('changes nothing when %s, unless told to', async (_, changes, doubt) => {
    await knobs(changes);
    const desk = aDesk();

    expect(await desk.rotate()).toBe(1);
    const untouched = desk.stored();
    const code = await desk.rotate({ force: true });

    expect(desk.err()).toContain(doubt);
    expect(untouched).toEqual(JSON.parse(present));
    expect(code).toBe(0);
    expect(desk.stored()['refresh_token']).toBe(NEW);
    expect(desk.out()).toContain(doubt);
  });

  it('says which scope the look at the fields lacks', async () => {
    await knobs({ scopes: ['ZohoCRM.modules.ALL'] });
    const desk = aDesk();

    await expect(desk.rotate()).rejects.toThrow(
      /ZohoCRM\.settings\.fields\.READ.*Nothing was changed/,
    );
  });

  it('leaves the last token request of the ten to the functions', async () => {
    const desk = aDesk();
    const nowMs = Date.now();
    await desk.tokens.save({
      revision: 1,
      sealedToken: '',
      fingerprint: '',
      expiresAtMs: 0,
      apiDomain: '',
      refreshLeaseUntilMs: 0,
      notBeforeMs: 0,
      requestedAtMs: Array.from({ length: 9 }, (_, n) => nowMs - 60_000 + n),
    });

    await expect(desk.rotate()).rejects.toThrow('the functions have made nine. Run this again at');

    expect((await createSimulatorAdmin(simulator.url).stats()).tokensIssued).toBe(0);
    expect(desk.stored()).toEqual(JSON.parse(present));
  });

  it('leaves alone what somebody else has stored meanwhile', async () => {
    const desk = aDesk();

    const rotating = desk.rotate({
      openPrompt: () => ({
        ask: async () => {
          await desk.vault.write(SECRET_ID, '{"by":"somebody else"}');
          return NEW;
        },
        close: () => undefined,
      }),
    });

    await expect(rotating).rejects.toThrow(SecretChangedError);
    expect(desk.stored()).toEqual({ by: 'somebody else' });
    expect(await desk.tokens.read()).toMatchObject({ sealedToken: '' });
  });

  it.each([
    ['authorization', 'closed', true],
    ['operator', 'open', false],
    ['misconfigured', 'open', false],
  ] as const)(
    'with the breaker open for %s: it is %s afterwards',
    async (because, state, isClosed) => {
      const desk = aDesk();
      await desk.breakers.save({ ...openedForGood(NEW_BREAKER, because, Date.now()), revision: 1 });

      expect(await desk.rotate({ json: true })).toBe(0);

      expect((await desk.breakers.read())?.state).toBe(state);
      expect(JSON.parse(desk.out())).toMatchObject({ done: 'rotated', breakerClosed: isClosed });
      expect((await desk.acts()).map(({ action }) => action).toSorted()).toEqual([
        ...(isClosed ? ['breaker_closed'] : []),
        'zoho_credentials_replaced',
      ]);
    },
  );

  it('ends what the functions wait for since Zoho refused the old ones', async () => {
    const desk = aDesk();
    await desk.tokens.save({
      revision: 1,
      sealedToken: 'of the old ones',
      fingerprint: 'x',
      expiresAtMs: 0,
      apiDomain: '',
      refreshLeaseUntilMs: 0,
      notBeforeMs: Date.now() + 65_000,
      requestedAtMs: [Date.now()],
    });

    await desk.rotate();

    expect(await desk.tokens.read()).toMatchObject({ notBeforeMs: 0, refreshLeaseUntilMs: 0 });
  });

  it('asks before a deployed stage is changed, after Zoho has taken them', async () => {
    const desk = aDesk();

    const codes = [
      await desk.rotate({ isLocal: false }),
      await desk.rotate({ isLocal: false, confirm: async () => false }),
    ];
    const untouched = desk.stored();
    codes.push(await desk.rotate({ isLocal: false, yes: true }));

    expect(codes).toEqual([2, 0, 0]);
    expect(untouched).toEqual(JSON.parse(present));
    expect(desk.stored()['refresh_token']).toBe(NEW);
  });
});
