import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import { holdfast } from '../support/command-line.ts';
import { eventually, startAtPort, type TestPipeline } from '../support/running-pipeline.ts';

const EMAIL = 'leaves@example.com';
const KEY = 'demo|form_response|responseleaves';

describe.runIf(findDynoxide() !== undefined)(
  'a person who asks what is kept of them, and to be erased',
  { timeout: 120_000 },
  () => {
    let pipeline: TestPipeline;
    let run: (...words: readonly string[]) => ReturnType<typeof holdfast>;
    let directory: string;

    beforeEach(async () => {
      const started = await startAtPort();
      pipeline = started.pipeline;
      run = async (...words) => await holdfast(...words, '--port', String(started.port));
      directory = mkdtempSync(path.join(tmpdir(), 'holdfast-erase-'));
    });
    afterEach(async () => {
      await pipeline.stop();
      rmSync(directory, { recursive: true });
    });

    const stateOf = async (key: string) =>
      (await pipeline.items()).find(
        (item) => item['pk'] === `EVT#${key}` && item['sk'] === 'STATE',
      )?.['state'];
    const deliver = async (id: string, email: string) => {
      await pipeline.send('demo', { id, email });
      await eventually(
        async () => await stateOf(`demo|form_response|response${id}`),
        (state) => state === 'succeeded',
      );
    };
    const ofLead = async (key: string) =>
      (await pipeline.items()).filter((item) => item['pk'] === `EVT#${key}`);

    it('is shown first, then erased from every item, and does not come back when the sender repeats', async () => {
      await deliver('leaves', EMAIL);
      await deliver('stays', 'stays@example.com');

      const plan = await run('erase', EMAIL);
      const afterPlan = await stateOf(KEY);
      const erased = await run('erase', EMAIL, '--reason', 'ticket 4711');
      const repeated = await pipeline.send('demo', { id: 'leaves', email: EMAIL });
      const again = await run('erase', EMAIL);

      expect([plan.err, plan.code, afterPlan]).toEqual(['', 0, 'succeeded']);
      expect(plan.out).toContain(KEY);
      expect(plan.out).toContain('nothing has been changed');
      expect([erased.err, erased.code]).toEqual(['', 0]);
      expect(erased.out).toContain('1 lead erased');
      expect(erased.out).toContain('Nothing of the person is left in the table and the bucket');
      expect(erased.out).toContain('What remains:');
      expect(repeated.status).toBe(200);
      expect(await stateOf(KEY)).toBe('erased');
      expect((await ofLead(KEY)).filter((item) => item['emptied'] !== true)).toHaveLength(1);
      expect(again.out).toContain('Nothing is kept');
      expect(await stateOf('demo|form_response|responsestays')).toBe('succeeded');
      expect((await run('audit', '--json')).out).not.toContain(EMAIL);
    });

    it.each(['kept', 'deleted'])(
      'is delivered when they submit something new, to a record in Zoho that was %s',
      async (record) => {
        await deliver('leaves', EMAIL);
        const [before] = await pipeline.zoho.records();
        await run('erase', EMAIL, '--reason', 'ticket 4713');
        if (record === 'deleted') await pipeline.zoho.remove(before!.id);

        await deliver('returns', EMAIL);

        const [after, ...others] = await pipeline.zoho.records();
        expect(others).toEqual([]);
        expect(after!.id === before!.id).toBe(record === 'kept');
        const version = (each: typeof after) => Number(each!.fields['Holdfast_Version']);
        expect(version(after)).toBeGreaterThan(version(before));
      },
    );

    it('gets a file that only the operator can read, and that is not overwritten', async () => {
      await deliver('leaves', EMAIL);
      const out = path.join(directory, 'person.json');
      const words = ['export', EMAIL, '--out', out, '--reason', 'ticket 4712'];

      const written = await run(...words);
      const twice = await run(...words);

      expect([written.err, written.code]).toEqual(['', 0]);
      expect(statSync(out).mode & 0o777).toBe(0o600);
      const document = JSON.parse(readFileSync(out, 'utf8')) as { leads: { key: string }[] };
      expect(document.leads.map(({ key }) => key)).toEqual([KEY]);
      expect(JSON.stringify(document)).toContain(EMAIL);
      expect(twice.code).toBe(2);
      expect(twice.err).toContain('is there already');
    });

    it('must be named by something that names somebody', async () => {
      const { err, code } = await run('erase', 'nobody in particular');

      expect(code).toBe(2);
      expect(err).toContain('names nobody');
    });
  },
);
