import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { submissionEvent } from '../../../lambdas/intake/new-event.ts';
import { createMemoryEventStore } from '../../../local/memory/memory-event-store.ts';
import { T0 } from '../../support/event-builders.ts';
import { countingIds } from '../../support/fakes.ts';
import { createRecordingLog } from '../../support/recording-ports.ts';
import { aThinSubmission, LEAD_ID } from '../../support/thin-provider.ts';

/** The event that intake makes of a submission. */
async function eventOf(submission: ReturnType<typeof aThinSubmission>) {
  const config = defineConfig({
    sources: { ads: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] } },
  });
  const reception = {
    sourceName: 'ads',
    source: config.sources['ads']!,
    config,
    raw: { body: new Uint8Array(), contentType: '', headers: {}, signature: 'current' as const },
    receivedAtMs: T0,
    correlationId: 'corr-1',
    mappingVersion: 'v1',
    isUnverifiedHuman: false,
    pepper: 'a-pepper-of-example-length',
    log: createRecordingLog(),
  };
  const ports = { events: createMemoryEventStore(), ids: countingIds() };
  return await submissionEvent(ports, reception, submission);
}

describe('a submission that the webhook only names', () => {
  it('is received, although nothing tells yet whom it is about', async () => {
    const event = await eventOf(aThinSubmission());

    expect(event).toMatchObject({
      key: `ads|lead.created|${LEAD_ID}`,
      initial: { state: 'received' },
      normalized: {
        identity: {},
        attributes: { form_id: '77' },
        details: { state: 'awaiting', ref: { leadgen_id: LEAD_ID } },
      },
    });
  });

  it('is suppressed at once when the webhook itself says that it is a test', async () => {
    const event = await eventOf(aThinSubmission({ suppression: 'test_lead' }));

    expect(event.initial).toEqual({ state: 'suppressed', suppression: 'test_lead' });
  });

  it('is quarantined without an identity when it names no details either', async () => {
    const { details: _none, ...whole } = aThinSubmission();

    const event = await eventOf(whole);

    expect(event.initial).toMatchObject({
      state: 'quarantined',
      failure: { code: 'missing_identity' },
    });
    expect(event.normalized).not.toHaveProperty('details');
  });
});
