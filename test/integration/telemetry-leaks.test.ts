// G8: nothing of a person and no secret is in a log line, a metric, a message on a queue or an answer to a sender. The
// real functions with the real log and metrics of Powertools, over the emulators; what they talk to quotes them wherever
// it can. Traces are off (test/infra/functions.test.ts), and what API Gateway logs is in test/infra/api.test.ts.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FAILURE_CODES, type FailureCode } from '../../lambdas/core/failure.ts';
import { METRICS_NAMESPACE } from '../../lambdas/core/pipeline-names.ts';
import { PROVIDERS } from '../../lambdas/providers/catalogue.ts';
import { hasLocalTable } from '../support/local-table.ts';
import { METRIC_NAMES } from '../support/metric-names.ts';
import { type EmfMetric, isEmfLine, readEmfLine } from '../support/telemetry/emf-line.ts';
import {
  everySecret,
  everySource,
  postEveryExample,
  postEveryFind,
  postEveryFixture,
} from '../support/telemetry/every-example.ts';
import {
  FAILING_DELIVERY,
  FAILING_SOURCES,
  SOURCE_TO_GO,
} from '../support/telemetry/failing-sources.ts';
import { provokeStops, provokeZoho } from '../support/telemetry/provoke-crm.ts';
import { provokeDetails, provokeSourceToGo } from '../support/telemetry/provoke-details.ts';
import { provokeFaults } from '../support/telemetry/provoke-faults.ts';
import { provokeIntake } from '../support/telemetry/provoke-intake.ts';
import { provokeStates, provokeTooMuch } from '../support/telemetry/provoke-states.ts';
import { createProvoker, settled } from '../support/telemetry/provoker.ts';
import { gather, leaksOf, type Telemetry, together } from '../support/telemetry/telemetry.ts';
import { startTelemetryWorld } from '../support/telemetry/telemetry-world.ts';

/** Words that forms, their senders and logs have in common: as values of a lead they tell nothing. */
const PLAIN_WORDS = new Set([
  ...'accepted contact created data date deleted e-mail event_type example form header'.split(' '),
  ...'https: invitee message name number page phone post service time very'.split(' '),
  'phone number',
]);

/** Words of the configuration: the names of sources and providers, and the page of a form, which CORS names. */
const SETTINGS = [
  ...Object.keys(PROVIDERS),
  ...Object.keys(everySource()),
  ...Object.keys(FAILING_SOURCES),
  'https://www.example.com',
];

/** Failures that no log line names, and why. Each is provoked all the same. */
const UNNAMED: Readonly<Partial<Record<FailureCode, string>>> = {
  crm_record_gone: 'the lead is written anew within the same delivery',
};

