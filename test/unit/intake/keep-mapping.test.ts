import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../lambdas/core/errors.ts';
import { createKeepMapping } from '../../../lambdas/intake/keep-mapping.ts';
import { T0 } from '../../support/event-builders.ts';
import { anIntake } from '../../support/intake-harness.ts';
import { createRecordingLog } from '../../support/recording-ports.ts';
import { aSource, NOW_MS } from '../../support/webhook-builders.ts';

function aKeeper(fail?: Error) {
  const kept: (readonly [string, string, string, number])[] = [];
  const log = createRecordingLog();
  const keep = createKeepMapping({
    keepMapping: async (...mapping) => {
      kept.push(mapping);
      if (fail !== undefined) throw fail;
    },
  });
  const source = aSource('typeform');
  return {
    kept,
    log,
    source,
    keep: async (sourceName: string, version: string, atMs: number) =>
      await keep({ sourceName, source, version }, atMs, log),
  };
}

describe('keeping the mapping version in use', () => {
  it('writes once for each source and version, however many leads come', async () => {
    const { kept, keep, source } = aKeeper();

    await Promise.all([keep('demo', '1-a', T0), keep('demo', '1-a', T0), keep('other', '1-a', T0)]);
    await keep('demo', '1-a', T0 + 1e10);
    await keep('demo', '1-b', T0);

    expect(kept.map(([name, version]) => [name, version])).toEqual([
      ['demo', '1-a'],
      ['other', '1-a'],
      ['demo', '1-b'],
    ]);
    expect(JSON.parse(kept[0]![2])).toEqual(source);
  });

  it('logs a write that failed, and tries again a minute later', async () => {
    const { kept, log, keep } = aKeeper(new StoreUnavailableError('The table', new Error('x')));

    for (const atMs of [T0, T0 + 59_999, T0 + 60_000]) await keep('demo', '1-a', atMs);

    expect(kept).toHaveLength(2);
    expect(log.lines[0]).toMatchObject({
      level: 'error',
      message: 'The settings of a mapping version could not be kept',
    });
  });
});

describe('intake', () => {
  const send = async (intake: ReturnType<typeof anIntake>) =>
    await intake.post('/hooks/website', '{"submission_id":"s-1","email":"ana@example.com"}', {
      'content-type': 'application/json',
    });

  it('keeps the version that it names in the event, with the settings of its source', async () => {
    const intake = anIntake({ mappingLabel: 'spring' });
    intake.broken.notesTurns = 50;

    await send(intake);

    const [kept] = await intake.store.listMappings('website');
    expect(kept?.version).toMatch(/^spring:\d+-/);
    expect(kept).toMatchObject({
      version: intake.stored[0]!.mappingVersion,
      firstUsedAtMs: NOW_MS,
    });
    expect(JSON.parse(kept!.settings)).toMatchObject({ honeypotField: 'website' });
    expect(intake.stored[0]!.normalized?.audit.mapping_version).toBe(kept?.version);
  });

  it('keeps nothing for a request that may come from anybody', async () => {
    const intake = anIntake();

    await intake.post('/hooks/demo', '{}', { 'content-type': 'application/json' });

    expect(await intake.store.listMappings('demo')).toEqual([]);
  });

  it('answers the same when the version cannot be kept', async () => {
    const intake = anIntake();
    intake.broken.notes = true;

    const answer = await send(intake);

    expect(answer.status).toBe(200);
    expect(intake.messages).toHaveLength(1);
  });
});
