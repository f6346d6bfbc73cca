import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { createNoteSource } from '../../../lambdas/intake/note-source.ts';
import { T0 } from '../../support/event-builders.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { createRecordingLog } from '../../support/recording-ports.ts';
import { NOW_MS } from '../../support/webhook-builders.ts';

function aNote(fail?: Error) {
  const noted: [string, number][] = [];
  const log = createRecordingLog();
  const note = createNoteSource({
    noteSourceSeen: async (source, atMs) => {
      noted.push([source, atMs]);
      if (fail !== undefined) throw fail;
    },
  });
  return { noted, log, note: async (source: string, atMs: number) => note(source, atMs, log) };
}

describe('noting that a source has sent something', () => {
  it('writes once a minute for each source, however much it sends', async () => {
    const { noted, note } = aNote();

    await Promise.all([note('demo', T0), note('demo', T0), note('website', T0 + 1)]);
    await note('demo', T0 + 59_999);
    await note('demo', T0 + 60_000);

    expect(noted).toEqual([
      ['demo', T0],
      ['website', T0 + 1],
      ['demo', T0 + 60_000],
    ]);
  });

  it('logs a write that failed, and does not try again for every request', async () => {
    const { noted, log, note } = aNote(new StoreUnavailableError('The table', new Error('x')));

    await note('demo', T0);
    await note('demo', T0 + 1_000);

    expect(noted).toHaveLength(1);
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'It could not be noted that a source has sent something' },
    ]);
  });
});

describe('intake', () => {
  const website = '{"submission_id":"s-1","email":"ana@example.com"}';
  const JSON_TYPE = { 'content-type': 'application/json' };

  it('notes a source whose request it took', async () => {
    const intake = anIntake();

    await intake.post('/hooks/website', website, JSON_TYPE);

    expect(await intake.store.readSourceSeenMs('website')).toBe(NOW_MS);
    expect(await intake.store.readSourceSeenMs('demo')).toBeUndefined();
  });

  it('does not note a request that may come from anybody', async () => {
    const intake = anIntake();

    const refused = await intake.post('/hooks/demo', '{}', JSON_TYPE);

    expect(refused.status).toBe(401);
    expect(await intake.store.readSourceSeenMs('demo')).toBeUndefined();
  });

  it('answers the same when the note fails', async () => {
    const intake = anIntake();
    intake.broken.notes = true;

    const answer = await intake.post('/hooks/website', website, JSON_TYPE);

    expect(answer.status).toBe(200);
    expect(intake.messages).toHaveLength(1);
    expect(intake.log.lines.map(({ message }) => message)).toContain(
      'It could not be noted that a source has sent something',
    );
  });

  it.each([
    ['accepted', 0],
    ['not stored', 1],
  ])('has written the note before it answers a request that was %s', async (_what, failsFrom) => {
    const intake = anIntake();
    intake.broken.store = failsFrom;
    intake.broken.notesTurns = 50;

    await intake.post('/hooks/website', website, JSON_TYPE);

    expect(await intake.store.readSourceSeenMs('website')).toBe(NOW_MS);
  });
});