describe.runIf(hasLocalTable)('telemetry', () => {
  let known: Telemetry;
  let failed: Telemetry;

  beforeAll(async () => {
    known = await tellOfKnownRequests();
    failed = await tellOfFailures();
  }, 600_000);

  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('tells nothing of what senders are known to post', () => {
    expect(leaksOf(known, PLAIN_WORDS, SETTINGS)).toEqual([]);
  });

  it('tells nothing of a lead that fails, whatever quotes it', () => {
    expect(leaksOf(failed, PLAIN_WORDS, SETTINGS)).toEqual([]);
  });

  it('was all heard: each function, the metrics, the queues, the answers, and calls that failed', () => {
    const { told, persons, values, secrets } = together(known, failed);
    const heard = (where: string): number => told.filter((each) => each.where === where).length;

    expect(heard('a log line of intake')).toBeGreaterThan(200);
    expect(heard('a log line of consumer')).toBeGreaterThan(100);
    expect(heard('a log line of sweeper')).toBeGreaterThan(3);
    expect(heard('a line of metrics')).toBeGreaterThan(300);
    expect(heard('a message on a queue')).toBeGreaterThan(100);
    expect(heard('an answer to a sender')).toBeGreaterThan(150);
    expect(heard('what Lambda logs of a failed call')).toBeGreaterThan(3);
    expect(persons.length).toBeGreaterThan(300);
    expect(values.length).toBeGreaterThan(500);
    expect(secrets.length).toBeGreaterThan(100);
  });

  it('names each failure of the catalogue', () => {
    const lines = failed.told.filter(({ where }) => where.startsWith('a log line of'));
    const named = new Set(
      lines.flatMap(({ text }) =>
        [...text.matchAll(/"failure_code":"(\w+)"/g)].map(([, code]) => code),
      ),
    );

    expect(FAILURE_CODES.filter((code) => !named.has(code))).toEqual(Object.keys(UNNAMED));
  });

  it('would be found out: an address that is put among it is', () => {
    const [person] = failed.persons.filter(({ value }) => value.includes('@'));
    const planted = {
      where: 'a log line of consumer',
      text: Buffer.from(`x ${person?.value}`).toString('base64'),
    };

    const leaks = leaksOf({ ...failed, told: [...failed.told, planted] }, PLAIN_WORDS, SETTINGS);

    expect(leaks).toEqual([
      `a log line of consumer tells ${person?.what}, in base64: ${person?.value}`,
    ]);
  });

  describe('in metrics', () => {
    const metrics = (): readonly EmfMetric[] =>
      together(known, failed)
        .told.filter(({ text }) => isEmfLine(text))
        .flatMap(({ text }) => readEmfLine(text));

    it('has the dimensions service and source, and values of the configuration in them', () => {
      const sources = new Set([...Object.keys(everySource()), ...Object.keys(FAILING_SOURCES)]);

      for (const { namespace, dimensions } of metrics()) {
        const { service, source, ...others } = dimensions;
        expect(namespace).toBe(METRICS_NAMESPACE);
        expect(others).toEqual({});
        expect(['intake', 'consumer', 'sweeper']).toContain(service);
        if (source !== undefined) expect(sources).toContain(source);
      }
    });

    it('has only names of the list, each of which is a metric that somebody pays for', () => {
      const names = new Set(metrics().map(({ name }) => name));

      expect([...names].filter((name) => !METRIC_NAMES.has(name))).toEqual([]);
      expect(names.size).toBeGreaterThan(30);
    });
  });
});

/** Everything that senders are known to post goes through the pipeline, and is delivered where it can be. */
async function tellOfKnownRequests(): Promise<Telemetry> {
  const world = await startTelemetryWorld({ sources: everySource(), secrets: everySecret() });
  try {
    const statuses = [
      ...(await postEveryExample(world)),
      ...(await postEveryFixture(world)),
      ...(await postEveryFind(world)),
    ];
    expect(statuses).toContain(200);
    expect(statuses).toContain(401);
    await settled(world);
    await world.pipeline.sweep();
    return await gather(world);
  } finally {
    await world.stop();
    vi.restoreAllMocks();
  }
}

/** Every failure that can be provoked, and, after a restart, the one that a changed configuration brings. */
async function tellOfFailures(): Promise<Telemetry> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-telemetry-'));
  const settings = { delivery: FAILING_DELIVERY, dataDir };
  const world = await startTelemetryWorld({ ...settings, sources: FAILING_SOURCES });
  let before: Telemetry;
  try {
    const provoker = createProvoker(world);
    await provokeIntake(world, provoker);
    await provokeDetails(world, provoker);
    await provokeZoho(world, provoker);
    await provokeStates(world, provoker);
    await provokeTooMuch(world, provoker);
    await provokeFaults(world, provoker);
    await provokeStops(world, provoker);
    await provokeSourceToGo(world, provoker);
    before = await gather(world);
  } finally {
    await world.stop(true);
    vi.restoreAllMocks();
  }

  const { [SOURCE_TO_GO]: _gone, ...sources } = FAILING_SOURCES;
  const restarted = await startTelemetryWorld({ ...settings, sources });
  try {
    await createProvoker(restarted).seen('details_source_gone');
    return together(before, await gather(restarted));
  } finally {
    await restarted.stop();
    vi.restoreAllMocks();
  }
}
