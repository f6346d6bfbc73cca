import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NEW_BREAKER, openedForGood } from '../../../../lambdas/core/breaker.ts';
import { finding } from '../../../../lambdas/operations/mapping/mapping-finding.ts';
import { countChecks, describeChecks } from '../../../../local/operator/doctor/doctor-text.ts';
import { aHealthyStage, examine, type SomeStage } from '../../../support/doctor-world.ts';

type Checks = Awaited<ReturnType<typeof examine>>;

/** What is not as it should be, as `id status`. */
const amiss = (checks: Checks) =>
  checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`);

const found = (checks: Checks, id: string) => checks.find((check) => check.id === id);

describe('of Zoho, the doctor finds', () => {
  const asking = (
    stage: SomeStage,
    other: Partial<Awaited<ReturnType<SomeStage['zoho']['ask']>>>,
  ) => ({
    zoho: { ask: async () => ({ ...(await stage.zoho.ask()), ...other }) },
  });
  const scope = (
    answer: Awaited<ReturnType<SomeStage['zoho']['ask']>>['scopes'][number]['answer'],
  ) => ({
    scopes: [{ scope: 'ZohoCRM.coql.READ', without: 'a workflow may start twice', answer }],
  });

  it('credentials that it refuses', async () => {
    const stage = aHealthyStage();
    const answer = { kind: 'refused', why: 'invalid_code', isCredentials: true } as const;

    const checks = await examine(stage, asking(stage, scope(answer)));

    expect(amiss(checks)).toEqual(['zoho.token problem']);
    expect(found(checks, 'zoho.token')?.remedy).toContain('npx holdfast zoho rotate');
  });

  it('that it could not be asked', async () => {
    const stage = aHealthyStage();
    const answer = { kind: 'refused', why: 'Zoho did not answer', isCredentials: false } as const;

    expect(amiss(await examine(stage, asking(stage, scope(answer))))).toEqual([
      'zoho.token warning',
    ]);
  });

  it('a missing scope, by its name', async () => {
    const stage = aHealthyStage();

    const checks = await examine(stage, asking(stage, scope({ kind: 'scope_missing' })));

    expect(found(checks, 'zoho.scope.ZohoCRM.coql.READ')).toMatchObject({
      status: 'problem',
      sentence:
        'The refresh token was made without the scope ZohoCRM.coql.READ: without it a workflow may start twice.',
    });
  });

  it("errors of the mapping apart from those of Holdfast's own fields", async () => {
    const stage = aHealthyStage();
    const findings = [
      finding('key_not_unique', { field: 'Holdfast_Key' }, 'It is not unique.', 'Make it unique.'),
      finding('unknown_field', { field: 'Campaign' }, 'Zoho has no such field.'),
    ];

    const checks = await examine(stage, asking(stage, { findings }));

    expect(amiss(checks)).toEqual(['zoho.own_fields.Holdfast_Key problem', 'zoho.mapping problem']);
    expect(found(checks, 'zoho.mapping')?.remedy).toBe(
      'See all of them: npx holdfast mapping check --stage prod',
    );
  });

  it('warnings of the mapping, by their fields, each once', async () => {
    const stage = aHealthyStage();
    const about = (field: string) => ({
      ...finding('unknown_field', { field }, 'A label is not among the values.'),
      severity: 'warning' as const,
    });
    const sentence = async (...fields: readonly string[]) => {
      const checks = await examine(stage, asking(stage, { findings: fields.map(about) }));
      return found(checks, 'zoho.mapping');
    };

    expect(await sentence('Lead_Source', 'Lead_Source')).toMatchObject({
      status: 'warning',
      sentence: 'The mapping fits; warnings are about Lead_Source.',
    });
    expect((await sentence('A', 'B', 'C', 'D', 'E'))?.sentence).toContain('A, B, C and 2 more.');
    expect((await sentence('A'))?.sentence).toBe('The mapping fits; a warning is about A.');
  });

  it.each([
    [undefined, undefined],
    [5_000, undefined],
    [999, 'zoho.credits warning'],
    [499, 'zoho.credits problem'],
  ])('%s credits left', async (creditsRemaining, expected) => {
    const stage = aHealthyStage();
    const { account } = await stage.zoho.ask();
    const other = creditsRemaining === undefined ? account : { ...account, creditsRemaining };

    const checks = await examine(stage, asking(stage, { account: other }));

    expect(amiss(checks)).toEqual(expected === undefined ? [] : [expected]);
  });

  it.each([
    ['https://accounts.zoho.eu', 'https://www.zohoapis.eu', undefined, []],
    [
      'https://accounts.zoho.com',
      'https://www.zohoapis.eu',
      undefined,
      ['zoho.data_centre problem'],
    ],
    ['https://accounts.zoho.com.au', 'https://www.zohoapis.com.au', undefined, []],
    ['https://accounts.zohocloud.ca', 'https://www.zohoapis.ca', undefined, []],
    [
      'https://accounts.zoho.eu',
      'https://www.zohoapis.eu',
      'https://www.zohoapis.com',
      ['zoho.data_centre warning'],
    ],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010', undefined, ['zoho.data_centre not_here']],
  ])('whether %s and %s go together', async (accountsUrl, apiUrl, tokenApiUrl, expected) => {
    const stage = aHealthyStage();
    const account = {
      accountsUrl,
      apiUrl,
      ...(tokenApiUrl === undefined ? {} : { tokenApiUrl }),
    };

    expect(amiss(await examine(stage, asking(stage, { account })))).toEqual(expected);
  });
});

describe("the doctor's page", () => {
  const page = readFileSync('docs/doctor.md', 'utf8');
  const named = new Set([...page.matchAll(/`([a-z]+\.[a-zA-Z_.<>]+)`/g)].map(([, id = '']) => id));

  /** As the page writes it: what an id says of the stage is a placeholder there. */
  const asNamed = (id: string) =>
    id
      .replace(/^(secrets|delivery)\.source\.[a-z_-]+/, '$1.source.<name>')
      .replace(/^zoho\.scope\..*/, 'zoho.scope.<scope>')
      .replace(/^zoho\.own_fields\..*/, 'zoho.own_fields.<field>')
      .replace(/^alarms\.subscriptions\..*/, 'alarms.subscriptions.<topic>');

  it('has every check of a stage that is right', async () => {
    const ids = (await examine(aHealthyStage())).map(({ id }) => asNamed(id));

    expect(ids.filter((id) => !named.has(id))).toEqual([]);
  });

  it('has every check that the sources can make', () => {
    const files = readdirSync('lambdas/operations/doctor').filter((file) =>
      file.startsWith('check-'),
    );
    const made = files.flatMap((file) => {
      const text = readFileSync(`lambdas/operations/doctor/${file}`, 'utf8');
      const area = /checksOf\('([a-z]+)'\)/.exec(text)?.[1];
      return [...text.matchAll(/make\.(?:ok|warning|problem)\(\s*'([a-z_]+)'/g)].map(
        ([, name = '']) => `${area ?? ''}.${name}`,
      );
    });

    expect(made.length).toBeGreaterThan(20);
    const missing = made.filter((id) => !named.has(id));
    // Both stand for "there are none at all", and are said with what there would be.
    expect(new Set(missing)).toEqual(new Set(['alarms.alarms', 'alarms.subscriptions']));
  });
});

describe("the doctor's text", () => {
  it('says of each thing how it stands and what to do, and how many there are', async () => {
    const stage = aHealthyStage();
    const checks = await examine(stage, {
      inspector: {
        topics: async () => [
          {
            name: 'on-call',
            subscriptions: [{ protocol: 'email', endpoint: 'ana@example.com', isConfirmed: false }],
          },
        ],
      },
    });

    const lines = describeChecks(checks, 100);

    const at = lines.findIndex((line) => line.includes('PROBLEM'));
    expect(lines[at]).toBe(
      '  PROBLEM   Alarms of on-call reach nobody: not confirmed yet: email to a…@example.com.',
    );
    expect(lines[at + 1]).toMatch(/^ +→ Follow the link/);
    expect(lines.at(-1)).toMatch(/^1 problem, 0 warnings, \d+ ok\.$/);
    expect(countChecks(checks)).toMatchObject({ problem: 1, warning: 0 });
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it('puts what somebody should look at first, the problems before the warnings, and once', async () => {
    const stage = aHealthyStage();
    const answer = {
      kind: 'refused',
      why: 'Zoho asked to wait before a new access token',
      isCredentials: false,
      waitMs: 65_000,
    } as const;
    const breaker = { ...openedForGood(NEW_BREAKER, 'authorization', stage.nowMs), revision: 1 };

    const checks = await examine(stage, {
      zoho: {
        ask: async () => ({
          ...(await stage.zoho.ask()),
          scopes: [{ scope: 'ZohoCRM.coql.READ', without: 'nothing', answer }],
        }),
      },
      ports: { breakers: { read: async () => breaker } },
    });
    const lines = describeChecks(checks, 100);

    expect(lines.slice(0, 5)).toEqual([
      'To look at',
      '  PROBLEM   Nothing is delivered: Zoho refuses our credentials, or its user lacks a right.',
      '            → See which, and what ends it: npx holdfast breaker status --stage prod',
      '  warning   Zoho could not be asked: Zoho asked to wait before a new access token.',
      '            → Look again in 2 min.',
    ]);
    expect(lines.filter((line) => line.includes('Nothing is delivered'))).toHaveLength(1);
  });

  it('has what to do for each warning and problem, and for nothing else', async () => {
    const checks = await examine(aHealthyStage(), {
      inspector: { table: async () => undefined, alarms: async () => [] },
    });

    for (const { status, remedy } of checks) {
      expect(remedy !== undefined).toBe(status === 'warning' || status === 'problem');
    }
  });
});
