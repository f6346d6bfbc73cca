import { shortTime } from '../../core/short-time.ts';
import type { BreakerStatus } from '../delivery/control-breaker.ts';
import type { OpenLeads } from '../status/open-leads.ts';
import { type Check, checksOf } from './check.ts';

/** How leads move. Times are epoch milliseconds. */
export interface DeliveryFacts {
  readonly breaker: BreakerStatus;
  readonly open: OpenLeads;
  /** Dead letters on their queue; absent when it could not be told. */
  readonly deadLetters?: number;
}

/** When the sweeper last ended a run in which nothing failed. */
export interface HeartbeatFacts {
  /** Absent when it did not within the time that was looked at. */
  readonly lastAtMs?: number;
  /** Since when anything was counted, where that is later than the time that was looked at. */
  readonly countedSinceMs?: number;
}

/** From when on what waits is late, and for how long a dead letter is kept. */
export interface DeliverySettings {
  readonly lateSeconds: number;
  readonly deadLetterDays: number;
}

const make = checksOf('delivery');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What waits for longer is a problem, whatever the reason. */
const FAR_TOO_LATE_MS = HOUR_MS;

/** A sweeper that has just begun has not come to its end yet. */
const FIRST_RUN_MS = 3 * 60_000;

/** Checks that leads are delivered, and that none waits or lies unseen. */
export function checkDelivery(
  { breaker, open }: DeliveryFacts,
  { lateSeconds, deadLetterDays }: DeliverySettings,
  nowMs: number,
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  return [
    checkBreaker(breaker, command),
    checkBacklog(open, lateSeconds * 1_000, nowMs, command),
    ...checkHeld(open, command),
    checkQuarantine(open, deadLetterDays, nowMs, command),
  ];
}

/**
 * Checks that a source whose configuration expects something has sent it.
 *
 * @param everyHours how often something should come
 */
export function checkSource(
  source: string,
  seenMs: number | undefined,
  everyHours: number,
  nowMs: number,
  command: (...words: readonly string[]) => string,
): Check {
  const name = `source.${source}`;
  const hours = seenMs === undefined ? 0 : Math.floor((nowMs - seenMs) / HOUR_MS);
  if (seenMs !== undefined && nowMs - seenMs <= everyHours * HOUR_MS) {
    return make.ok(name, `${source} sends as expected.`);
  }
  return seenMs === undefined
    ? make.warning(
        name,
        `${source} has never sent anything.`,
        `Connect it at its sender, or try it: ${command('source test', source)}`,
      )
    : make.problem(
        name,
        `${source} has sent nothing for ${hours} hours, and something should come every ${everyHours}.`,
        `Look at the webhook's page at its sender, and try it: ${command('source test', source)}`,
      );
}

/** Checks that the sweeper still runs. */
export function checkHeartbeat({ lastAtMs, countedSinceMs }: HeartbeatFacts, nowMs: number): Check {
  if (lastAtMs !== undefined) {
    return make.ok('sweeper', 'The sweeper, which brings stuck leads back, runs.');
  }
  if (countedSinceMs !== undefined && nowMs - countedSinceMs < FIRST_RUN_MS) {
    return make.warning(
      'sweeper',
      'The sweeper has not ended a run yet: all has just begun.',
      'Look again in a minute.',
    );
  }
  return make.problem(
    'sweeper',
    'The sweeper, which brings stuck leads back, has not ended a run for 15 minutes.',
    "Look for errors in the sweeper's log; if it has none, look whether its EventBridge rule is enabled.",
  );
}

