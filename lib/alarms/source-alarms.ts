import type { PipelineParts } from '../pipeline-parts.ts';
import type { AlarmGroup } from './alarm-group.ts';
import { counter, gauge } from './metrics.ts';

const HOUR_SECONDS = 3_600;
const DAY_MINUTES = 1_440;

/**
 * Alarms on sources whose configuration says what is normal for them (`expect`). Others may be silent.
 *
 * A source that has never sent anything measures nothing, and so raises nothing: it is not connected yet.
 */
export function raiseSourceAlarms(
  group: AlarmGroup,
  sources: PipelineParts['config']['sources'],
): void {
  const { numbers, stage } = group;
  for (const [source, { expect }] of Object.entries(sources)) {
    if (expect === undefined) continue;
    const { everyHours, leadsPerDay, quietDays } = expect;
    group.raise(`source-silent-${source}`, {
      title: 'A source has gone silent',
      metric: gauge('SecondsSinceLastEvent', source),
      threshold: everyHours * HOUR_SECONDS,
      periods: 1,
      // Only the sweeper's own silence leaves a gap here, and that has an alarm.
      missingData: 'unchanged',
      impact:
        `${source} has sent nothing for ${everyHours} hours. Its webhook may have been switched off; what people ` +
        'write meanwhile is with its sender at best.',
      runbook: `"npx holdfast source test ${source} --stage ${stage}", then the webhook's page at the sender.`,
    });
    if (leadsPerDay === undefined) continue;
    group.raise(`intake-drop-${source}`, {
      title: "A source's intake has dropped",
      metric: counter('intake', 'LeadAccepted', DAY_MINUTES, source),
      threshold: leadsPerDay * numbers.intakeDropShare,
      direction: 'below',
      periods: daysOf(quietDays),
      // A day without a single lead has no value. Then the source is silent, which has an alarm; or was never
      // connected, which is none.
      missingData: 'unchanged',
      impact:
        `${source} has brought fewer than ${leadsPerDay * numbers.intakeDropShare} leads on each of the last ` +
        `${daysOf(quietDays)} days; ${leadsPerDay} are normal. Its form may be broken for some people.`,
      runbook: `"npx holdfast source drift ${source} --stage ${stage}"; then fill in the form as a customer would.`,
    });
  }
}

/**
 * Days, of 24 hours to the present minute, that must all be too low.
 *
 * A whole day has its night in it, so that no hour of the clock matters. Quiet days touch one window more than
 * they are, since windows begin at any hour; and one full day before them must be low, too, or a Monday at noon
 * would be told of its weekend. A source that has just been connected has no such day yet.
 */
function daysOf(quietDays: number): number {
  return quietDays + 2;
}
