import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../../lambdas/core/errors.ts';
import type { EventStore } from '../../../../lambdas/core/ports/events.ts';
import {
  createNoteFields,
  shapesOf,
} from '../../../../lambdas/operations/submission/note-fields.ts';
import type { Submission } from '../../../../lambdas/providers/provider.ts';
import { createMemoryEventStore } from '../../../../local/memory/memory-event-store.ts';
import { T0 } from '../../../support/event-builders.ts';
import { anIntake } from '../../../support/intake-harness.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../support/recording-ports.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const aSubmission = (
  names: readonly string[],
  overrides: Partial<Submission> = {},
): Submission => ({
  eventType: 'form_submission',
  attributes: {},
  answers: names.map((key) => ({ key, value: `a text of ${key}` })),
  consent: [],
  content: {},
  ...overrides,
});

/** One table, and processes that come and go. */
function aTable() {
  const store = createMemoryEventStore();
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const calls = { reads: 0, writes: 0 };
  const broken = { reads: false, writes: false };
  const fail = (): never => {
    throw new StoreUnavailableError('The table', new Error('throttled'));
  };
  const events: Pick<EventStore, 'readSourceFields' | 'saveSourceFields'> = {
    readSourceFields: async (source) => {
      calls.reads += 1;
      return broken.reads ? fail() : await store.readSourceFields(source);
    },
    saveSourceFields: async (source, known) => {
      calls.writes += 1;
      return broken.writes ? fail() : await store.saveSourceFields(source, known);
    },
  };
  const aProcess = () => {
    const note = createNoteFields({ events, metrics });
    return async (atMs: number, ...submissions: readonly Submission[]) =>
      await note('website', shapesOf(submissions), atMs, log);
  };
  const known = async () => await store.readSourceFields('website');
  return { calls, broken, log, metrics, aProcess, known };
}

const drifts = (counted: readonly string[]) =>
  counted.filter((each) => each.startsWith('SchemaDrift')).length;

