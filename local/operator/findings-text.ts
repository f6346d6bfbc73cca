import type { Finding, FindingSeverity } from '../../lambdas/operations/mapping-finding.ts';
import { tableLines } from '../table-lines.ts';
import { counted } from './counted.ts';

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

/** Findings for a person to read: a table with a line each, and how many there are. */
export function describeFindings(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return ['Everything fits.'];
  const rows = [
    ['', 'Zoho field', 'filled from', 'what, and what to do'],
    ...findings.map(({ severity, field, filledFrom, message, remedy }) => [
      severity === 'error' ? 'ERROR' : severity,
      field === '' ? '-' : field,
      filledFrom === '' ? '-' : filledFrom,
      remedy === '' ? message : `${message} ${remedy}`,
    ]),
  ];
  const { errors, warnings, notes } = countFindings(findings);
  return [
    '',
    ...tableLines(rows),
    '',
    `${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(notes, 'note')}.`,
  ];
}
