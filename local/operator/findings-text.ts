import type { Finding, FindingSeverity } from '../../lambdas/operations/mapping-finding.ts';

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
    ...table(rows),
    '',
    `${some(errors, 'error')}, ${some(warnings, 'warning')}, ${some(notes, 'note')}.`,
  ];
}

/** Columns of one width, the last one as long as it is. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function some(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