function checkBreaker(
  { state, reason, openUntil, operator }: BreakerStatus,
  command: (...words: readonly string[]) => string,
): Check {
  if (state === 'closed') return make.ok('breaker', 'The breaker is closed: leads are delivered.');
  if (state === 'half_open') {
    return make.warning(
      'breaker',
      'The breaker is half open: one delivery tries whether Zoho takes leads.',
      'Look again in a minute.',
    );
  }
  const until = openUntil === undefined ? '' : ` until ${shortTime(openUntil)}`;
  const nextTry = openUntil === undefined ? '' : `; one tries again at ${shortTime(openUntil)}`;
  switch (reason ?? 'failures') {
    case 'operator':
      return make.warning(
        'breaker',
        `Deliveries are paused${until}${operator === undefined ? '' : `, by ${operator.by}: ${operator.reason}`}.`,
        `When they may go on: ${command('resume --reason "…"')}`,
      );
    case 'failures':
      return make.problem(
        'breaker',
        `Deliveries stand still: Zoho does not answer${nextTry}.`,
        'Look at the Zoho status page. They go on by themselves.',
      );
    case 'credits':
      return make.problem(
        'breaker',
        `Deliveries stand still: the day's API credits are low${nextTry}.`,
        'They go on by themselves when there are credits again.',
      );
    case 'authorization':
      return make.problem(
        'breaker',
        'Nothing is delivered: Zoho refuses our credentials, or its user lacks a right.',
        `See which, and what ends it: ${command('breaker status')}`,
      );
    case 'misconfigured':
      return make.problem(
        'breaker',
        'Nothing is delivered: Zoho refuses our module, field or address.',
        `See what ends it: ${command('breaker status')}`,
      );
  }
}

function checkBacklog(
  { waiting, isCut }: OpenLeads,
  lateMs: number,
  nowMs: number,
  command: (...words: readonly string[]) => string,
): Check {
  const { count, oldestReceivedAt } = waiting;
  const ageMs = oldestReceivedAt === undefined ? 0 : nowMs - Date.parse(oldestReceivedAt);
  const many = `${isCut ? 'at least ' : ''}${leads(count)} wait${count === 1 ? 's' : ''}`;
  if (count === 0) return make.ok('backlog', 'No lead waits.');
  if (ageMs <= lateMs) return make.ok('backlog', `${capital(many)}, none for long.`);
  const sentence = `${capital(many)}, the oldest since ${oldestReceivedAt === undefined ? '?' : shortTime(oldestReceivedAt)}.`;
  const remedy = `Look what else is said here, and at ${command('stats')}.`;
  return ageMs > FAR_TOO_LATE_MS
    ? make.problem('backlog', sentence, remedy)
    : make.warning('backlog', sentence, remedy);
}

function checkHeld(
  { held }: OpenLeads,
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  if (held.count === 0) return [];
  return [
    make.warning(
      'held',
      `${capital(leads(held.count))} ${held.count === 1 ? 'is' : 'are'} held, since delivery is or was switched off.`,
      `Switch it on (-c zohoEnabled, ZOHO_ENABLED); they then drain by themselves: ${command('stats')}`,
    ),
  ];
}

function checkQuarantine(
  { quarantined }: OpenLeads,
  deadLetterDays: number,
  nowMs: number,
  command: (...words: readonly string[]) => string,
): Check {
  const measures = Object.values(quarantined);
  const count = measures.reduce((sum, measure) => sum + measure.count, 0);
  if (count === 0) return make.ok('quarantine', 'No lead lies in quarantine.');
  const ages = measures.map(({ oldestReceivedAt }) =>
    oldestReceivedAt === undefined ? 0 : nowMs - Date.parse(oldestReceivedAt),
  );
  const days = Math.floor(Math.max(...ages) / DAY_MS);
  const sentence = `${capital(leads(count))} ${count === 1 ? 'lies' : 'lie'} in quarantine, the oldest for ${days === 0 ? 'less than a day' : days === 1 ? 'a day' : `${days} days`}.`;
  const remedy = `See why, mend it, and deliver them: ${command('quarantine list')}`;
  return days >= deadLetterDays
    ? make.problem(
        'quarantine',
        `${sentence} Dead letters end after ${deadLetterDays} days.`,
        remedy,
      )
    : make.warning('quarantine', sentence, remedy);
}

function leads(count: number): string {
  return count === 1 ? '1 lead' : `${count} leads`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
