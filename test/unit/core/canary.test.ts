import { describe, expect, it } from 'vitest';
import { isDryRun, sendersOf, withoutCanary } from '../../../lambdas/core/canary.ts';
import { CANARY_SOURCE } from '../../../lambdas/core/pipeline-names.ts';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { createRecordingMetrics } from '../../support/recording-ports.ts';

const sources = { demo: { provider: 'typeform' } } as const;

describe('the canary in the configuration', () => {
  it('is a source of its own, and not one that a person has configured', () => {
    const config = defineConfig({ sources, canary: {} });

    expect(config.canary).toEqual({ everyMinutes: 5, crm: 'dry_run', patienceSeconds: 40 });
    expect(Object.keys(config.sources)).toEqual(['demo', CANARY_SOURCE]);
    expect(Object.keys(sendersOf(config.sources))).toEqual(['demo']);
  });

  it('is nowhere without a setting', () => {
    expect(Object.keys(defineConfig({ sources }).sources)).toEqual(['demo']);
  });

  it('keeps its name to itself', () => {
    const act = () => defineConfig({ sources: { ...sources, [CANARY_SOURCE]: sources.demo } });

    expect(act).toThrow('sources.holdfast_canary: is the name of the canary; set `canary` instead');
  });

  it.each([
    [{ everyMinutes: 0 }, 'canary.everyMinutes'],
    [{ patienceSeconds: 241 }, 'canary.patienceSeconds'],
    [{ crm: 'maybe' as 'write' }, 'canary.crm'],
  ])('refuses %j', (canary, path) => {
    expect(() => defineConfig({ sources, canary })).toThrow(path);
  });

  it('costs less than 300 API credits a day by default', () => {
    const { canary } = defineConfig({ sources, canary: {} });

    expect((24 * 60) / (canary?.everyMinutes ?? 0)).toBeLessThan(300);
  });

  it.each([
    [CANARY_SOURCE, undefined, true],
    [CANARY_SOURCE, { crm: 'dry_run' as const }, true],
    [CANARY_SOURCE, { crm: 'write' as const }, false],
    ['demo', undefined, false],
    ['demo', { crm: 'dry_run' as const }, false],
  ])('is a dry run, for events of %s with %j: %s', (source, canary, isDry) => {
    const config = defineConfig({ sources, ...(canary === undefined ? {} : { canary }) });

    expect(isDryRun(source, config)).toBe(isDry);
  });
});

describe('metrics without the canary', () => {
  it('leave its leads out, and count faults, whoever meets them', () => {
    const metrics = createRecordingMetrics();
    const people = withoutCanary(metrics);

    for (const source of [CANARY_SOURCE, 'demo']) {
      people.count('LeadAccepted', { source });
      people.count('LeadDelivered', { source });
      people.count('IntakeUnavailable', { source });
    }
    people.count('CrmCall');

    expect(metrics.counted).toEqual([
      `IntakeUnavailable{${CANARY_SOURCE}}`,
      'LeadAccepted{demo}',
      'LeadDelivered{demo}',
      'IntakeUnavailable{demo}',
      'CrmCall',
    ]);
  });
});
