import { describe, expect, it } from 'vitest';
import { NEW_BREAKER, openedForGood } from '../../../../lambdas/core/breaker.ts';
import { defineConfig } from '../../../../lambdas/core/config.ts';
import type { OpenPartition } from '../../../../lambdas/core/open-index.ts';
import type { OpenMeasure } from '../../../../lambdas/core/ports/events.ts';
import type { MetricReader } from '../../../../lambdas/core/ports/metric-reader.ts';
import { readPipelineStats } from '../../../../lambdas/operations/status/pipeline-stats.ts';
import { createMemoryBreakerStore } from '../../../../local/memory/memory-breaker-store.ts';
import { OperatorError } from '../../../../local/operator/operator-error.ts';
import {
  describeStats,
  seenText,
  sparkline,
} from '../../../../local/operator/status/stats-text.ts';
import { aClock } from '../../../support/fakes.ts';
import { fakeMetrics } from '../../../support/fake-metrics.ts';

const CONFIG = defineConfig({
  sources: { demo: { provider: 'typeform' }, partner: { provider: 'standard_webhooks' } },
});
const HOUR_MS = 3_600_000;
const TARGET = { name: 'the stage prod in eu-central-1', options: ['--stage', 'prod'] };

function aWorld(
  measures: (partition: OpenPartition) => OpenMeasure = () => ({ count: 0 }),
  metrics?: MetricReader,
) {
  const clock = aClock();
  const nowMs = clock.nowMs();
  const breakers = createMemoryBreakerStore();
  const numbers = fakeMetrics(
    {
      LeadAccepted: 12,
      LeadDelivered: 9,
      LeadDuplicate: 4,
      SignatureRejected: 1,
      UnknownSource: 3,
      'LeadAccepted{demo}': 12,
      'LeadDelivered{demo}': 9,
      'SignatureRejected{demo}': 1,
      CrmCall: 5,
      CrmCallFailed: 1,
      CrmCreditsRemaining: 730,
    },
    nowMs - HOUR_MS,
  );
  const ports = {
    clock,
    breakers,
    metrics: metrics ?? numbers,
    events: {
      measureOpen: async (partition: OpenPartition) => measures(partition),
      readSourceSeenMs: async (source: string) =>
        source === 'demo' ? nowMs - 3 * 60_000 : undefined,
    },
  };
  const read = async (hours = 24) => await readPipelineStats(ports, CONFIG, hours);
  return {
    breakers,
    numbers,
    nowMs,
    read,
    text: async (columns = 120) => describeStats(await read(), TARGET, columns).join('\n'),
  };
}