describe('noting the fields that a source sends', () => {
  it('reads once, writes what is new, and nothing more for an hour, however much comes', async () => {
    const { calls, aProcess, known } = aTable();
    const note = aProcess();

    for (let n = 0; n < 1_000; n += 1) await note(T0 + n, aSubmission(['email', 'name']));
    const afterMany = { ...calls };
    await note(T0 + HOUR_MS - 1, aSubmission(['email', 'name']));
    const beforeHour = { ...calls };
    await note(T0 + HOUR_MS, aSubmission(['email', 'name']));

    expect(afterMany).toEqual({ reads: 1, writes: 1 });
    expect(beforeHour).toEqual(afterMany);
    expect(calls).toEqual({ reads: 1, writes: 2 });
    expect((await known())?.submissions).toBe(1_002);
    expect((await known())?.fields.get('email')).toMatchObject({ times: 1_002, inRow: 1_002 });
  });

  it('writes no more than once a minute for a sender that makes names up', async () => {
    const { calls, aProcess, known } = aTable();
    const note = aProcess();

    for (let n = 0; n < 120; n += 1) await note(T0 + n * 1_000, aSubmission([`field_${n}`]));

    expect(calls.writes).toBe(2);
    expect((await known())?.fields.size).toBe(61);
  });

  it('loses no field of a process that writes at the same time', async () => {
    const { aProcess, known } = aTable();
    const notes = Array.from({ length: 4 }, aProcess);

    await Promise.all(notes.map(async (note, n) => await note(T0, aSubmission([`field_${n}`]))));

    expect(new Set((await known())?.fields.keys())).toEqual(
      new Set(['field_0', 'field_1', 'field_2', 'field_3']),
    );
    expect((await known())?.submissions).toBe(4);
  });

  it('counts news once over all processes, by number and never by name', async () => {
    const { aProcess, metrics, log } = aTable();
    const first = aProcess();
    await first(T0, ...Array<Submission>(10).fill(aSubmission(['email'])));
    const second = aProcess();
    await second(T0 + MINUTE_MS, aSubmission(['email']));
    expect(drifts(metrics.counted)).toBe(0);

    await first(T0 + 2 * MINUTE_MS, aSubmission(['email', 'budget', 'colour']));
    await second(T0 + 2 * MINUTE_MS, aSubmission(['email', 'budget', 'colour']));

    expect(drifts(metrics.counted)).toBe(2);
    const lines = log.lines.filter(({ level }) => level === 'warn');
    expect(lines).toMatchObject([
      {
        message: 'A source sends fields, or types of values, that it has not sent before',
        fields: { count: 2 },
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('budget');
  });

  it('goes on where another process ended, and writes at once what is an hour old', async () => {
    const { calls, aProcess, known } = aTable();
    await aProcess()(T0, aSubmission(['email']));
    const later = aProcess();

    await later(T0 + 1, aSubmission(['email']));
    const atOnce = calls.writes;
    await aProcess()(T0 + HOUR_MS, aSubmission(['email']));

    expect([atOnce, calls.writes]).toEqual([1, 2]);
    expect((await known())?.submissions).toBe(2);
  });

  it.each(['reads', 'writes'] as const)(
    'logs %s that fail, tries again a minute later, and never rejects',
    async (what) => {
      const { calls, broken, log, aProcess, known } = aTable();
      const note = aProcess();
      broken[what] = true;

      await note(T0, aSubmission(['email']));
      await note(T0 + 1, aSubmission(['email']));
      const tried = calls[what];
      broken[what] = false;
      await note(T0 + MINUTE_MS, aSubmission(['email']));

      expect(tried).toBe(1);
      expect(log.lines).toMatchObject([
        { level: 'error', message: 'The fields that a source sends could not be noted' },
      ]);
      expect((await known())?.fields.has('email')).toBe(true);
    },
  );

  it('leaves out what a bot made up, and what is only named', async () => {
    const { aProcess, calls, known } = aTable();

    await aProcess()(T0, aSubmission(['x'], { suppression: 'spam_trap' }));

    expect(calls.writes).toBe(0);
    expect(await known()).toBeUndefined();
  });

  it('keeps no value and no name that looks like a person', async () => {
    const { aProcess, known } = aTable();
    const answers = [
      { key: 'ana@example.com', value: 'yes' },
      { key: 'email', value: 'ana@example.com' },
    ];

    await aProcess()(T0, aSubmission([], { answers, email: 'ana@example.com' }));

    const stored = await known();
    expect(JSON.stringify([stored, [...stored!.fields]])).not.toContain('ana@');
    expect(stored).toMatchObject({ withPersonalNames: 1 });
    expect(stored?.fields.get('email')?.goesInto).toBe('email');
  });
});

describe('intake', () => {
  const send = async (intake: ReturnType<typeof anIntake>) =>
    await intake.post('/hooks/website', '{"submission_id":"s-1","email":"ana@example.com"}', {
      'content-type': 'application/json',
    });

  it.each([
    ['accepted', 0],
    ['not stored', 1],
  ])('has noted the fields before it answers a request that was %s', async (_what, failsFrom) => {
    const intake = anIntake();
    intake.broken.store = failsFrom;
    intake.broken.notesTurns = 50;

    await send(intake);

    const known = await intake.store.readSourceFields('website');
    expect([...known!.fields.keys()]).toEqual(['submission_id', 'email']);
  });

  it('answers the same when they cannot be noted', async () => {
    const intake = anIntake();
    intake.broken.notes = true;

    const answer = await send(intake);

    expect(answer.status).toBe(200);
    expect(intake.messages).toHaveLength(1);
  });

  it('notes nothing of a request that may come from anybody, nor of one that it cannot read', async () => {
    const intake = anIntake();

    await intake.post('/hooks/demo', '{}', { 'content-type': 'application/json' });
    await intake.post('/hooks/website', '[1]', { 'content-type': 'application/json' });

    expect(await intake.store.readSourceFields('demo')).toBeUndefined();
    expect(await intake.store.readSourceFields('website')).toBeUndefined();
  });
});
