// An outage of Zoho of twelve hours, a second for each hour: every wait is the 3,600th part of production's,
// or the least that a setting takes (SQS counts whole seconds). Since whole seconds leave room for few
// attempts, few are allowed: one more than a lead can make before the breaker opens. `retryForHours` counts
// whole hours, and its share is 0 of them, so that attempts alone would set a lead aside.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { createSimulatorAdmin } from '../../../local/zoho-simulator/admin-client.ts';
import { startZohoSimulator } from '../../../local/zoho-simulator/simulator.ts';
import { expectOneRecordEach, startFaultPipeline } from '../../support/fault-pipeline.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { hasLocalTable } from '../../support/local-table.ts';
import { byPerson } from '../../support/reference-fold.ts';
import { aSubmission, type Submission } from '../../support/submissions.ts';

const OUTAGE_HOURS = 12;
const HOUR_MS = 1_000;

const COMPRESSED = {
  retry: {
    shortWaitMs: 0,
    firstDelayMs: 1_000,
    delayMaxMs: 1_000,
    attemptsMax: 6,
    retryForHours: 0,
  },
  breaker: { failuresInRowMax: 5, openMs: 1_000, openMaxMs: 1_000, probeLeaseMs: 16_000 },
} as const satisfies HoldfastConfigInput['delivery'];

let stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
  stops = [];
});

describe.runIf(hasLocalTable)('an outage of Zoho of twelve hours', () => {
  it('delivers the leads of before, meanwhile and after, and sets none aside', {
    timeout: 90_000,
  }, async () => {
    const { pipeline, zoho, toZoho } = await start();
    const { maxConcurrency } = pipeline.config.delivery;
    await zoho.knobs({ concurrencyMax: maxConcurrency });
    await pipeline.submit(...leads('before', 1));
    await pipeline.allDelivered();

    await zoho.faults({ kind: 'unavailable', times: 'always' });
    await pipeline.submit(...leads('unavailable', 2));
    await sleep((OUTAGE_HOURS / 3) * HOUR_MS);
    await toZoho.refuse();
    await pipeline.submit(...leads('refusing', 3));
    await sleep((OUTAGE_HOURS / 3) * HOUR_MS);
    await zoho.clearFaults();
    await zoho.faults({ kind: 'hang', times: 'always' });
    await toZoho.accept();
    await pipeline.submit(...leads('hanging', 4));
    await sleep((OUTAGE_HOURS / 3) * HOUR_MS);
    const duringOutage = await pipeline.states();
    await zoho.clearFaults();
    await pipeline.submit(...leads('after', 5));
    await pipeline.allDelivered(60_000);

    const held = await expectOneRecordEach(zoho, pipeline.sent);
    const stats = await zoho.stats();
    const refused = stats.tooManyRequests.burst + stats.tooManyRequests.quota;
    expect(duringOutage['quarantined'] ?? 0).toBe(0);
    expect(duringOutage['succeeded']).toBe(leads('before', 1).length);
    expect(await pipeline.states()).toEqual({ succeeded: pipeline.sent.length });
    expect(await pipeline.pipeline.countDeadLetters()).toBe(0);
    expect(refused / stats.calls).toBeLessThan(0.01);
    expect(stats.concurrencyHighest).toBeLessThanOrEqual(maxConcurrency);
    for (const [email, submissions] of byPerson(pipeline.sent)) {
      const runs = held.get(email)?.workflowFires.total ?? 0;
      expect(runs, email).toBeGreaterThanOrEqual(1);
      expect(runs, email).toBeLessThanOrEqual(submissions.length);
    }
  });
});

/** New persons of this phase, and one who submits in every phase. */
function leads(phase: string, minute: number): readonly Submission[] {
  return [
    ...Array.from({ length: 6 }, (_, index) => aSubmission(`${phase}${index}`, minute)),
    aSubmission('always', minute),
  ];
}

/** A pipeline that reaches Zoho through a proxy, and Zoho's admin side beside it. */
async function start() {
  const simulator = await startZohoSimulator();
  stops.push(async () => await simulator.close());
  const toZoho = await startFaultProxy(simulator.url);
  stops.push(toZoho.stop);
  const pipeline = await startFaultPipeline({
    delivery: COMPRESSED,
    options: { zoho: { url: toZoho.url } },
  });
  stops.push(async () => await pipeline.stop());
  return { pipeline, zoho: createSimulatorAdmin(simulator.url), toZoho };
}
