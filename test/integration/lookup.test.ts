import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import { runLeadFind } from '../../local/operator/lead/run-lead-find.ts';
import { holdfast } from '../support/command-line.ts';
import { eventually, startAtPort, type TestPipeline } from '../support/running-pipeline.ts';

const ANA = { email: 'ana@example.com', phone: '+12025550143' };

/** What `lead find --json` prints, as far as it is looked at here. */
interface FoundDocument {
  readonly query: { readonly kind: string };
  readonly people: readonly {
    readonly crm?: { readonly recordId: string; readonly link: string };
    readonly leads: readonly {
      readonly record: { readonly key: string; readonly state: string };
    }[];
  }[];
}

describe.runIf(findDynoxide() !== undefined)(
  'looking a lead up at the command line',
  { timeout: 120_000 },
  () => {
    let pipeline: TestPipeline;
    let port: number;

    beforeEach(async () => {
      ({ pipeline, port } = await startAtPort());
    });

    afterEach(async () => {
      await pipeline.stop();
    });

    const run = async (...words: readonly string[]) =>
      await holdfast(...words, '--port', String(port));
    /** In this process, with the configuration of the pipeline. */
    const find = async (typed: string, scan = false) => {
      const lines: string[] = [];
      await runLeadFind({
        typed,
        scan,
        readUnitsMax: 10_000,
        port,
        config: pipeline.config,
        env: {},
        json: true,
        verbose: false,
        print: (line) => lines.push(line),
        printError: () => undefined,
      });
      const document = JSON.parse(lines.join('\n')) as FoundDocument;
      const keys = document.people.map(({ leads }) => leads.map(({ record }) => record.key));
      return { ...document, keys };
    };
    const states = async () =>
      (await pipeline.items())
        .filter((item) => String(item['pk']).startsWith('EVT#') && item['sk'] === 'STATE')
        .map((item) => String(item['state']))
        .toSorted();
    const settled = async (...expected: readonly string[]) =>
      await eventually(states, (all) => JSON.stringify(all) === JSON.stringify(expected));
    const refuse = async (email: string) =>
      await pipeline.zoho.faults({
        kind: 'row_error',
        code: 'MANDATORY_NOT_FOUND',
        details: { api_name: 'Industry' },
        match: { row: { field: 'Email', equals: email } },
        times: 'always',
      });

    it('finds a delivered one by all that somebody may have of it, and tells its story', async () => {
      await pipeline.send('demo', { id: 'first', ...ANA });
      await settled('succeeded');
      await pipeline.send('partner', { id: 'second', ...ANA });
      await settled('succeeded', 'succeeded');
      const [record] = await pipeline.zoho.records('Leads');
      const recordId = record!.id;
      const keys = ['demo|form_response|responsefirst', 'partner|lead.created|msg_second'];

      const byKey = await find(keys[0]!);
      const found = await Promise.all([
        find('Ana@Example.com'),
        find('responsefirst'),
        find('msg_second'),
        find(recordId),
        find(`https://crm.zoho.com/crm/org1234567/tab/Leads/${recordId}`),
        find('+1 202 555 0143', true),
        // The store is small: everything is looked at unasked.
        find('+1 202 555 0143'),
      ]);
      const story = await run('lead', 'find', 'ana@example.com');
      const link = byKey.people[0]?.crm?.link;
      const shown = (await (await fetch(link!)).json()) as { records: { id: string }[] };

      expect(byKey.keys).toEqual([keys]);
      expect(found.map((each) => each.keys)).toEqual(found.map(() => [keys]));
      expect(shown.records.map(({ id }) => id)).toEqual([recordId]);
      expect([story.code, story.err]).toEqual([0, '']);
      expect(story.out).toContain(`In Zoho as lead ${recordId}, last delivered`);
      expect(story.out).toContain('#2  Partner portal (partner), submitted');
      expect(story.out.split('\n').length).toBeLessThanOrEqual(40);
    });

    it('finds one that waits while the breaker is open, and says why it waits', async () => {
      await run('breaker', 'open', '--reason', 'Zoho is being migrated');
      await pipeline.send('demo', { id: 'waits', ...ANA });

      const { out, code } = await run('lead', 'find', '(202) 555-0143', '--by', 'phone');

      expect(code).toBe(0);
      expect(out).toContain('Not in Zoho.\nThe submission is on its way.');
      expect(out).toContain('Zoho is being migrated');
    });

    it('says where it looked in vain, by exit code 1, and takes what is no query for wrong use', async () => {
      const missing = await run('lead', 'find', 'nobody@example.com');
      const wrong = await run('lead', 'find', 'nobody', '--by', 'email');
      const nowhere = await run('lead', 'show', 'demo|form_response|nowhere');

      expect([missing.code, wrong.code, nowhere.code]).toEqual([1, 2, 1]);
      expect(missing.out).toContain('No lead was found by the e-mail address nobody@example.com');
      // The store is small: it has been looked at already.
      expect(missing.out).toContain('at everything that is stored: ');
      expect(missing.out).not.toContain('--scan');
      expect(wrong.err).toContain('That is no e-mail address.');
    });

    it('ends quietly when whoever reads has seen enough', async () => {
      const words = `"${process.execPath}" bin/holdfast.mjs lead find nobody@example.com --port ${port}`;

      // The reader has gone before the first line comes.
      const { stderr } = await promisify(execFile)('sh', ['-c', `${words} | true`]);

      expect(stderr).toBe('');
    });

    it('shows everything of one submission, with the request as it came', async () => {
      await pipeline.send('demo', { id: 'shown', ...ANA });
      await settled('succeeded');

      const { out, code } = await run('lead', 'show', 'demo|form_response|responseshown', '--raw');

      expect(code).toBe(0);
      expect(out).toContain('state           succeeded');
      expect(out).toMatch(/email +ana@example\.com/);
      expect(out).toContain('proven by');
      expect(out).toContain('"event_type":"form_response"');
      expect(out).not.toContain('typeform-signature');
    });

    it('shows the quarantine by cause, and leads through replaying one lead and closing another', async () => {
      await refuse('bad@example.com');
      await refuse('hopeless@example.com');
      await pipeline.send('demo', { id: 'bad', email: 'bad@example.com' });
      await pipeline.send('demo', { id: 'hopeless', email: 'hopeless@example.com' });
      await settled('quarantined', 'quarantined');
      await eventually(pipeline.pipeline.countDeadLetters, (count) => count === 2);
      const key = 'demo|form_response|responsehopeless';

      const list = await run('quarantine', 'list');
      const show = await run('quarantine', 'show', key);
      const plan = await run('quarantine', 'close', '--key', key);
      const everything = await run('quarantine', 'close', '--reason', 'tired');
      const nowhere = ['--key', 'demo|form_response|nowhere', '--reason', 'mistyped'];
      const mistyped = [
        await run('quarantine', 'close', ...nowhere),
        await run('replay', ...nowhere),
      ];
      const closed = await run('quarantine', 'close', '--key', key, '--reason', 'called by hand');
      await pipeline.zoho.clearFaults();
      const replayed = await run('replay', '--reason', 'Industry is optional now');
      await settled('closed', 'succeeded');

      expect(list.out).toContain(
        '2 leads: Zoho requires a field that the lead does not have: Industry. (crm_mandatory_missing, permanent)',
      );
      expect(list.out).not.toContain('@example.com');
      expect(show.out).toContain('hopeless@example.com');
      expect(plan.out).toContain('This is a plan: nothing has been changed.');
      expect([everything.code, everything.err]).toEqual([
        2,
        expect.stringContaining('Say which leads') as string,
      ]);
      expect(mistyped.map(({ code }) => code)).toEqual([1, 1]);
      for (const { out } of mistyped) expect(out).toContain('no such event is stored');
      expect([closed.code, closed.err]).toEqual([0, '']);
      expect(closed.out).toContain('1 lead closed');
      expect(replayed.out).toContain('1 lead put on the delivery queue');
      expect(await pipeline.pipeline.countDeadLetters()).toBe(0);
      expect((await pipeline.zoho.records('Leads')).map(({ fields }) => fields['Email'])).toEqual([
        'bad@example.com',
      ]);

      const story = await run('lead', 'find', 'hopeless@example.com');
      const again = await run('replay', '--key', key, '--reason', 'once more');
      const audit = await run('audit');
      const mine = await run('audit', '--key', key, '--json');

      expect(story.out).toContain('by local: called by hand');
      expect(again.out).toContain('closed by a person, who settled it by hand');
      expect(audit.out.trim().split('\n')).toEqual([
        expect.stringMatching(
          /local +replayed demo\|form_response\|responsebad +Industry is optional now$/,
        ) as string,
        expect.stringMatching(
          /local +closed demo\|form_response\|responsehopeless +called by hand$/,
        ) as string,
      ]);
      expect(JSON.parse(mine.out)).toMatchObject({
        entries: [
          { action: 'closed', by: 'local', outcome: 'done', touched: [{ kind: 'lead', id: key }] },
        ],
      });
    });
  },
);
