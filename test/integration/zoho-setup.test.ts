import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import { runMappingCheck } from '../../local/operator/mapping/run-mapping-check.ts';
import { runZohoSetup } from '../../local/operator/zoho/run-zoho-setup.ts';
import { portsFrom } from '../../local/start-pipeline.ts';
import { holdfast } from '../support/command-line.ts';
import { startFakeAws } from '../support/fake-aws.ts';
import {
  eventually,
  startAtPort,
  startTestPipeline,
  type TestPipeline,
} from '../support/running-pipeline.ts';

const SOURCES: HoldfastConfigInput['sources'] = {
  demo: { provider: 'typeform', label: 'Partner' },
  form: {
    provider: 'website_form',
    label: 'Web Download',
    allowedOrigins: ['https://www.example.com'],
  },
};

type Zoho = NonNullable<HoldfastConfigInput['zoho']>;
type SetupOptions = Partial<Parameters<typeof runZohoSetup>[0]>;
type CheckOptions = Partial<Parameters<typeof runMappingCheck>[0]>;

describe.runIf(findDynoxide() !== undefined)(
  'whoever prepares Zoho at the command line',
  { timeout: 120_000 },
  () => {
    const zohoSettings: Zoho = { fields: { company: 'Company', job_title: 'Job_Role' } };
    let folder: string;
    let pipeline: TestPipeline;
    let port: number;

    // A pipeline for each: what Zoho gives of tokens in ten minutes would not do for all of them.
    beforeEach(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'holdfast-metadata-'));
      ({ pipeline, port } = await startAtPort({ sources: SOURCES, zoho: zohoSettings }));
    });
    afterEach(async () => {
      await pipeline.stop();
      rmSync(folder, { recursive: true });
    });

    /** An organisation without Holdfast's fields; by default nothing is unique in it. */
    const anEmptyOrganisation = async (knobs: Parameters<TestPipeline['zoho']['knobs']>[0] = {}) =>
      await pipeline.zoho.knobs({ customFields: false, uniqueFields: [], ...knobs });

    const spoken = () => {
      const lines: string[] = [];
      return {
        text: () => lines.join('\n'),
        print: (line: string) => {
          lines.push(line);
        },
      };
    };
    const common = () => ({
      config: pipeline.config,
      env: {},
      port,
      json: false,
      verbose: false,
    });
    const setup = async (options: SetupOptions = {}) => {
      const out = spoken();
      const err = spoken();
      const code = await runZohoSetup({
        ...common(),
        yes: false,
        dryRun: false,
        print: out.print,
        printError: err.print,
        ...options,
      });
      return { code, out: out.text(), err: err.text() };
    };
    const check = async (options: CheckOptions = {}) => {
      const out = spoken();
      const err = spoken();
      const code = await runMappingCheck({
        ...common(),
        strict: false,
        print: out.print,
        printError: err.print,
        ...options,
      });
      return { code, out: out.text(), err: err.text() };
    };

    it('sets it up, finds nothing wrong, and a lead is delivered', async () => {
      await anEmptyOrganisation();

      const before = await check();
      const dry = await setup({ dryRun: true });
      const stillBefore = await check();
      const done = await setup({ yes: true });
      const after = await check();
      const again = await setup();

      expect([before.code, dry.code, stillBefore.code]).toEqual([1, 0, 1]);
      expect(before.out).toMatch(/ERROR +Holdfast_Key/);
      expect(before.out).toContain('3 errors, 0 warnings, 0 notes.');
      expect(dry.out).toMatch(/missing +Holdfast_Key +text, 255 characters, unique, external/);
      expect(dry.out).toContain('this was a dry run');
      expect(done).toMatchObject({ code: 0, err: '' });
      expect(done.out).toContain('Created Holdfast_Key.\nCreated Holdfast_Version.');
      expect(done.out).toContain('Created Job_Role.');
      expect(after.code).toBe(0);
      expect(after.out).toContain('0 errors');
      expect(again.code).toBe(0);
      expect(again.out).toContain('Nothing is to be done.');
      expect(await pipeline.acts()).toMatchObject([
        {
          action: 'zoho_fields_created',
          outcome: 'done',
          touched: ['Holdfast_Key', 'Holdfast_Version', 'Job_Role'].map((name) => ({
            kind: 'crm_field',
            id: `Leads.${name}`,
          })),
        },
      ]);

      await pipeline.send('demo', { id: 'first', email: 'ana@example.com' });
      const [lead] = await eventually(
        async () => await pipeline.zoho.records('Leads'),
        (leads) => leads.length === 1,
      );
      expect(lead?.fields).toMatchObject({
        Email: 'ana@example.com',
        Holdfast_Key: expect.stringMatching(/^hf_[0-9a-f]{40}$/),
        Holdfast_Version: 1,
      });
    });

    it('asks for the type of each mapped field, and before it creates anything', async () => {
      await anEmptyOrganisation();
      const questions: string[] = [];
      const answering = (...answers: readonly string[]) => ({
        ask: async (question: string) => {
          questions.push(question);
          return answers[questions.length - 1] ?? 'y';
        },
      });

      const declined = await setup(answering('', 'n'));
      const first = questions.splice(0);
      const done = await setup(answering('no such type', 'textarea', 'y'));

      expect(first[0]).toContain('Job_Role, filled from job_title: Which type?');
      expect(first[1]).toBe('Create in Leads: Holdfast_Key, Holdfast_Version, Job_Role? [y/N] ');
      expect(declined).toMatchObject({ code: 0 });
      expect(declined.out).toContain('Nothing was changed.');
      expect(done.code).toBe(0);
      expect(questions).toHaveLength(3);
      const file = path.join(folder, 'asked.json');
      await check({ save: file });
      expect(readFileSync(file, 'utf8')).toMatch(
        /"Job_Role",\s+"label": "Job Role",\s+"dataType": "textarea"/,
      );
    });

    it('creates no field whose name may be a slip, unless a person says so', async () => {
      const config = defineConfig({
        sources: SOURCES,
        zoho: { fields: { job_title: 'Descripton' } },
      });

      const unasked = await setup({ config, yes: true });
      const asked = await setup({ config, ask: async () => '' });

      expect(unasked.code).toBe(1);
      expect(unasked.out).toContain('Not created: Descripton, since Description may be meant.');
      expect(asked.code).toBe(1);
      expect((await check({ config })).out).toContain('Did you mean Description?');
    });

    it('leaves what is there and wrong as it is, and reports it', async () => {
      await anEmptyOrganisation();
      await createField(pipeline.pipeline.zohoUrl, {
        field_label: 'Holdfast Key',
        data_type: 'text',
      });

      const { code, out } = await setup({ yes: true });

      expect(code).toBe(1);
      expect(out).toMatch(/WRONG +Holdfast_Key +The field is not unique/);
      expect(out).toContain('What is wrong is left as it is');
      expect(out).toContain('Created Holdfast_Version.');
      expect((await check()).out).toMatch(/ERROR +Holdfast_Key .* The field is not unique/);
    });

    it('says which scope is missing', async () => {
      const { scopes } = await pipeline.zoho.knobs({ customFields: false });
      const without = (name: string) => scopes.filter((scope) => !scope.includes(name));

      await pipeline.zoho.knobs({ scopes: without('fields.CREATE') });
      await pipeline.zoho.expireTokens();
      await expect(setup({ yes: true })).rejects.toThrow('ZohoCRM.settings.fields.CREATE');
      await pipeline.zoho.knobs({ scopes: without('settings.fields') });
      await pipeline.zoho.expireTokens();
      await expect(check()).rejects.toThrow('ZohoCRM.settings.fields.READ');
      await pipeline.zoho.knobs({ scopes: without('layouts') });
      await pipeline.zoho.expireTokens();
      expect((await check()).out).toContain('The layouts were not read');
    });

    it('tells what to click when Zoho does not make a field external', async () => {
      await anEmptyOrganisation({ externalFieldByApi: 'refuse' });

      const { code, out } = await setup({ yes: true });
      const checked = await check({ json: true });

      expect(code).toBe(0);
      expect(out).toContain('the field "Holdfast Key" → Set External Field → Organization');
      expect(JSON.parse(checked.out)).toMatchObject({
        passed: true,
        counts: { errors: 0 },
        findings: expect.arrayContaining([expect.objectContaining({ code: 'key_not_external' })]),
      });
    });

    it('says why Zoho refused a field, and creates the others', async () => {
      await anEmptyOrganisation({ uniqueFields: ['Email', 'Phone'] });

      const { code, out } = await setup({ yes: true });

      expect(code).toBe(1);
      expect(out).toContain('NOT created: Holdfast_Key. Zoho refused it: LIMIT_EXCEEDED');
      expect(out).toContain("zoho.match: 'email_search'");
      expect(out).toContain('Created Holdfast_Version.');
      const [act] = await pipeline.acts();
      expect(act).toMatchObject({ action: 'zoho_fields_created', outcome: 'failed' });
      expect(act?.['touched']).toContainEqual({ kind: 'crm_field', id: 'Leads.Holdfast_Version' });
      expect(act?.['touched']).not.toContainEqual({ kind: 'crm_field', id: 'Leads.Holdfast_Key' });
    });

    it('gives the plan and what was done as one document', async () => {
      await anEmptyOrganisation();

      const unasked = await setup({ json: true });
      const { code, out } = await setup({ json: true, yes: true });

      expect(unasked).toMatchObject({ code: 2, err: 'With --json, say --yes or --dry-run.' });
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        module: 'Leads',
        missing: [
          { apiName: 'Holdfast_Key' },
          { apiName: 'Holdfast_Version' },
          { apiName: 'Job_Role' },
        ],
        outcomes: [{ created: true }, { created: true }, { created: true }],
        stillMissing: [],
      });
    });

    it('has to be asked or told: without a terminal nothing is created', async () => {
      await anEmptyOrganisation();

      const { code, err } = await setup();

      expect(code).toBe(2);
      expect(err).toContain('say --yes or --dry-run');
      expect((await check()).code).toBe(1);
    });

    it('asks for no access token of its own while the functions have one', async () => {
      await pipeline.send('demo', { id: 'tokens' });
      await eventually(
        async () => await pipeline.zoho.records('Leads'),
        (leads) => leads.length === 1,
      );

      await check();
      await check();

      expect((await pipeline.zoho.stats()).tokensIssued).toBe(1);
    });

    it('checks offline against what was saved, and the file fits zoho.metadata', async () => {
      const file = path.join(folder, 'zoho-fields.json');
      await setup({ yes: true });
      await check({ save: file });
      const metadata: unknown = JSON.parse(readFileSync(file, 'utf8'));
      const config = defineConfig({ sources: SOURCES, zoho: { ...zohoSettings, metadata } });

      const offline = await check({ config, metadata: file, port: 1 });
      const strict = await check({ metadata: file, strict: true, port: 1 });
      writeFileSync(path.join(folder, 'other.json'), '{}');
      const other = await check({ metadata: path.join(folder, 'other.json') });
      const none = await check({ metadata: path.join(folder, 'none.json') });

      expect(offline.code).toBe(0);
      expect(offline.out).toContain('Everything fits.');
      expect(strict.code).toBe(1);
      expect(strict.out).toContain('warnings count as errors');
      expect([other.code, none.code]).toEqual([2, 2]);
      expect(other.err).toContain('holds no metadata');
      expect(readFileSync(file, 'utf8')).not.toContain('1000.');
    });

    it('reaches the Zoho of a deployed stage, by its stack and its secret', async () => {
      const ports = portsFrom(port);
      const aws = await startFakeAws(pipeline.pipeline.sqsUrl);
      onTestFinished(async () => await aws.stop());
      const at = (each: number) => `http://127.0.0.1:${each}`;
      const env = {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'example',
        AWS_ENDPOINT_URL: aws.url,
        AWS_ENDPOINT_URL_DYNAMODB: at(ports.dynamodb),
        AWS_ENDPOINT_URL_SECRETS_MANAGER: at(ports.secrets),
      };
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      const { zohoUrl } = pipeline.pipeline;
      const config = defineConfig({
        sources: SOURCES,
        zoho: { accountsUrl: zohoUrl, apiUrl: zohoUrl },
      });

      const checked = await check({ config, env, stage: 'staging' });

      expect(checked.code).toBe(0);
      expect(checked.out).toContain('the Zoho of the stage staging in us-east-1');
    });

    it('is told of wrong use by exit code 2, and finds both commands in the help', async () => {
      const answers = await Promise.all([
        holdfast('mapping', 'check', '--metadata', 'a.json', '--save', 'b.json'),
        holdfast('mapping', 'check', '--metadata', path.join(folder, 'none.json')),
        holdfast('zoho', 'setup', '--json', '--port', String(port)),
        holdfast('zoho', 'setup', '--help'),
      ]);

      expect(answers.map(({ code }) => code)).toEqual([2, 2, 2, 0]);
      expect(answers[3]?.out).toContain('ZohoCRM.settings.fields.CREATE');
    });

    it('is told how to go on when no Holdfast runs there', async () => {
      await expect(check({ port: 19_999 })).rejects.toThrow('No Holdfast answers on');
    });
  },
);

