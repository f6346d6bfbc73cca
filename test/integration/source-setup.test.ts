import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import {
  type RunSourceAddOptions,
  runSourceAdd,
} from '../../local/operator/source/run-source-add.ts';
import { runSourceTest } from '../../local/operator/source/run-source-test.ts';
import { portsFrom } from '../../local/start-pipeline.ts';
import { startFakeAws } from '../support/fake-aws.ts';
import { startAtPort, type TestPipeline } from '../support/running-pipeline.ts';

const SOURCES: HoldfastConfigInput['sources'] = {
  demo: { provider: 'typeform', label: 'Demo request' },
  partner: { provider: 'standard_webhooks' },
  shop: { provider: 'url_token' },
  pages: { provider: 'webflow', auth: 'url_token' },
  ads: { provider: 'google_ads' },
  social: { provider: 'meta' },
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
};

describe.runIf(findDynoxide() !== undefined)(
  'whoever connects a sender at the command line',
  { timeout: 60_000 },
  () => {
    let pipeline: TestPipeline;
    let port: number;

    beforeAll(async () => {
      ({ pipeline, port } = await startAtPort({ sources: SOURCES }));
    });
    afterAll(async () => await pipeline?.stop());

    const secretOf = (source: string) => {
      const file = path.join(pipeline.dataDir, 'secrets.json');
      const secrets = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      return secrets[`holdfast/local/source/${source}`] as Record<string, string>;
    };
    const spoken = () => {
      const lines: string[] = [];
      return { text: () => lines.join('\n'), print: (line: string) => lines.push(line) };
    };
    const add = async (provider: string, change: Partial<RunSourceAddOptions> = {}) => {
      const [out, err] = [spoken(), spoken()];
      const code = await runSourceAdd({
        provider,
        config: pipeline.config,
        env: {},
        port,
        rotate: false,
        theirs: false,
        yes: false,
        json: false,
        verbose: false,
        print: out.print,
        printError: err.print,
        openPrompt: () => {
          throw new Error('nothing was to be asked');
        },
        ...change,
      });
      return { code, out: out.text(), err: err.text() };
    };
    const answering = (...answers: string[]) => ({
      openPrompt: () => ({ ask: async () => answers.shift() ?? '', close: () => undefined }),
    });
    const test = async (source: string, json = false) => {
      const [out, err] = [spoken(), spoken()];
      const code = await runSourceTest({
        source,
        config: pipeline.config,
        env: {},
        port,
        waitMs: 15_000,
        json,
        verbose: false,
        print: out.print,
        printError: err.print,
      });
      return { code, out: out.text(), err: err.text() };
    };

    it('is told where to paste the secret that is there, and it stays', async () => {
      const { current } = secretOf('demo');

      const { code, out } = await add('typeform');

      expect(code).toBe(0);
      expect(out).toContain(`Endpoint: http://127.0.0.1:${port}/hooks/demo`);
      expect(out).toContain(`paste this into Secret, and save: ${current}`);
      expect(out).toContain('There is a secret already, and it stays. To replace it: --rotate');
      expect(out).toContain(`npx holdfast source test demo --port ${port}`);
      expect(secretOf('demo')).toEqual({ current });
    });

    it('gets a new secret by --rotate, which then opens the way to the CRM', async () => {
      const before = secretOf('demo');
      await test('demo');

      const { out } = await add('typeform', { rotate: true });
      const sent = await test('demo');

      const after = secretOf('demo');
      expect(after).toEqual({ current: expect.any(String), previous: before['current'] });
      expect(after['current']).not.toBe(before['current']);
      expect(out).toContain(after['current']);
      expect(out).not.toContain(before['current']);
      expect(sent.out).toMatch(/answered 401 .*\n.*once more\.\n.*answered 200 in \d+ ms/);
      expect(sent.code).toBe(0);
    });

    it('stores the secret that the sender has made, and shows it nowhere', async () => {
      const theirs = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

      const { code, out } = await add('standard_webhooks', {
        theirs: true,
        rotate: true,
        ...answering(theirs),
      });

      expect(code).toBe(0);
      expect(secretOf('partner')).toMatchObject({ current: theirs });
      expect(out).toMatch(/1\. At the sender(?:.*\n)+The secret was stored\./);
      expect(out).not.toContain(theirs);
      const act = (await pipeline.acts()).at(-1);
      expect(act).toMatchObject({
        action: 'source_secret_stored',
        by: 'local',
        outcome: 'done',
        touched: [{ kind: 'source', id: 'partner' }],
      });
      expect(JSON.stringify(act)).not.toContain(theirs);
      expect((await test('partner')).code).toBe(0);
    });

    it('says that a secret of the sender was not asked for while there is one', async () => {
      const before = secretOf('partner');

      const { out } = await add('standard_webhooks', { theirs: true });

      expect(out).toContain('was NOT asked for. To put it in its place: --theirs --rotate');
      expect(secretOf('partner')).toEqual(before);
    });

    it('cannot store what is no secret of this sender', async () => {
      const before = secretOf('partner');

      const adding = add('standard_webhooks', {
        theirs: true,
        rotate: true,
        ...answering('not-of-the-form-of-this-sender'),
      });

      await expect(adding).rejects.toThrow('That cannot be the secret');
      expect(secretOf('partner')).toEqual(before);
    });

    it('is given the address with its secret, or none for a page that holds none', async () => {
      const token = await add('url_token');
      const page = await add('website_form');

      expect(token.out).toContain(`/hooks/shop/${secretOf('shop')['current']}`);
      expect(page.out).toContain(`Let the form post to http://127.0.0.1:${port}/hooks/website`);
      expect(page.out).not.toContain('secret was');
    });

    it('is given the whole address where the settings say that it is the secret', async () => {
      const { current } = secretOf('pages');
      const address = `http://127.0.0.1:${port}/hooks/pages/${current}`;

      const { code, out } = await add('webflow');
      const { out: json } = await add('webflow', { json: true });

      expect(code).toBe(0);
      expect(out).toContain(`URL: ${address}\nThat address itself is the secret`);
      expect(out).toContain(`2. URL: ${address}`);
      expect(out).not.toContain('secretKey');
      expect(JSON.parse(json)).toMatchObject({ url: address });
      expect((await test('pages')).code).toBe(0);
    });

    it('is given the lines for a source that is not configured, and nothing is written', async () => {
      const file = readFileSync(path.join(pipeline.dataDir, 'secrets.json'), 'utf8');

      const { code, out } = await add('generic_hmac', { name: 'crm-events' });

      expect(code).toBe(2);
      expect(out).toContain("    'crm-events': {\n      provider: 'generic_hmac',");
      expect(out).toContain('Nothing was changed.');
      expect(readFileSync(path.join(pipeline.dataDir, 'secrets.json'), 'utf8')).toBe(file);
    });

    it('is told when the pipeline was started before the source was configured', async () => {
      const config = defineConfig({
        sources: { ...SOURCES, later: { provider: 'shared_secret' } },
      });

      await expect(add('shared_secret', { config })).rejects.toThrow('start it again');
    });

    it('replaces what a deployed stage has generated, once that is agreed to', async () => {
      const aws = await startFakeAws(pipeline.pipeline.sqsUrl, pipeline.pipeline.endpoint);
      const ports = portsFrom(port);
      const env = {
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: aws.url,
        AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${ports.dynamodb}`,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: pipeline.pipeline.secretsUrl,
      };
      const given = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 'b' };
      const before = { ...process.env };
      Object.assign(process.env, given);
      try {
        const theirs = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
        const stage = { stage: 'staging', env, theirs: true };

        const unasked = await add('standard_webhooks', { ...stage, ...answering(theirs) });
        const declined = await add('standard_webhooks', { ...stage, confirm: async () => false });
        const stored = secretOf('partner');
        const agreed = await add('standard_webhooks', {
          ...stage,
          yes: true,
          ...answering(theirs),
        });

        expect([unasked.code, declined.code, agreed.code]).toEqual([2, 0, 0]);
        expect(stored['current']).not.toBe(theirs);
        expect(secretOf('partner')['current']).toBe(theirs);
        expect(agreed.out).toContain('npx holdfast source test partner --stage staging');
      } finally {
        process.env = before;
        await aws.stop();
      }
    });

    it('sees a test person arrive, and which record it is', async () => {
      const { code, out } = await test('shop');

      const [, email] = /, (\S+@example\.com), /.exec(out) ?? [];
      const record = (await pipeline.zoho.records('Leads')).find(
        ({ fields }) => fields['Email'] === email,
      );
      expect(code).toBe(0);
      expect(out).toMatch(/sent .*\n.*stored .*\n(?:.*\n)*.*delivered\n/);
      expect(out).toContain(`In Zoho: Leads, record ${record?.id} (created).`);
      expect(out).not.toContain(secretOf('shop')['current']);
    });

    it('sees it, too, where the sender is told no key, or only names the submission', async () => {
      const [ads, social] = [await test('ads'), await test('social')];

      expect([ads.code, social.code]).toEqual([0, 0]);
      expect(ads.out).toMatch(/Key: ads\|lead_form\|/);
      expect(social.out).toMatch(/record \d+ \(created\)\.\n/);
    });

    it('is given the token that the sender asks back, and it is stored', async () => {
      const { verify_token: verifyToken, api_token: apiToken } = secretOf('social');

      const { out } = await add('meta');

      expect(out).toContain(verifyToken);
      expect(out).not.toContain(apiToken);
    });

    it('is told why it did not arrive, and what to do', async () => {
      await pipeline.zoho.faults({
        kind: 'row_error',
        code: 'INVALID_DATA',
        details: { api_name: 'Company' },
        times: 1,
      });

      const { code, out } = await test('website');

      expect(code).toBe(1);
      expect(out).toContain('quarantined crm_invalid_data');
      expect(out).toContain('What to do: Mend the mapping or the field in Zoho');
      expect(out).toMatch(/npx holdfast replay --key '.+' --port \d+ --reason "…"/);
    });

    it('gets all of it as one document by --json', async () => {
      const { code, out } = await test('demo', true);

      const document = JSON.parse(out) as { events: { key: string; last: { crm: object } }[] };
      expect(code).toBe(0);
      expect(document.events[0]).toMatchObject({
        key: expect.stringMatching(/^demo\|form_response\|/),
        last: { state: 'succeeded', crm: { module: 'Leads', recordId: expect.any(String) } },
      });
    });

    it('is told which sources there are', async () => {
      const { code, err } = await test('nobody');

      expect(code).toBe(2);
      expect(err).toContain('There are: demo, partner, shop, pages, ads, social, website');
    });
  },
);
