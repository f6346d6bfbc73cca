import type {
  Finding,
  FindingSeverity,
} from '../../../lambdas/operations/mapping/mapping-finding.ts';
import { tableLines } from '../../table-lines.ts';
import { counted } from '../text/counted.ts';

/** How many findings there are of each severity. */
export interface FindingCounts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** Counts findings. */
export function countFindings(findings: readonly Finding[]): FindingCounts {
  const count = (wanted: FindingSeverity): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  return { errors: count('error'), warnings: count('warning'), notes: count('note') };
}

/**
 * Findings for a person to read: a table, and how many there are. Those that can be said together are one.
 *
 * @param columns how wide it may be; by default each finding is one line
 */
export function describeFindings(
  findings: readonly Finding[],
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  if (findings.length === 0) return ['Everything fits.'];
  const joined = joinFindings(findings);
  const rows = [
    ['', 'Zoho field', 'filled from', 'what, and what to do'],
    ...joined.map(({ severity, field, filledFrom, message, remedy }) => [
      severity === 'error' ? 'ERROR' : severity,
      field === '' ? '-' : field,
      filledFrom === '' ? '-' : filledFrom,
      remedy === '' ? message : `${message} ${remedy}`,
    ]),
  ];
  const { errors, warnings, notes } = countFindings(joined);
  return [
    '',
    ...tableLines(rows, columns),
    '',
    `${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(notes, 'note')}.`,
  ];
}

/** Each finding that can be said together with others stands once, where the first of them was. */
function joinFindings(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, (finding) =>
    finding.together === undefined ? finding : `${finding.code} ${finding.field}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first?.together === undefined || group.length === 1) return group;
    const { message, remedy } = first.together;
    const items = group.map(({ together }) => together?.item ?? '').join(', ');
    return [{ ...first, message: message.replace('{items}', () => items), remedy }];
  });
}
