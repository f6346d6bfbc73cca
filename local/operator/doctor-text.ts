import {
  CHECK_AREAS,
  type Check,
  type CheckArea,
  type CheckStatus,
} from '../../lambdas/operations/doctor/check.ts';
import { tableLines } from '../table-lines.ts';
import { counted } from './counted.ts';

const AREAS: Readonly<Record<CheckArea, string>> = {
  installation: 'Configuration and deployment',
  secrets: 'Secrets',
  zoho: 'Zoho',
  delivery: 'Delivery',
  queues: 'Queues',
  table: 'Event store',
  alarms: 'Alarms',
  clock: 'Clocks',
};

const WORDS: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'PROBLEM',
  not_here: 'not here',
};

/** How many checks there are of each status. */
export type CheckCounts = Readonly<Record<CheckStatus, number>>;

/** Counts checks. */
export function countChecks(checks: readonly Check[]): CheckCounts {
  const count = (wanted: CheckStatus): number =>
    checks.filter(({ status }) => status === wanted).length;
  return {
    ok: count('ok'),
    warning: count('warning'),
    problem: count('problem'),
    not_here: count('not_here'),
  };
}

/** Checks for a person to read, area by area, each with what to do. */
export function describeChecks(checks: readonly Check[], columns: number): readonly string[] {
  const counts = countChecks(checks);
  const notHere = counts.not_here === 0 ? '' : `, ${counts.not_here} not here`;
  return [
    ...CHECK_AREAS.flatMap((area) => {
      const found = checks.filter((check) => check.area === area);
      if (found.length === 0) return [];
      return [AREAS[area], ...found.flatMap((check) => lines(check, columns)), ''];
    }),
    `${counted(counts.problem, 'problem')}, ${counted(counts.warning, 'warning')}, ${counts.ok} ok${notHere}.`,
  ];
}

function lines({ status, sentence, remedy }: Check, columns: number): readonly string[] {
  const rows = [
    [WORDS[status].padEnd(WIDTH), sentence],
    ...(remedy === undefined ? [] : [['', `→ ${remedy}`]]),
  ];
  return tableLines(rows, columns - 2).map((line) => `  ${line}`);
}

/** Of the longest word, so that sentences of all areas begin alike. */
const WIDTH = Math.max(...Object.values(WORDS).map(({ length }) => length));
