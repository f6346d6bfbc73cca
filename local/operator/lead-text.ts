import type { StoredLead } from '../../lambdas/operations/stored-lead.ts';
import { remedyOf } from './error-remedies.ts';
import { recordText, stateWord, stepsOf } from './lead-state-text.ts';
import { shortTime } from './short-time.ts';

/** Lines of one submission in a story. */
export interface LeadTextContext {
  /** `Demo request (demo_request)`. */
  readonly labelOf: (source: string) => string;
}

/** As wide as a time, so that a step without one stands below the others. */
const NO_TIME = ' '.repeat(shortTime('2026-11-22T04:00:05.000Z').length);

/**
 * One submission with everything that happened to it.
 *
 * @param number its place among those of its person, 1 and more
 */
export function describeLead(
  lead: StoredLead,
  number: number,
  context: LeadTextContext,
): readonly string[] {
  const { record, event } = lead;
  const { state, failure } = record;
  const isQuarantined = state === 'quarantined' && failure !== undefined;
  return [
    headLine(lead, number, context),
    ...stepsOf(lead).map(
      ({ at, what }) => `    ${at === undefined ? NO_TIME : shortTime(at)}  ${what}`,
    ),
    ...(isQuarantined ? [`    What to do: ${remedyOf(failure.code)}`] : []),
    ...(event === undefined && state !== 'erased'
      ? ['    What it says could not be read, or is no longer kept.']
      : []),
    `    Key: ${record.key}`,
  ];
}

/** One submission in one line. */
export function describeLeadShortly(
  lead: StoredLead,
  number: number,
  context: LeadTextContext,
): string {
  const { crm } = lead.record;
  const how = crm === undefined ? '' : ` (${recordText(crm)})`;
  return `${headLine(lead, number, context)}: ${stateWord(lead.record)}${how}`;
}

function headLine({ record }: StoredLead, number: number, { labelOf }: LeadTextContext): string {
  return `#${number}  ${labelOf(record.source)}, submitted ${shortTime(record.occurredAt)}`;
}
