import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeDrills } from '../../local/drills/describe-drills.ts';
import { DRILLS } from '../../local/drills/drills.ts';
import { recordDrill } from '../../local/drills/record-drill.ts';
import { drillAlarms, type DrillOutcome, tryDrill } from '../../local/drills/try-drills.ts';
import { evaluateAlarms } from '../../local/alarm-evaluator/evaluate-alarms.ts';

const alarms = drillAlarms();

/** Exactly who tells people, each as often as it stands here, in the order of time. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'healthy-days': [],
  'crm-outage': ['high-intent-delayed', 'breaker-open'],
  'crm-flaky': ['delivery-trouble'],
  'token-revoked': ['breaker-needs-operator', 'dead-letter-depth'],
  'dlq-fill': ['dead-letter-burst', 'dead-letter-depth'],
  'one-dead-letter': ['dead-letter-depth', 'quarantine-forgotten', 'lead-loss-risk'],
  'source-silent': ['source-silent-demo'],
  'intake-dropped': ['intake-drop-demo'],
  'quiet-weekend': [],
  'table-down': ['intake-unavailable', 'lead-loss-risk'],
  'sweeper-stopped': ['sweeper-silent', 'lead-loss-risk'],
  'credits-low': ['credits-low'],
  'delivery-off': ['delivery-trouble', 'lead-stranded', 'lead-loss-risk'],
};

/** In ALARM without a message of their own, because what tells is above: nothing else may be. */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  'crm-outage': ['breaker-not-closed', 'delivery-age', 'lead-pending', 'delivery-trouble'],
  'crm-flaky': ['crm-error-rate'],
  'token-revoked': ['breaker-not-closed', 'delivery-age', 'lead-pending', 'delivery-trouble'],
  'delivery-off': ['lead-pending'],
};

/** CloudWatch does not say how far beyond N it looks; the outcome may not hang on it. */
const PERIODS_BEYOND = [0, 1, 2, 5] as const;

/** Drills up to a day are run with other seeds as well. */
const SHORT_MS = 86_400_000;
const OTHER_SEEDS = [2, 3] as const;

const namesOf = ({ told }: DrillOutcome): readonly string[] => told.map(({ alarm }) => alarm);

const page = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8');

describe('a drill sets off exactly the alarms that it should', () => {
  it.each(DRILLS.map((drill) => [drill.name, drill] as const))(
    '%s',
    { timeout: 120_000 },
    async (name, drill) => {
      const recording = await recordDrill(drill);

      for (const periodsBeyond of PERIODS_BEYOND) {
        const outcome = tryDrill(drill, recording, alarms, { periodsBeyond });
        expect(namesOf(outcome), `looking ${periodsBeyond} periods further back`).toEqual(
          TOLD[name],
        );
        expect(outcome.inAlarm).toEqual(
          [...new Set([...(TOLD[name] ?? []), ...(SILENT[name] ?? [])])].toSorted(),
        );
      }
      const rows = describeDrills([tryDrill(drill, recording, alarms)]);
      for (const row of rows) expect(page, 'npm run drills prints the table').toContain(row);
    },
  );

  it.each(
    DRILLS.filter(({ lastsMs }) => lastsMs <= SHORT_MS).map(
      (drill) => [drill.name, drill] as const,
    ),
  )('%s, with leads that come at other times', { timeout: 120_000 }, async (name, drill) => {
    for (const seed of OTHER_SEEDS) {
      const outcome = tryDrill(drill, await recordDrill(drill, seed), alarms);
      expect(namesOf(outcome).toSorted(), `seed ${seed}`).toEqual(
        [...(TOLD[name] ?? [])].toSorted(),
      );
    }
  });
});

describe('drills', () => {
  it('are each expected to come out in some way', () => {
    expect(Object.keys(TOLD)).toEqual(DRILLS.map(({ name }) => name));
  });

  it('begin when a stage has been there for a while: a new one seems to have no sweeper', async () => {
    const [healthy] = DRILLS;
    const recording = await recordDrill({ ...healthy!, lastsMs: 3_600_000 });

    const { transitions } = evaluateAlarms(alarms, recording);

    const minutes = transitions
      .filter(({ alarm }) => alarm === 'sweeper-silent')
      .map(({ atMs, to }) => [to, (atMs - recording.startMs) / 60_000]);
    expect(minutes).toEqual([
      ['ALARM', 1],
      ['OK', 2],
    ]);
  });

  it('are tried on every alarm of the stack', () => {
    const tried = new Set([...Object.values(TOLD), ...Object.values(SILENT)].flat());
    const untried = [...alarms.metricAlarms, ...alarms.composites]
      .map(({ name }) => name)
      .filter((name) => !tried.has(name));

    // Functions that crash or find no room, a provider's API and SQS itself are not played by drills.
    expect(untried.toSorted()).toEqual([
      'consumer-errors',
      'consumer-throttles',
      'dead-letter-unsent',
      'details-unauthorized',
      'enqueue-failed',
      'intake-errors',
      'intake-throttles',
      'source-silent-partner',
      'sweeper-errors',
    ]);
  });
});
