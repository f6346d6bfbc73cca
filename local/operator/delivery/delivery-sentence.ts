import type { BreakerStatus } from '../../../lambdas/operations/delivery/control-breaker.ts';
import { commandLine } from '../text/command-line.ts';
import { roughly } from '../text/rough-time.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/**
 * Whether leads are delivered and, if not, why and until when; with who has stopped them.
 *
 * @param options the options that name the target again, for commands
 */
export function deliverySentence(
  { state, reason, openedAt, openUntil, operator }: BreakerStatus,
  nowMs: number,
  options: readonly string[],
): readonly string[] {
  if (state === 'closed') return ['Leads are delivered.'];
  const by = operator === undefined ? '' : `, by ${operator.by}: ${operator.reason}`;
  const since = openedAt === undefined ? '' : ` since ${shortTime(openedAt)}`;
  if (state === 'half_open') {
    return [`Deliveries have stood still${since}; one now tries whether Zoho takes leads.`];
  }
  const until =
    openUntil === undefined
      ? ''
      : ` One tries again at ${shortTime(openUntil)}, in ${roughly(Math.max(0, Date.parse(openUntil) - nowMs))}.`;
  switch (reason ?? 'authorization') {
    case 'operator':
      return [
        `PAUSED${since}${by}`,
        ...(openUntil === undefined ? [] : [until.trim()]),
        `To let them go on:  ${commandLine('resume', ...options)} --reason "…"`,
      ];
    case 'failures':
      return [`Deliveries stand still${since}: Zoho does not answer.${until}`];
    case 'credits':
      return [`Deliveries stand still${since}: the day's API credits are low.${until}`];
    case 'authorization':
    case 'misconfigured':
      return [
        `NOTHING IS DELIVERED${since}: Zoho refuses our ${reason === 'misconfigured' ? 'module, field or address' : 'credentials'}.`,
        `What to do:  ${commandLine('breaker status', ...options)}`,
      ];
  }
}
