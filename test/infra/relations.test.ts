import { canariesDoNotOverlap } from '../../lib/canary-relations.ts';
import { describe, expect, it } from 'vitest';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import type { Deployment } from '../../lib/deployment.ts';
import type { Relation, Settings } from '../../lib/relation.ts';
import * as relations from '../../lib/relations.ts';
import * as alarms from '../../lib/alarm-relations.ts';
import * as retry from '../../lib/retry-relations.ts';
import { STAGE_CONFIG, type StageConfig } from '../../lib/stage-config.ts';
import * as sweeper from '../../lib/sweeper-relations.ts';
import { aConfig } from './template.ts';

const DEPLOYMENT: Deployment = {
  stage: 'dev',
  isProduction: false,
  isDisposable: false,
  isZohoEnabled: true,
};

interface Changes {
  delivery?: Partial<HoldfastConfig['delivery']>;
  retry?: Partial<HoldfastConfig['delivery']['retry']>;
  breaker?: Partial<HoldfastConfig['delivery']['breaker']>;
  credits?: Partial<HoldfastConfig['delivery']['credits']>;
  /** Retry settings of the source `website` alone. */
  websiteRetry?: Partial<HoldfastConfig['delivery']['retry']>;
  sweeper?: Partial<HoldfastConfig['sweeper']>;
  retention?: Partial<HoldfastConfig['retention']>;
  zoho?: Partial<HoldfastConfig['zoho']>;
  restoredTable?: string;
  stage?: { [Part in keyof StageConfig]?: Partial<StageConfig[Part]> };
  deployment?: Partial<Deployment>;
  canary?: HoldfastConfig['canary'];
}

function settings(changes: Changes = {}): Settings {
  const config = aConfig();
  const { website } = config.sources;
  const stage = Object.fromEntries(
    Object.entries(STAGE_CONFIG).map(([part, value]) => {
      const change = changes.stage?.[part as keyof StageConfig];
      return [part, typeof value === 'object' ? { ...value, ...(change as object) } : value];
    }),
  ) as unknown as StageConfig;
  return {
    config: {
      ...config,
      delivery: {
        ...config.delivery,
        ...changes.delivery,
        retry: { ...config.delivery.retry, ...changes.retry },
        breaker: { ...config.delivery.breaker, ...changes.breaker },
        credits: { ...config.delivery.credits, ...changes.credits },
      },
      sources: { ...config.sources, website: { ...website!, retry: { ...changes.websiteRetry } } },
      sweeper: { ...config.sweeper, ...changes.sweeper },
      retention: { ...config.retention, ...changes.retention },
      zoho: { ...config.zoho, ...changes.zoho },
      canary: changes.canary,
      ...(changes.restoredTable === undefined ? {} : { restoredTable: changes.restoredTable }),
    },
    stage,
    deployment: { ...DEPLOYMENT, ...changes.deployment },
  };
}

