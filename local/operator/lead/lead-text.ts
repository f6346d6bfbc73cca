import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { StoredLead } from '../../../lambdas/operations/lookup/stored-lead.ts';
import { tableLines } from '../../table-lines.ts';
import { remedyOf } from '../text/error-remedies.ts';
import { recordText, stateWord, stepsOf } from './lead-state-text.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import { sourceLabel } from '../source/source-label.ts';

/** How submissions are told. */
export interface LeadTextContext {
  readonly config: Pick<HoldfastConfig, 'sources'>;
  /** How wide lines may be. */
  readonly columns: number;
  /** The options that name the target again, for commands. */
  readonly options?: readonly string[];
}

/** As wide as a time, so that a step without one stands below the others. */
const NO_TIME = ' '.repeat(shortTime('2026-11-22T04:00:05.000Z').length);

/**
 * One submission with everything that happened to it.
 *
 * @param number its place among those of its person, 1 and more; `undefined` where it stands alone
 */
export function describeLead(
  lead: StoredLead,
  number: number | undefined,
  { config, columns, options }: LeadTextContext,
): readonly string[] {
  const { record, event } = lead;
  const { state, failure } = record;
  const isQuarantined = state === 'quarantined' && failure !== undefined;
  return [
    headLine(lead, number, config),
    ...tableLines(
      stepsOf(lead).map(({ at, what }) => [
        `    ${at === undefined ? NO_TIME : shortTime(at)}`,
        what,
      ]),
      columns,
    ),
    ...(isQuarantined
      ? tableLines([['    What to do:', remedyOf(failure.code, options)]], columns)
      : []),
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
  config: Pick<HoldfastConfig, 'sources'>,
): string {
  const { crm } = lead.record;
  const how = crm === undefined ? '' : ` (${recordText(crm)})`;
  return `${headLine(lead, number, config)}: ${stateWord(lead.record)}${how}`;
}

function headLine(
  { record }: StoredLead,
  number: number | undefined,
  config: Pick<HoldfastConfig, 'sources'>,
): string {
  const mark = number === undefined ? '' : `#${number}  `;
  return `${mark}${sourceLabel(config, record.source)}, submitted ${shortTime(record.occurredAt)}`;
}
