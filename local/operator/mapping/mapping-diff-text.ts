import {
  type ComparedEvent,
  type Comparison,
  isChanged,
  type NotCompared,
} from '../../../lambdas/operations/mapping/mapping-diff.ts';
import type {
  FateChange,
  SourceDiff,
} from '../../../lambdas/operations/mapping/mapping-diff-summary.ts';
import type { RecentEvents } from '../../../lambdas/operations/lookup/recent-events.ts';
import { counted } from '../text/counted.ts';
import { fieldChangeLines } from './mapping-text.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Keys and leads that are shown; `--json` has all. */
const SHOWN_MAX = 20;
const VALUE_LENGTH_MAX = 200;

const NOT_COMPARED: Readonly<Record<NotCompared, string>> = {
  raw_gone: 'the request as it came is no longer kept',
  source_gone: 'the source is not in holdfast.config.ts',
  mapping_unknown: 'the source has never used that mapping version',
  reading_gone: 'what was read at first is no longer kept',
  details_unread: 'its details are not read yet, or told that it is not meant for the CRM',
  no_units_left: 'the read units were used up (--read-units-max)',
};

/** Which events were looked at, and whether they are the newest there are. */
export function describeLook(
  recent: RecentEvents,
  target: string,
  mapping: string,
): readonly string[] {
  const newest = recent.records[0]?.receivedAt;
  const oldest = recent.records.at(-1)?.receivedAt;
  const others = counted(recent.found, 'event that matches', 'events that match');
  return [
    ...(newest === undefined || oldest === undefined
      ? [`No event to compare on ${target}.`]
      : [
          `The newest ${recent.records.length} of ${others}, on ${target}, received`,
          `${shortTime(oldest)} to ${shortTime(newest)}, compared with what ${mapping} reads:`,
        ]),
    recent.isWhole
      ? `(All ${recent.items} stored items were looked at.)`
      : `(A SAMPLE: ${recent.items} stored items were looked at, then the read units were used up. ` +
        'The events are the newest of the sample; --read-units-max widens it.)',
  ];
}

/** What would change, by source and field. Counts and names only. */
export function describeDiff(sources: readonly SourceDiff[]): readonly string[] {
  return sources.flatMap((diff) => [
    '',
    `${diff.source}: ${counted(diff.compared, 'event')} compared, ` +
      (diff.changed === 0 ? 'none would change' : `${diff.changed} would change`),
    ...(diff.versions.length === 0 ? [] : [`  read so far with ${diff.versions.join(', ')}`]),
    ...fieldChangeLines(diff.fields),
    ...diff.fates.flatMap((change) => [
      `  ${counted(change.keys.length, 'event')} ${fateText(change)}:`,
      ...change.keys.slice(0, SHOWN_MAX).map((key) => `    ${key}`),
      ...more(change.keys.length, '    '),
    ]),
    ...diff.notCompared.map(
      ({ why, count: times }) => `  ${times} not compared: ${NOT_COMPARED[why]}`,
    ),
  ]);
}

/** The values that would change, lead by lead: for somebody who may see them. */
export function describeValues(comparisons: readonly Comparison[]): readonly string[] {
  const changed = comparisons.filter(
    (each): each is ComparedEvent => each.kind === 'compared' && isChanged(each),
  );
  if (changed.length === 0) return [];
  return [
    '',
    'Values (personal data):',
    ...changed
      .slice(0, SHOWN_MAX)
      .flatMap(({ record, differences }) => [
        `  ${record.key}`,
        ...differences.map(
          ({ field, before, after }) => `    ${field}: ${valueText(before)} → ${valueText(after)}`,
        ),
      ]),
    ...more(changed.length, '  '),
  ];
}

function fateText({ before, after }: FateChange): string {
  if (after === 'unread') return 'could no longer be read';
  if (before === 'unread') {
    const rest = { lead: '', nameless: ', but would name nobody', suppressed: ', as test or spam' };
    return `could be read now${rest[after]}`;
  }
  if (after === 'suppressed') return 'would be suppressed as test or spam';
  const now = after === 'lead' ? 'would be delivered' : 'would name nobody';
  return before === 'suppressed' ? `would no longer be suppressed, and ${now}` : now;
}

function valueText(value: string | undefined): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
}

function more(total: number, indent: string): readonly string[] {
  return total > SHOWN_MAX ? [`${indent}… and ${total - SHOWN_MAX} more (--json lists all)`] : [];
}
