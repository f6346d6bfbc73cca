import type { SeededRandom } from '../simulation/seeded-random.ts';
import type { Submission } from '../simulation/submission.ts';
import type { DrillTraffic } from './drill.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Numbers that are reserved for use in fiction: +1 202 555 0100 to 0199. */
const PHONES = 100;

/**
 * Writes down every lead that comes in during a drill: people of their own, at even distances that are a little
 * off, in the hours in which their source is awake.
 *
 * @param startMs when the drill starts, epoch milliseconds
 */
export function drawTraffic(
  traffic: readonly DrillTraffic[],
  startMs: number,
  lastsMs: number,
  random: SeededRandom,
): readonly Submission[] {
  return traffic
    .flatMap((one) => timesOf(one, startMs, lastsMs, random).map((sentAtMs) => ({ one, sentAtMs })))
    .toSorted((left, right) => left.sentAtMs - right.sentAtMs)
    .map(({ one, sentAtMs }, index) => aLead(one.source, index + 1, sentAtMs));
}

function timesOf(
  { leadsPerDay, fromHour, untilHour, beginsAtMs = 0, endsAtMs = Infinity }: DrillTraffic,
  startMs: number,
  lastsMs: number,
  random: SeededRandom,
): readonly number[] {
  const distanceMs = ((untilHour - fromHour) * HOUR_MS) / leadsPerDay;
  const times: number[] = [];
  for (let dayMs = startMs - (startMs % DAY_MS); dayMs < startMs + lastsMs; dayMs += DAY_MS) {
    for (let lead = 0; lead < leadsPerDay; lead += 1) {
      const offMs = Math.floor(random.next() * distanceMs);
      const atMs = Math.floor(dayMs + fromHour * HOUR_MS + lead * distanceMs) + offMs;
      const sinceMs = atMs - startMs;
      if (sinceMs >= beginsAtMs && sinceMs < Math.min(endsAtMs, lastsMs)) times.push(atMs);
    }
  }
  return times;
}

function aLead(source: string, number: number, sentAtMs: number): Submission {
  return {
    number,
    source,
    id: `${source}-${number}`,
    occurredAtMs: Math.floor(sentAtMs / 1_000) * 1_000,
    sentAtMs,
    firstName: 'Ana',
    lastName: `Ng ${number}`,
    email: `ana.ng.${number}@example.com`,
    phone: `+12025550${100 + (number % PHONES)}`,
    company: `Company ${number} Ltd`,
    message: `Message ${number} of this drill.`,
    isSpam: false,
    isTest: false,
    isPoison: false,
    isDeadly: false,
  };
}