describe('how a stage does', () => {
  it('says what waits and what is set aside now, by class, with its age', async () => {
    const nowMs = aClock().nowMs();
    const old = new Date(nowMs - 2 * HOUR_MS).toISOString();
    const young = new Date(nowMs - 60_000).toISOString();
    const world = aWorld((partition) => {
      if (partition.kind === 'open') {
        return { count: 2, oldestReceivedAt: partition.shard === 1 ? old : young };
      }
      const isPermanent =
        partition.kind === 'quarantined' && partition.failureClass === 'permanent';
      return isPermanent ? { count: 3, oldestReceivedAt: young } : { count: 0 };
    });

    const { now } = await world.read();
    const text = await world.text();

    expect(now.waiting).toEqual({ count: 8, oldestReceivedAt: old });
    expect(now.quarantined).toEqual({ permanent: { count: 3, oldestReceivedAt: young } });
    expect(text).toMatch(/waiting +8 +the oldest since 2 h/);
    expect(text).toMatch(/in quarantine +3 +they cannot be delivered as they are \(permanent\)/);
    expect(text).toContain('npx holdfast quarantine list --stage prod');
  });

  it('says what was counted, in all and by source, with one question', async () => {
    const world = aWorld();

    const { counted } = await world.read();
    const text = await world.text();

    expect(counted.kind === 'read' && counted.numbers).toMatchObject({
      all: { accepted: 12, delivered: 9, quarantined: 0, duplicate: 4, rejected: 1 },
      crm: { calls: 5, failed: 1, creditsRemaining: 730 },
      isWhole: true,
    });
    expect(text).toMatch(/demo +12 +9 +0 +0 +0 +3 min ago/);
    expect(text).toMatch(/partner +0 .*never/);
    expect(text).toContain('Zoho: 5 calls, 1 of them failed; 730 credits left');
    expect(text).toContain('nothing proved who sent them: 1 request (demo 1)');
    expect(text).toContain('npx holdfast source list --stage prod');
    expect(text).toContain('a source that holdfast.config.ts does not have (503): 3 requests');
  });

  it('shows when leads came, an hour a bar, and nothing before counting began', async () => {
    const world = aWorld();
    const metrics = fakeMetrics({ 'LeadAccepted{demo}': 3 }, world.nowMs - HOUR_MS);
    const begun = aWorld(undefined, {
      read: async (request) => ({
        ...(await metrics.read(request)),
        sinceMs: world.nowMs - 3 * HOUR_MS,
      }),
    });

    const { counted } = await begun.read();

    const parts = counted.kind === 'read' ? counted.numbers.sources[0]?.accepted : undefined;
    expect(parts).toEqual([...Array.from({ length: 21 }, () => undefined), 0, 0, 3]);
    expect(await begun.text()).toContain('when counting began (asked for: 24 hours)');
    expect(sparkline(parts ?? [])).toBe(`${' '.repeat(21)}··█`);
  });

  it('has no bars where the terminal is too narrow for them, and no broken words', async () => {
    const text = await aWorld().text(80);

    const table = text.split('\n').filter((line) => /^ {2}(?:source|demo|partner|all) /.test(line));
    expect(table).toHaveLength(4);
    expect(Math.max(...table.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(table[0]).toMatch(/quarantined +suppressed +again +last seen$/);
    expect(text).not.toContain('leads in');
  });

  it('is told all the same when the numbers cannot be read', async () => {
    const refused = new OperatorError('AWS cloudwatch refused: AccessDenied');
    const world = aWorld(undefined, { read: async () => await Promise.reject(refused) });

    const text = await world.text();

    expect(text).toContain('waiting');
    expect(text).toContain('could not be read: AWS cloudwatch refused: AccessDenied');
  });

  it('lets a fault of ours through', async () => {
    const world = aWorld(undefined, {
      read: async () => await Promise.reject(new TypeError('a slip of the pen')),
    });

    await expect(world.read()).rejects.toThrow(TypeError);
  });

  it.each([
    ['operator', 'PAUSED since 2026-11-22 04:00:00 UTC, by ana: fields are moved'],
    [
      'authorization',
      'NOTHING IS DELIVERED since 2026-11-22 04:00:00 UTC: Zoho refuses our credentials',
    ],
    ['failures', 'Deliveries stand still since 2026-11-22 04:00:00 UTC: Zoho does not answer'],
  ] as const)('says first that deliveries stand still for %s', async (reason, sentence) => {
    const world = aWorld();
    const operator = { by: 'ana', reason: 'fields are moved', atMs: world.nowMs };
    await world.breakers.save({
      ...openedForGood(NEW_BREAKER, reason, world.nowMs),
      operator,
      revision: 1,
    });

    expect(await world.text()).toContain(sentence);
  });

  it('says that more wait than were counted', async () => {
    const world = aWorld(() => ({ count: CONFIG.sweeper.countMax }));

    expect((await world.read()).now.isCut).toBe(true);
    expect(await world.text()).toContain('There are more than were counted.');
  });
});

describe('bars', () => {
  it('are as high as their share of the highest', () => {
    expect(sparkline([0, 1, 4, 8])).toBe('·▁▄█');
    expect(sparkline([])).toBe('');
  });
});

describe('when something was last seen', () => {
  it.each([
    [40_000, '40 s ago'],
    [3 * 60_000, '3 min ago'],
    [HOUR_MS * 3 + 1_200_000, '3 h 20 min ago'],
    [HOUR_MS * 12 + 1_200_000, '12 h ago'],
    [HOUR_MS * 72, '3 days ago'],
  ])('%i ms before is said roughly', (ms, text) => {
    expect(seenText(new Date(0).toISOString(), ms)).toBe(text);
    expect(seenText(undefined, ms)).toBe('never');
  });
});