/** Each relation with the smallest change that breaks it, and what the message must then name. */
const BROKEN: readonly [Relation, Changes, readonly string[]][] = [
  [
    relations.visibilityOutlastsConsumer,
    { stage: { deliveryQueue: { visibilitySeconds: 359 } } },
    ['deliveryQueue.visibilitySeconds is 359', '360', 'consumer.timeoutSeconds (60)', 'AWS Lambda'],
  ],
  [
    relations.visibilityOutlastsConsumer,
    { stage: { consumer: { batchWindowSeconds: 6 } } },
    ['is 365', '366', 'consumer.batchWindowSeconds (6)'],
  ],
  [
    relations.deadLettersOutliveMessages,
    { stage: { deliveryQueue: { retentionDays: 14 } } },
    ['deadLetterQueue.retentionDays is 14', 'deliveryQueue.retentionDays (14)', 'Amazon SQS'],
  ],
  [
    retry.messagesOutliveRetries,
    { stage: { deliveryQueue: { retentionDays: 2 } } },
    ['delivery.retry.retryForHours is 72', 'at most 48', 'deliveryQueue.retentionDays (2)'],
  ],
  [
    retry.messagesOutliveRetries,
    { websiteRetry: { retryForHours: 169 } },
    ['sources.website.retry.retryForHours is 169', 'at most 168'],
  ],
  [
    retry.receivesOutlastOutage,
    { retry: { retryForHours: 81 } },
    ['delivery.retry.retryForHours is 81', 'at most 80', 'receivesMax (1000', 'attemptsMax (50)'],
  ],
  [
    retry.receivesOutlastOutage,
    { retry: { attemptsMax: 1_000 } },
    ['delivery.retry.retryForHours is 72', 'at most 16', 'attemptsMax (1000)'],
  ],
  [
    retry.receivesOutlastOutage,
    { retry: { longDelayMs: 250_000 } },
    ['at most 66', 'delayMaxMs (60000)', 'longDelayMs (250000)'],
  ],
  [
    retry.receivesOutlastOutage,
    { websiteRetry: { attemptsMax: 1_000 } },
    ['sources.website.retry.retryForHours is 72', 'sources.website.retry.attemptsMax (1000)'],
  ],
  [
    retry.receivesOutlastOutage,
    { stage: { deliveryQueue: { receivesMax: 1_001 } } },
    ['deliveryQueue.receivesMax (1001, at most 1000 in Amazon SQS)'],
  ],
  [
    retry.receivesOutlastOpenBreaker,
    { breaker: { openMaxMs: 250_000 } },
    ['delivery.retry.retryForHours is 72', 'at most 69', 'delivery.breaker.openMaxMs (250000)'],
  ],
  [
    retry.openingsGrow,
    { breaker: { openMs: 300_001 } },
    ['delivery.breaker.openMs is 300001', 'delivery.breaker.openMaxMs (300000)'],
  ],
  [
    retry.probeOutlastsConsumer,
    { breaker: { probeLeaseMs: 60_000 } },
    ['delivery.breaker.probeLeaseMs is 60000', 'more than 60000', 'consumer.timeoutSeconds (60)'],
  ],
  [
    retry.creditsRunLowBeforeReserve,
    { credits: { reserve: 1_001 } },
    ['delivery.credits.reserve is 1001', 'delivery.credits.slowBelow (1000)'],
  ],
  [
    relations.consumersFitCrmConcurrency,
    { delivery: { maxConcurrency: 9 } },
    ['delivery.maxConcurrency is 9', 'to 8', 'zoho.editionConcurrency (10)', 'Zoho CRM v8'],
  ],
  [
    relations.consumersFitCrmConcurrency,
    { delivery: { maxConcurrency: 1 } },
    ['delivery.maxConcurrency is 1', 'from 2 (AWS Lambda'],
  ],
  [
    relations.consumerOutlastsWrites,
    { delivery: { crmTimeoutMs: 11_001 } },
    ['delivery.crmTimeoutMs is 11001', 'at most 11000', 'consumer.timeoutSeconds (60)'],
  ],
  [
    relations.leaseOutlastsCall,
    { delivery: { identityLeaseMs: 54_999 } },
    ['delivery.identityLeaseMs is 54999', 'at least 55000', 'settleWindowMs (30000)'],
  ],
  [
    relations.leaseOutlastsCall,
    { delivery: { identityLeaseMs: 25_999, settleWindowMs: 1_000 } },
    ['at least 26000', '2.5 × delivery.crmTimeoutMs (10000)'],
  ],
  [
    relations.claimOutlastsConsumer,
    { delivery: { claimLeaseMs: 60_000 } },
    ['delivery.claimLeaseMs is 60000', 'more than 60000', 'consumer.timeoutSeconds (60)'],
  ],
  [
    relations.eventsOutliveMessages,
    { retention: { eventDays: 89 } },
    ['retention.eventDays is 89', 'at least 90', 'eventRetentionDaysMin (90)'],
  ],
  [
    relations.rawOutlivesDeadLetters,
    { retention: { rawDays: 21 } },
    ['retention.rawDays is 21', 'more than 21', 'deadLetterQueue.retentionDays (14)'],
  ],
  [
    relations.intakeAnswersInTime,
    { stage: { intake: { timeoutSeconds: 30 } } },
    ['intake.timeoutSeconds is 30', 'less than 30', 'Amazon API Gateway'],
  ],
  [
    alarms.forgottenIsToldInTime,
    { stage: { alarms: { quarantineDays: 13 } } },
    ['alarms.quarantineDays is 13', 'at most 12', 'deadLetterQueue.retentionDays (14)'],
  ],
  [
    alarms.strandedIsLaterThanLate,
    { stage: { alarms: { oldestPendingSeconds: 86_400 } } },
    ['alarms.strandedHours is 24', 'alarms.oldestPendingSeconds (86400)'],
  ],
  [
    alarms.troubleWaitsForBreaker,
    { stage: { alarms: { breakerOpenMinutes: 7 } } },
    ['alarms.troubleWaitSeconds is 480', 'at least 540', 'alarms.breakerOpenMinutes (7)'],
  ],
  [
    alarms.heartbeatOutlastsSweeps,
    { stage: { alarms: { heartbeatMinutes: 2 } } },
    ['alarms.heartbeatMinutes is 2', 'more than 2', 'sweeper.everyMinutes (1)'],
  ],
  [
    sweeper.sweepsDoNotOverlap,
    { stage: { sweeper: { timeoutSeconds: 60 } } },
    ['sweeper.timeoutSeconds is 60', 'less than 60', 'sweeper.everyMinutes (1)'],
  ],
  [
    sweeper.sweepEndsByItself,
    { sweeper: { runForMs: 23_001 } },
    ['sweeper.runForMs is 23001', 'at most 23000', 'sweeper.timeoutSeconds (50)'],
  ],
  [
    sweeper.staleOutlastsFunctions,
    { sweeper: { receivedStaleMs: 30_000 }, stage: { intake: { timeoutSeconds: 30 } } },
    ['sweeper.receivedStaleMs is 30000', 'more than 30000', 'intake.timeoutSeconds (30)'],
  ],
  [
    sweeper.staleOutlastsFunctions,
    { sweeper: { unreportedStaleMs: 60_000 } },
    ['sweeper.unreportedStaleMs is 60000', 'more than 60000', 'consumer.timeoutSeconds (60)'],
  ],
  [
    sweeper.staleLeaseOutlastsVisibility,
    { sweeper: { leaseStaleMs: 365_000 } },
    ['sweeper.leaseStaleMs is 365000', 'more than 365000', 'deliveryQueue.visibilitySeconds (365)'],
  ],
  [
    sweeper.overdueOutlastsWaits,
    { sweeper: { overdueMs: 365_000 } },
    ['sweeper.overdueMs is 365000', 'deliveryQueue.visibilitySeconds (365)'],
  ],
  [
    sweeper.overdueOutlastsWaits,
    { websiteRetry: { longDelayMs: 750_000 } },
    [
      'sweeper.overdueMs is 900000',
      'more than 900000',
      'sources.website.retry: longDelayMs (750000)',
    ],
  ],
  [
    sweeper.requeueOutlastsHiding,
    { sweeper: { requeueIntervalMs: 365_000 } },
    ['sweeper.requeueIntervalMs is 365000', 'more than 365000', 'visibilitySeconds (365)'],
  ],
  [
    sweeper.requeueOutlastsHiding,
    { breaker: { openMaxMs: 500_000 } },
    [
      'sweeper.requeueIntervalMs is 600000',
      'more than 600000',
      'delivery.breaker.openMaxMs (500000)',
    ],
  ],
  [
    relations.reservationCoversConsumers,
    { deployment: { consumerReservedConcurrency: 2 } },
    ['consumerReservedConcurrency is 2', 'delivery.maxConcurrency (3)', 'AWS Lambda'],
  ],
  [
    relations.restoredTableIsOfStage,
    { restoredTable: 'holdfast-prod-restored', deployment: { stage: 'dev' } },
    ['restoredTable is holdfast-prod-restored', 'holdfast-dev-'],
  ],
  [
    relations.restoredTableIsOfStage,
    { restoredTable: 'holdfast-dev-restored', deployment: { stage: 'dev', isDisposable: true } },
    ['restoredTable', '-c disposable=true'],
  ],
  [
    relations.zohoIsReachable,
    { zoho: { apiUrl: 'http://127.0.0.1:4010' } },
    ['zoho.apiUrl is http://127.0.0.1:4010', 'zoho.accountsUrl', 'https://'],
  ],
  [
    canariesDoNotOverlap,
    { canary: { everyMinutes: 2, crm: 'dry_run', patienceSeconds: 105 } },
    ['canary.patienceSeconds is 105', 'less than 105', 'canary.everyMinutes (2)'],
  ],
];

describe('relations between settings', () => {
  it('all hold for the defaults', () => {
    const defaults = settings();

    expect(() => relations.assertRelations(defaults)).not.toThrow();
  });

  it.each(BROKEN)('$0.name refuses $1 by name and number', (relation, changes, words) => {
    const message = relation(settings(changes));

    for (const word of words) expect(message).toContain(word);
  });

  it.each(BROKEN)('$0.name is part of the check that synth makes for $1', (relation, changes) => {
    const broken = settings(changes);

    expect(() => relations.assertRelations(broken)).toThrow(relation(broken));
  });

  it('are each shown failing', () => {
    const shown = new Set(BROKEN.map(([relation]) => relation));

    expect(relations.RELATIONS.filter((relation) => !shown.has(relation))).toEqual([]);
  });

  it('are reported all at once', () => {
    const broken = settings({ delivery: { maxConcurrency: 9 }, retention: { rawDays: 14 } });

    expect(() => relations.assertRelations(broken)).toThrow(
      /delivery\.maxConcurrency.*\n.*retention\.rawDays/,
    );
  });
});
