/**
 * What must hold between settings, checked before anything is built.
 *
 * Each relation is one pure function: it returns a sentence that names both settings, their numbers
 * and the reason with its source, or `undefined` when it holds.
 */
import { canariesDoNotOverlap } from './canary-relations.ts';
import { CLOSING_TIME_MS, CRM_TIMEOUTS_PER_WRITE } from '../lambdas/core/pipeline-limits.ts';
import {
  forgottenIsToldInTime,
  heartbeatOutlastsSweeps,
  strandedIsLaterThanLate,
  troubleWaitsForBreaker,
} from './alarm-relations.ts';
import type { Relation, Settings } from './relation.ts';
import {
  creditsRunLowBeforeReserve,
  messagesOutliveRetries,
  openingsGrow,
  probeOutlastsConsumer,
  receivesOutlastOpenBreaker,
  receivesOutlastOutage,
} from './retry-relations.ts';
import { SettingError } from './setting-error.ts';
import {
  overdueOutlastsWaits,
  requeueOutlastsHiding,
  staleLeaseOutlastsVisibility,
  staleOutlastsFunctions,
  sweepEndsByItself,
  sweepsDoNotOverlap,
} from './sweeper-relations.ts';

/**
 * A message stays hidden while its batch may still be at work.
 *
 * @see AWS Lambda, "Configuring an SQS queue for use with Lambda", read 2026-11-22
 */
export function visibilityOutlastsConsumer({ stage }: Settings): string | undefined {
  const needed = 6 * stage.consumer.timeoutSeconds + stage.consumer.batchWindowSeconds;
  return stage.deliveryQueue.visibilitySeconds >= needed
    ? undefined
    : `deliveryQueue.visibilitySeconds is ${stage.deliveryQueue.visibilitySeconds}; it must be at ` +
        `least ${needed}, 6 × consumer.timeoutSeconds (${stage.consumer.timeoutSeconds}) + ` +
        `consumer.batchWindowSeconds (${stage.consumer.batchWindowSeconds}) (AWS Lambda, configuring an SQS queue)`;
}

/**
 * A message that SQS moves to the DLQ keeps its age, so the DLQ must keep messages longer.
 *
 * @see Amazon SQS, "Setting up dead-letter queue retention", read 2026-11-22
 */
export function deadLettersOutliveMessages({ stage }: Settings): string | undefined {
  const { retentionDays } = stage.deliveryQueue;
  return stage.deadLetterQueue.retentionDays > retentionDays
    ? undefined
    : `deadLetterQueue.retentionDays is ${stage.deadLetterQueue.retentionDays}; it must be more than ` +
        `deliveryQueue.retentionDays (${retentionDays}): a moved message keeps its age ` +
        '(Amazon SQS, dead-letter queue retention)';
}

/**
 * The consumers together stay below what the Zoho edition allows at a time.
 *
 * An event source mapping takes 2–1,000 (AWS Lambda, "Maximum concurrency", read 2026-11-22).
 */
export function consumersFitCrmConcurrency({ config, stage }: Settings): string | undefined {
  const { maxConcurrency } = config.delivery;
  const { editionConcurrency } = config.zoho;
  const allowed = editionConcurrency - stage.crm.callsReserved;
  return maxConcurrency >= 2 && maxConcurrency <= 1_000 && maxConcurrency <= allowed
    ? undefined
    : `delivery.maxConcurrency is ${maxConcurrency}; it must be from 2 (AWS Lambda, maximum ` +
        `concurrency) to ${allowed}, zoho.editionConcurrency (${editionConcurrency}) less ` +
        `crm.callsReserved (${stage.crm.callsReserved}) for people (Zoho CRM v8, API limits)`;
}

/**
 * An invocation has time for two writes: the first one and a repetition, or what others merged meanwhile.
 */
export function consumerOutlastsWrites({ config, stage }: Settings): string | undefined {
  const { timeoutSeconds } = stage.consumer;
  const allowedMs = Math.floor(
    (timeoutSeconds * 1_000 - CLOSING_TIME_MS) / (2 * CRM_TIMEOUTS_PER_WRITE),
  );
  return config.delivery.crmTimeoutMs <= allowedMs
    ? undefined
    : `delivery.crmTimeoutMs is ${config.delivery.crmTimeoutMs}; it must be at most ${allowedMs}, so that ` +
        `two writes of ${CRM_TIMEOUTS_PER_WRITE} time-outs each end within consumer.timeoutSeconds ` +
        `(${timeoutSeconds}) less ${CLOSING_TIME_MS / 1_000} s to store what came of them`;
}

/**
 * Whoever holds an identity can finish a write, and no other writer comes before a lost answer's write
 * has settled, even if its writer dies in the middle.
 */
export function leaseOutlastsCall({ config }: Settings): string | undefined {
  const { crmTimeoutMs, settleWindowMs, identityLeaseMs } = config.delivery;
  const neededMs = CRM_TIMEOUTS_PER_WRITE * crmTimeoutMs + settleWindowMs;
  return identityLeaseMs >= neededMs
    ? undefined
    : `delivery.identityLeaseMs is ${identityLeaseMs}; it must be at least ${neededMs}: ` +
        `${CRM_TIMEOUTS_PER_WRITE} × delivery.crmTimeoutMs (${crmTimeoutMs}) + delivery.settleWindowMs ` +
        `(${settleWindowMs}), so that no second writer comes while a call may still take effect`;
}

