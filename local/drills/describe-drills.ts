import type { DrillOutcome } from './try-drills.ts';

/** What came of the drills, as a table in Markdown: one row for each alarm that told people. */
export function describeDrills(outcomes: readonly DrillOutcome[]): readonly string[] {
  return [
    '| drill | what goes wrong | told | after |',
    '|---|---|---|---|',
    ...outcomes.flatMap(rowsOf),
  ];
}

function rowsOf({ drill, told }: DrillOutcome): readonly string[] {
  if (told.length === 0) return [`| \`${drill.name}\` | ${drill.says} | nobody | |`];
  return told.map(({ alarm, afterMinutes }, index) =>
    index === 0
      ? `| \`${drill.name}\` | ${drill.says} | \`${alarm}\` | ${duration(afterMinutes)} |`
      : `| | | \`${alarm}\` | ${duration(afterMinutes)} |`,
  );
}

/** Minutes up to two hours, hours up to two days, and days, to a tenth. */
function duration(minutes: number): string {
  if (minutes <= 120) return `${minutes} min`;
  const hours = minutes / 60;
  return hours <= 48 ? `${tenth(hours)} h` : `${tenth(hours / 24)} days`;
}

function tenth(value: number): string {
  return String(Math.round(value * 10) / 10);
}
