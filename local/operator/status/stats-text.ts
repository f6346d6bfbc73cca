import type { FailureClass } from '../../../lambdas/core/failure.ts';
import type { OpenMeasure } from '../../../lambdas/core/ports/events.ts';
import type { LeadNumbers } from '../../../lambdas/operations/status/lead-numbers.ts';
import type { OpenLeads } from '../../../lambdas/operations/status/open-leads.ts';
import type { PipelineStats } from '../../../lambdas/operations/status/pipeline-stats.ts';
import { tableLines } from '../../table-lines.ts';
import { commandLine } from '../text/command-line.ts';
import { counted as countedText } from '../text/counted.ts';
import { deliverySentence } from '../delivery/delivery-sentence.ts';
import { roughly } from '../text/rough-time.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

const CLASS_WORDS: Readonly<Record<FailureClass, string>> = {
  authorization: 'Zoho refused our credentials',
  source_authorization: 'a provider refused our token',
  permanent: 'they cannot be delivered as they are',
  potentially_retryable: 'Zoho reported a conflict',
  retryable: 'Zoho could not take them',
};

/** How a stage does, on one screen. */
export function describeStats(
  stats: PipelineStats,
  target: { readonly name: string; readonly options: readonly string[] },
  columns: number,
): readonly string[] {
  const { asOf, counted, delivery, now } = stats;
  const nowMs = Date.parse(asOf);
  return [
    `${target.name[0]?.toUpperCase() ?? ''}${target.name.slice(1)}, as of ${shortTime(asOf)}`,
    '',
    ...deliverySentence(delivery, nowMs, target.options),
    '',
    ...describeNow(now, nowMs, target.options),
    '',
    ...(counted.kind === 'failed'
      ? [`The numbers of the last ${hoursText(stats.hours)} could not be read: ${counted.why}`]
      : describeCounted(stats, counted.numbers, nowMs, columns, target.options)),
  ];
}

function describeNow(
  { waiting, held, quarantined, isCut }: OpenLeads,
  nowMs: number,
  options: readonly string[],
): readonly string[] {
  const classes = Object.entries(quarantined) as [FailureClass, OpenMeasure][];
  const replay = commandLine('quarantine list', ...options);
  return [
    ...tableLines([
      ['Now', '', ''],
      ['  waiting', String(waiting.count), agedText(waiting, nowMs)],
      ...(held.count === 0
        ? []
        : [
            [
              '  held',
              String(held.count),
              `delivery is switched off${agedText(held, nowMs, ', ')}`,
            ],
          ]),
      ...(classes.length === 0
        ? [['  in quarantine', '0', '']]
        : classes.map(([failureClass, measure]) => [
            '  in quarantine',
            String(measure.count),
            `${CLASS_WORDS[failureClass]} (${failureClass})${agedText(measure, nowMs, ', ')}`,
          ])),
    ]),
    ...(isCut ? ['  There are more than were counted.'] : []),
    ...(classes.length === 0 ? [] : [`  Which they are, and why:  ${replay}`]),
  ];
}

function agedText(measure: OpenMeasure, nowMs: number, before = ''): string {
  const { count, oldestReceivedAt: oldest } = measure;
  if (count === 0 || oldest === undefined) return '';
  const age = roughly(Math.max(0, nowMs - Date.parse(oldest)));
  return `${before}the oldest since ${age}`;
}

function describeCounted(
  { hours, lastSeen }: PipelineStats,
  numbers: LeadNumbers,
  nowMs: number,
  columns: number,
  options: readonly string[],
): readonly string[] {
  const { all, crm, sources, unavailable, unknownSource, since, isWhole } = numbers;
  const rows = [
    [
      'source',
      'in',
      'delivered',
      'quarantined',
      'suppressed',
      'again',
      'last seen',
      barsTitle(hours),
    ],
    ...sources.map(({ source, counts, accepted }) => [
      source,
      ...[counts.accepted, counts.delivered, counts.quarantined].map(String),
      ...[counts.suppressed, counts.duplicate].map(String),
      seenText(lastSeen[source], nowMs),
      sparkline(accepted),
    ]),
    [
      'all',
      ...[all.accepted, all.delivered, all.quarantined].map(String),
      ...[all.suppressed, all.duplicate].map(String),
      '',
      '',
    ],
  ];
  const credits =
    crm.creditsRemaining === undefined ? '' : `; ${crm.creditsRemaining} credits left of the day's`;
  return [
    isWhole
      ? `In the last ${hoursText(hours)}`
      : `Since ${shortTime(since)}, when counting began (asked for: ${hoursText(hours)})`,
    ...tableLines(fitting(rows, columns - 2), columns - 2).map((line) => `  ${line}`),
    '',
    `  Zoho: ${countedText(crm.calls, 'call')}, ${crm.failed} of them failed${credits}`,
    ...(all.rejected === 0 ? [] : refusedLines(numbers, options)),
    ...(unavailable === 0
      ? []
      : [`  Senders were told to come back later (503): ${requests(unavailable)}`]),
    ...(unknownSource === 0
      ? []
      : [
          `  Posted to a source that holdfast.config.ts does not have (503): ${requests(unknownSource)}`,
          '  Is the address at a sender mistyped, or a source not deployed yet?',
        ]),
  ];
}

/** Whose requests were refused: a secret that differs at one end looks like this, and so does a stranger. */
function refusedLines(
  { all, sources }: Pick<LeadNumbers, 'all' | 'sources'>,
  options: readonly string[],
): readonly string[] {
  const named = sources
    .filter(({ counts }) => counts.rejected > 0)
    .map(({ source, counts }) => `${source} ${counts.rejected}`);
  const of = named.length === 0 ? '' : ` (${named.join(', ')})`;
  return [
    `  Refused, since nothing proved who sent them: ${requests(all.rejected)}${of}`,
    ...(named.length === 0
      ? []
      : [`  What may be wrong:  ${commandLine('source list', ...options)}`]),
  ];
}

/** Without the bars, which come last, where the terminal is too narrow for them: broken words read worse. */
function fitting(
  rows: readonly (readonly string[])[],
  columns: number,
): readonly (readonly string[])[] {
  const isTooWide = tableLines(rows).some(({ length }) => length > columns);
  return isTooWide ? rows.map((row) => row.slice(0, -1)) : rows;
}

/** What one bar of 24 stands for. */
function barsTitle(hours: number): string {
  return hours % 24 === 0
    ? `leads in, each ${hours === 24 ? 'hour' : `${hours / 24} h`}`
    : 'leads in';
}

function requests(count: number): string {
  return `${count} request${count === 1 ? '' : 's'}`;
}

function hoursText(hours: number): string {
  if (hours === 1) return 'hour';
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`;
}

/** When something last came: `3 min ago`, or `never`. */
export function seenText(iso: string | undefined, nowMs: number): string {
  return iso === undefined ? 'never' : `${roughly(Math.max(0, nowMs - Date.parse(iso)))} ago`;
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Numbers as bars of one line, the highest as high as it goes: `·` is none, and a gap is not known. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const most = Math.max(...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      if (value === 0) return '·';
      return BARS[Math.min(BARS.length - 1, Math.ceil((value / most) * BARS.length) - 1)] ?? '';
    })
    .join('');
}
