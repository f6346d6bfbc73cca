import { describe, expect, it } from 'vitest';
import { lazyDetailsReader } from '../../../lambdas/consumer/lazy-details-reader.ts';
import type { DetailsReader } from '../../../lambdas/core/ports/details-reader.ts';
import { aLeadEvent, anEventRecord } from '../../support/event-builders.ts';
import { createRecordingLog } from '../../support/recording-ports.ts';

const REQUEST = { record: anEventRecord(), event: aLeadEvent(), untilMs: 0 };
const READER: DetailsReader = {
  deletionKeyOf: async () => await Promise.resolve('website|lead.deleted|1'),
  read: async () => await Promise.resolve({ kind: 'wait', delayMs: 7 }),
};

describe('a reader of details that is loaded when it is needed', () => {
  it('is loaded once, by the first event', async () => {
    let loads = 0;
    const reader = lazyDetailsReader(async () => {
      loads += 1;
      return await Promise.resolve(READER);
    }, createRecordingLog());
    const before = loads;

    const key = await reader.deletionKeyOf(REQUEST);
    const reading = await reader.read(REQUEST);

    expect([before, loads]).toEqual([0, 1]);
    expect(key).toBe('website|lead.deleted|1');
    expect(reading).toEqual({ kind: 'wait', delayMs: 7 });
  });

  it('that cannot be loaded is trouble that passes: its events are tried again, and no others end', async () => {
    const log = createRecordingLog();
    let isBroken = true;
    const reader = lazyDetailsReader(async () => {
      if (isBroken) throw new Error('the file could not be read');
      return await Promise.resolve(READER);
    }, log);

    const key = await reader.deletionKeyOf(REQUEST);
    const reading = await reader.read(REQUEST);
    isBroken = false;
    const mended = await reader.read(REQUEST);

    expect(key).toBeUndefined();
    expect(reading).toMatchObject({
      kind: 'refused',
      failure: { code: 'details_unavailable', class: 'retryable' },
    });
    expect(log.lines.map(({ message }) => message)).toContain(
      'What reads the details of submissions could not be loaded',
    );
    expect(mended).toEqual({ kind: 'wait', delayMs: 7 });
  });
});