/** No second consumer takes an event while the first one may still be at work on it. */
export function claimOutlastsConsumer({ config, stage }: Settings): string | undefined {
  const timeoutMs = stage.consumer.timeoutSeconds * 1_000;
  return config.delivery.claimLeaseMs > timeoutMs
    ? undefined
    : `delivery.claimLeaseMs is ${config.delivery.claimLeaseMs}; it must be more than ${timeoutMs}, ` +
        `consumer.timeoutSeconds (${stage.consumer.timeoutSeconds}): two consumers would else hold one event`;
}

/** An event and its idempotency key outlive its messages, so that a redrive finds it. */
export function eventsOutliveMessages({ config, stage }: Settings): string | undefined {
  const messageDays = stage.deliveryQueue.retentionDays + stage.deadLetterQueue.retentionDays;
  const neededDays = Math.max(stage.eventRetentionDaysMin, messageDays + 1);
  return config.retention.eventDays >= neededDays
    ? undefined
    : `retention.eventDays is ${config.retention.eventDays}; it must be at least ${neededDays}: ` +
        `eventRetentionDaysMin (${stage.eventRetentionDaysMin}), and more than ` +
        `deliveryQueue.retentionDays + deadLetterQueue.retentionDays (${messageDays})`;
}

/** The raw request can be read as long as a dead letter points to it. */
export function rawOutlivesDeadLetters({ config, stage }: Settings): string | undefined {
  const messageDays = stage.deliveryQueue.retentionDays + stage.deadLetterQueue.retentionDays;
  return config.retention.rawDays > messageDays
    ? undefined
    : `retention.rawDays is ${config.retention.rawDays}; it must be more than ${messageDays}, ` +
        `deliveryQueue.retentionDays (${stage.deliveryQueue.retentionDays}) + ` +
        `deadLetterQueue.retentionDays (${stage.deadLetterQueue.retentionDays}): dead letters point to it`;
}

/**
 * Intake answers before the HTTP API gives up on it.
 *
 * @see Amazon API Gateway, "Quotas for HTTP APIs": integration time-out 30 s, read 2026-11-22
 */
export function intakeAnswersInTime({ stage }: Settings): string | undefined {
  return stage.intake.timeoutSeconds < 30
    ? undefined
    : `intake.timeoutSeconds is ${stage.intake.timeoutSeconds}; it must be less than 30, the longest ` +
        'that an HTTP API waits (Amazon API Gateway, HTTP API quotas)';
}

/**
 * Reserved concurrency leaves room for every consumer that SQS may start; else it throttles them, and
 * each throttle uses up a receive.
 *
 * @see AWS Lambda, "Configuring scaling behavior for SQS event source mappings", read 2026-11-22
 */
export function reservationCoversConsumers({ config, deployment }: Settings): string | undefined {
  const reserved = deployment.consumerReservedConcurrency;
  return reserved === undefined || reserved >= config.delivery.maxConcurrency
    ? undefined
    : `-c consumerReservedConcurrency is ${reserved}; it must be at least delivery.maxConcurrency ` +
        `(${config.delivery.maxConcurrency}) (AWS Lambda, scaling of SQS event source mappings)`;
}

/** The functions reach Zoho over TLS; loopback is for one machine only. */
export function zohoIsReachable({ config }: Settings): string | undefined {
  const { accountsUrl, apiUrl } = config.zoho;
  return accountsUrl.startsWith('https://') && apiUrl.startsWith('https://')
    ? undefined
    : `zoho.accountsUrl is ${accountsUrl} and zoho.apiUrl is ${apiUrl}; both must start with https:// ` +
        'in AWS, where 127.0.0.1 is the function itself';
}

/**
 * A configuration that serves several stages must not lead one to another's table, nor a stack that deletes its data
 * to one that was restored.
 */
export function restoredTableIsOfStage({ config, deployment }: Settings): string | undefined {
  const { restoredTable: name } = config;
  if (name === undefined) return undefined;
  const prefix = `holdfast-${deployment.stage}-`;
  if (!name.startsWith(prefix)) {
    return `restoredTable is ${name}; for this stage it must begin with ${prefix}, as its own tables do`;
  }
  return deployment.isDisposable
    ? 'restoredTable: must not be set with -c disposable=true, which deletes the table with the stack'
    : undefined;
}

/** All relations, in the order in which their messages appear. */
export const RELATIONS: readonly Relation[] = [
  visibilityOutlastsConsumer,
  deadLettersOutliveMessages,
  messagesOutliveRetries,
  receivesOutlastOutage,
  receivesOutlastOpenBreaker,
  openingsGrow,
  probeOutlastsConsumer,
  creditsRunLowBeforeReserve,
  consumersFitCrmConcurrency,
  consumerOutlastsWrites,
  leaseOutlastsCall,
  claimOutlastsConsumer,
  eventsOutliveMessages,
  rawOutlivesDeadLetters,
  intakeAnswersInTime,
  sweepsDoNotOverlap,
  sweepEndsByItself,
  staleOutlastsFunctions,
  staleLeaseOutlastsVisibility,
  overdueOutlastsWaits,
  requeueOutlastsHiding,
  reservationCoversConsumers,
  restoredTableIsOfStage,
  zohoIsReachable,
  forgottenIsToldInTime,
  strandedIsLaterThanLate,
  heartbeatOutlastsSweeps,
  canariesDoNotOverlap,
  troubleWaitsForBreaker,
];

/** @throws {SettingError} listing every relation that does not hold */
export function assertRelations(settings: Settings): void {
  const problems = RELATIONS.map((relation) => relation(settings)).filter(
    (problem) => problem !== undefined,
  );
  if (problems.length > 0) throw new SettingError(problems);
}
