/** What must hold so that alarms tell what they mean, and in time. */
import type { Settings } from './relation.ts';

const HOUR_SECONDS = 3_600;

/** A forgotten lead is told while its dead letter is still there, with a working day left. */
export function forgottenIsToldInTime({ stage }: Settings): string | undefined {
  const { quarantineDays } = stage.alarms;
  const { retentionDays } = stage.deadLetterQueue;
  return quarantineDays <= retentionDays - 2
    ? undefined
    : `alarms.quarantineDays is ${quarantineDays}; it must be at most ${retentionDays - 2}, ` +
        `deadLetterQueue.retentionDays (${retentionDays}) less 2: the dead letter would end first`;
}

/** "A lead has waited for a day" says more than "a lead is waiting". */
export function strandedIsLaterThanLate({ stage }: Settings): string | undefined {
  const { strandedHours, oldestPendingSeconds } = stage.alarms;
  return strandedHours * HOUR_SECONDS > oldestPendingSeconds
    ? undefined
    : `alarms.strandedHours is ${strandedHours}; it must be more than alarms.oldestPendingSeconds ` +
        `(${oldestPendingSeconds}), which tells that a lead is waiting`;
}

/** The alarm that says why comes before the one that it silences. */
export function troubleWaitsForBreaker({ stage }: Settings): string | undefined {
  const { troubleWaitSeconds, breakerOpenMinutes } = stage.alarms;
  const neededSeconds = (breakerOpenMinutes + 2) * 60;
  return troubleWaitSeconds >= neededSeconds
    ? undefined
    : `alarms.troubleWaitSeconds is ${troubleWaitSeconds}; it must be at least ${neededSeconds}: ` +
        `alarms.breakerOpenMinutes (${breakerOpenMinutes}), and two for a sweep and an evaluation`;
}

/** One sweep that does not end is no silence: a minute without a heartbeat breaches. */
export function heartbeatOutlastsSweeps({ stage }: Settings): string | undefined {
  const { heartbeatMinutes } = stage.alarms;
  const { everyMinutes } = stage.sweeper;
  return heartbeatMinutes > 2 * everyMinutes
    ? undefined
    : `alarms.heartbeatMinutes is ${heartbeatMinutes}; it must be more than ${2 * everyMinutes}, twice ` +
        `sweeper.everyMinutes (${everyMinutes}): one failed run would be told as a sweeper that has stopped`;
}