describe('a lead whose values Zoho would refuse', { timeout: 60_000 }, () => {
  it('arrives, cut to the saved lengths, with the rest in the description', async () => {
    const metadata = {
      module: 'Leads',
      fields: [{ apiName: 'Campaign', dataType: 'text', length: 20 }],
    };
    const pipeline = await startTestPipeline({
      sources: SOURCES,
      zoho: { metadata, fields: { utm_campaign: 'Campaign' } },
    });
    onTestFinished(async () => await pipeline.stop());
    await createField(pipeline.pipeline.zohoUrl, {
      field_label: 'Campaign',
      data_type: 'text',
      length: 20,
    });

    const response = await fetch(`${pipeline.pipeline.endpoint}/hooks/form`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: 'ana@example.com',
        phone: 'after six: 202/555',
        utm_campaign: 'spring-2026-product-launch',
        message: 'Hello',
      }),
    });
    const [lead] = await eventually(
      async () => await pipeline.zoho.records('Leads'),
      (leads) => leads.length === 1,
    );

    expect(response.status).toBe(200);
    expect(lead?.fields).toMatchObject({
      Campaign: 'spring-2026-product-',
      Description:
        'Hello\n\nPhone, as submitted: after six: 202/555\nCampaign, as submitted: spring-2026-product-launch',
    });
    expect(lead?.fields).not.toHaveProperty('Phone');
  });
});

/** Creates a field by Zoho's own API, with a token of its own. */
async function createField(zohoUrl: string, field: object): Promise<void> {
  const token = await fetch(`${zohoUrl}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: '1000.SIMULATOR',
      client_secret: 'simulator-secret',
      refresh_token: '1000.simulator.refresh',
    }),
  });
  const { access_token: accessToken } = (await token.json()) as { access_token: string };
  const created = await fetch(`${zohoUrl}/crm/v8/settings/fields?module=Leads`, {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${accessToken}` },
    body: JSON.stringify({ fields: [field] }),
  });
  if (created.status !== 201) throw new Error(`the field was not created: ${created.status}`);
}
