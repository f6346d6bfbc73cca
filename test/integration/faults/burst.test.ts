// Ten times as many leads as before, all at once, some of them of the same persons, into a Zoho that races
// and that refuses more calls at a time than the consumers may make.

import { afterEach, describe, expect, it } from 'vitest';
import {
  expectOneRecordEach,
  type FaultPipeline,
  startFaultPipeline,
  workflowRuns,
} from '../../support/fault-pipeline.ts';
import { hasLocalTable } from '../../support/local-table.ts';
import { byPerson, messagesOf } from '../../support/reference-fold.ts';
import { aSubmission, type Submission } from '../../support/submissions.ts';

const STEADY = 30;
const BURST = 300;

/** Persons of the burst who submit several times, and how often. */
const KEEN = 8;
const KEEN_TIMES = 5;

let pipeline: FaultPipeline;

afterEach(async () => {
  await pipeline.stop();
});

describe.runIf(hasLocalTable)('a burst of ten times the leads', () => {
  it('loses none, makes one record a person, and keeps within Zoho’s limits', {
    timeout: 120_000,
  }, async () => {
    pipeline = await startFaultPipeline();
    const { maxConcurrency } = pipeline.config.delivery;
    await pipeline.zoho.knobs({ race: { delayMs: 20 }, concurrencyMax: maxConcurrency });
    for (let index = 0; index < STEADY; index += 1) {
      await pipeline.submit(aSubmission(`steady${index}`));
    }
    await pipeline.allDelivered();

    await pipeline.submit(...burst());
    await pipeline.allDelivered(90_000);

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    const stats = await pipeline.zoho.stats();
    expect(pipeline.sent).toHaveLength(STEADY + BURST);
    expect(held.size).toBe(STEADY + BURST - KEEN * (KEEN_TIMES - 1));
    expect(stats.records['Leads']).toBe(held.size);
    expect(stats.inserts).toBe(held.size);
    expect(stats.tooManyRequests).toEqual({ burst: 0, quota: 0 });
    expect(stats.concurrencyHighest).toBeLessThanOrEqual(maxConcurrency);
    expect(await pipeline.states()).toEqual({ succeeded: STEADY + BURST });
    expectAutomationOnceAnEffect(workflowRuns(held));
  });

  it('keeps what each submission of one person asked, the newest first', async () => {
    pipeline = await startFaultPipeline();

    await pipeline.submit(
      ...[3, 1, 4, 2].map((minute) =>
        aSubmission('keen', minute, { source: minute % 2 === 0 ? 'events' : 'partner' }),
      ),
    );
    await pipeline.allDelivered();

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    const description = String(held.get('keen@example.com')?.fields['Description']);
    const found = messagesOf(pipeline.sent).map((message) => description.split(message).length - 1);
    const places = messagesOf(pipeline.sent).map((message) => description.indexOf(message));
    expect(found).toEqual([1, 1, 1, 1]);
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });
});

/** Each lead in an order of its own: what occurred last does not arrive last. */
function burst(): readonly Submission[] {
  const keen = Array.from({ length: KEEN * KEEN_TIMES }, (_, index) =>
    aSubmission(`keen${index % KEEN}`, (index * 7) % 11, {
      source: index % 3 === 0 ? 'events' : 'partner',
      values: { phone: `+1202555${1_000 + index}` },
    }),
  );
  const others = Array.from({ length: BURST - keen.length }, (_, index) =>
    aSubmission(`burst${index}`),
  );
  return [...keen, ...others].toSorted((left, right) => (left.id < right.id ? -1 : 1));
}

/** Someone who submitted n times can cause at most n runs, and whoever submitted once exactly one. */
function expectAutomationOnceAnEffect(runs: Readonly<Record<string, number>>): void {
  for (const [email, submissions] of byPerson(pipeline.sent)) {
    expect(runs[email], email).toBeGreaterThanOrEqual(1);
    expect(runs[email], email).toBeLessThanOrEqual(submissions.length);
  }
}
