import {
  CHECK_AREAS,
  type Check,
  type CheckArea,
  type CheckStatus,
} from '../../../lambdas/operations/doctor/check.ts';
import { tableLines } from '../../table-lines.ts';
import { counted } from '../text/counted.ts';

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

/** What somebody should look at, the worst first. */
const AMISS: readonly CheckStatus[] = ['problem', 'warning'];

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

/** Checks for a person to read: what is wrong and what to do, the worst first, then all others, area by area. */
export function describeChecks(checks: readonly Check[], columns: number): readonly string[] {
  const counts = countChecks(checks);
  const notHere = counts.not_here === 0 ? '' : `, ${counts.not_here} not here`;
  const amiss = AMISS.flatMap((status) =>
    CHECK_AREAS.flatMap((area) =>
      checks.filter((each) => each.area === area && each.status === status),
    ),
  );
  return [
    ...(amiss.length === 0
      ? []
      : ['To look at', ...amiss.flatMap((check) => lines(check, columns)), '']),
    ...CHECK_AREAS.flatMap((area) => {
      const found = checks.filter((check) => check.area === area && !amiss.includes(check));
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
