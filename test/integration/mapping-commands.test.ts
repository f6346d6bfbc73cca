import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { config as repositoryConfig } from '../../holdfast.config.ts';
import { createDynamoDbEventStore } from '../../lambdas/aws/dynamodb-event-store.ts';
import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { payloadHash } from '../../lambdas/core/payload-hash.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { SourceDrift } from '../../lambdas/operations/mapping/source-drift.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import { LOCAL_TABLE } from '../../local/local-stack.ts';
import { runMappingDiff } from '../../local/operator/mapping/run-mapping-diff.ts';
import { portsFrom } from '../../local/start-pipeline.ts';
import { aFieldNote, aSourceFields } from '../contract/source-fields-contract.ts';
import { holdfast } from '../support/command-line.ts';
import { eventually, startAtPort, type TestPipeline } from '../support/running-pipeline.ts';

describe.runIf(findDynoxide() !== undefined)(
  'a person who asks how fields are read',
  { timeout: 120_000 },
  () => {
    let pipeline: TestPipeline;
    let port: number;

    // With the repository's own sources: the command line reads the same file.
    beforeEach(async () => {
      ({ pipeline, port } = await startAtPort({ sources: repositoryConfig.sources }));
    });
    afterEach(async () => {
      await pipeline.stop();
    });

    const run = async (...words: readonly string[]) =>
      await holdfast(...words, '--port', String(port));
    const delivered = async (count: number) => {
      await eventually(
        async () => (await pipeline.items()).filter((item) => item['state'] === 'succeeded').length,
        (done) => done === count,
      );
    };
    /** Reaches into the table, for what would take days to come about. */
    const withStore = async (act: (store: EventStore) => Promise<void>) => {
      const client = new DynamoDBClient({
        endpoint: `http://127.0.0.1:${portsFrom(port).dynamodb}`,
        region: LOCAL_REGION,
        credentials: LOCAL_CREDENTIALS,
      });
      const { retention } = repositoryConfig;
      await act(createDynamoDbEventStore({ client, tableName: LOCAL_TABLE, retention }));
      client.destroy();
    };
    /** A fingerprint of all items, but for those that a function writes by itself now and then. */
    const items = async () => {
      const all = (await pipeline.items()).filter((item) => item['pk'] !== 'TOK#zoho');
      return payloadHash(all);
    };
    const diff = async (config: HoldfastConfig, options: Record<string, unknown> = {}) => {
      const lines: string[] = [];
      const errors: string[] = [];
      const code = await runMappingDiff({
        port,
        config,
        env: {},
        last: 500,
        readUnitsMax: 50_000,
        show: false,
        failOnChange: false,
        json: false,
        verbose: false,
        print: (line) => lines.push(line),
        printError: (line) => errors.push(line),
        ...options,
      });
      return { code, text: lines.join('\n'), errors };
    };

    it('sees which mapping versions were used, and what another one would change of delivered leads', async () => {
      await pipeline.send('demo_request', { id: 'one', company: 'Example Ltd' });
      await pipeline.send('website', { id: 'two' });
      await delivered(2);
      const before = await items();

      const list = await run('mapping', 'list');
      const one = await run('mapping', 'list', 'demo_request', '--json');
      const unknown = await run('mapping', 'list', 'nobody');
      const same = await run('mapping', 'diff', '--last', '10', '--fail-on-change');
      const changed = defineConfig({
        sources: {
          ...repositoryConfig.sources,
          demo_request: { provider: 'typeform', fields: { company: 'job_title' } },
        },
      });
      const plain = await diff(changed);
      const shown = await diff(changed, { show: true, failOnChange: true });
      const { versions } = (
        JSON.parse(one.out) as { sources: [{ versions: [{ version: string }] }] }
      ).sources[0];
      const old = await diff(changed, {
        mappingVersion: versions[0].version,
        source: 'demo_request',
        failOnChange: true,
      });

      expect([list.code, one.code, unknown.code, same.code]).toEqual([0, 0, 1, 0]);
      expect(list.out).toMatch(
        /demo_request\n {2}\d+-[0-9a-f]{12}.*as in holdfast\.config\.ts here/,
      );
      expect(list.out).toMatch(/partner\n {2}\d+-[0-9a-f]{12} {2}not used yet/);
      expect(versions).toMatchObject([{ isPresent: true, firstUsedAt: expect.any(String) }]);
      expect(unknown.err).toContain('nobody is not configured');
      expect(same.out).toContain('The newest 2 of 2 events that match');
      expect(same.out).toContain('demo_request: 1 event compared, none would change');
      expect(same.out).toContain('website: 1 event compared, none would change');
      expect(plain.code).toBe(0);
      expect(plain.text).toContain('demo_request: 1 event compared, 1 would change');
      expect(plain.text).toContain('  job_title  added in 1');
      expect(plain.text).not.toContain('Example Ltd');
      expect(plain.errors[0]).toMatch(/^Looking at \d+ stored items or so/);
      expect(shown.code).toBe(1);
      expect(shown.text).toContain('job_title: (none) → "Example Ltd"');
      expect([old.code, old.text]).toEqual([
        0,
        expect.stringContaining('demo_request: 1 event compared, none would change'),
      ]);
      expect(await items()).toBe(before);
    });

    it('sees which fields a source sends, and what is new', async () => {
      await pipeline.send('website', { id: 'one', email: 'ana@example.com' });
      const dayMs = 24 * 60 * 60 * 1_000;
      const note = aFieldNote({ firstSeenMs: Date.now() - dayMs, firstAfter: 10, times: 5 });
      await withStore(async (store) => {
        await store.saveSourceFields(
          'partner',
          aSourceFields({ submissions: 20, fields: new Map([['budget', note]]) }),
        );
      });

      const text = await run('source', 'drift');
      const json = await run('source', 'drift', 'website', '--json');
      const unknown = await run('source', 'drift', 'nobody');

      expect([text.code, json.code, unknown.code]).toEqual([0, 0, 2]);
      expect(text.out).toMatch(/partner: 20 submissions noted since/);
      expect(text.out).toMatch(/ {2}budget +- +50 % +text +\S+ \S+ UTC +\S+ \S+ UTC +new\n/);
      expect(text.out).toContain('demo_request: nothing known yet');
      const { sources } = JSON.parse(json.out) as { sources: readonly SourceDrift[] };
      expect(sources).toMatchObject([{ source: 'website', submissions: 1 }]);
      expect(sources[0]?.fields.find(({ name }) => name === 'email')).toMatchObject({
        goesInto: 'email',
        share: 1,
        types: ['text'],
        flags: [],
      });
      expect(`${text.out}${json.out}`).not.toContain('ana@example.com');
      expect(unknown.err).toContain('There is no source nobody in holdfast.config.ts');
    });
  },
);
