import { SettingError } from '../setting-error.ts';

/** What whoever an alarm wakes needs to read. */
export interface AlarmWords {
  /** What is wrong, in a few words: the heading of the alarm's section in `docs/runbook.md`. */
  readonly title: string;
  /** What it means for leads: a sentence or two that someone woken at night can act on. */
  readonly impact: string;
  /** The first thing to do, with its command; the runbook has the rest. */
  readonly runbook: string;
}

/** Amazon CloudWatch, PutMetricAlarm: `AlarmDescription`, read 2026-11-22. */
const DESCRIPTION_CHARACTERS_MAX = 1_024;

/**
 * An alarm's description, which its messages carry.
 *
 * @param alarmName for the error
 * @throws {SettingError} without impact or first step, or with more than CloudWatch keeps
 */
export function describeAlarm(alarmName: string, { title, impact, runbook }: AlarmWords): string {
  if (impact.trim() === '' || runbook.trim() === '') {
    throw new SettingError([`alarm ${alarmName}: must have an impact and a runbook`]);
  }
  const description = `${title}\nImpact: ${impact}\nRunbook: ${runbook}\nMore: ${runbookSection(title)}`;
  if (description.length > DESCRIPTION_CHARACTERS_MAX) {
    throw new SettingError([
      `alarm ${alarmName}: its description has ${description.length} characters; CloudWatch keeps ` +
        `${DESCRIPTION_CHARACTERS_MAX}`,
    ]);
  }
  return description;
}

/** Where an alarm's section is, with the anchor that GitHub gives its heading. */
export function runbookSection(title: string): string {
  const anchor = title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
  return `docs/runbook.md#${anchor}`;
}
