import type { AlarmWidgetBody } from './dashboard-body.ts';
import { panel } from './draw-text.ts';
import { element, text, textWidth } from './svg.ts';
import { type Box, THEME } from './theme.ts';

/** What an alarm says at the end of the picture's time. */
export interface ShownAlarm {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
}

const LINE = 4;
const GAP = 8;
const TITLE_HEIGHT = 32;

const STATES = {
  OK: { fill: '#e8f5ee', edge: '#009E73', sign: '✓' },
  ALARM: { fill: '#fbe6d9', edge: '#D55E00', sign: '!' },
  INSUFFICIENT_DATA: { fill: '#f1f3f5', edge: '#8C8C8C', sign: '–' },
} as const;

/**
 * Draws the states of alarms as tiles, four in a line. A sign stands beside the colour, for those who do not see it.
 *
 * @param alarmOf the alarm of an ARN
 */
export function drawAlarms(
  { properties }: AlarmWidgetBody,
  alarmOf: (arn: string) => ShownAlarm,
  box: Box,
): string {
  const lines = Math.ceil(properties.alarms.length / LINE);
  const width = (box.width - 24 - (LINE - 1) * GAP) / LINE;
  const height = (box.height - TITLE_HEIGHT - 10 - (lines - 1) * GAP) / lines;
  const tiles = properties.alarms.map((arn, index) => {
    const x = box.x + 12 + (index % LINE) * (width + GAP);
    const y = box.y + TITLE_HEIGHT + Math.floor(index / LINE) * (height + GAP);
    return drawTile(alarmOf(arn), { x, y, width, height });
  });
  return [
    panel(box),
    text(box.x + 12, box.y + 21, properties.title, {
      size: THEME.titleSize,
      fill: THEME.title,
      weight: 'bold',
    }),
    ...tiles,
  ].join('');
}

function drawTile({ name, state }: ShownAlarm, { x, y, width, height }: Box): string {
  const { fill, edge, sign } = STATES[state];
  const middle = y + height / 2 + 4;
  return [
    element('rect', { x, y, width, height, rx: 4, fill }),
    element('rect', { x, y, width: 4, height, rx: 2, fill: edge }),
    text(x + 17, middle, sign, { size: 12, fill: edge, weight: 'bold', anchor: 'middle' }),
    text(x + 27, middle, fitted(name, width - 32), {
      size: THEME.smallSize,
      fill: THEME.title,
      weight: state === 'ALARM' ? 'bold' : 'normal',
    }),
  ].join('');
}

/** Cut off with three dots where it is too long. */
function fitted(name: string, width: number): string {
  if (textWidth(name, THEME.smallSize) <= width) return name;
  let end = name.length;
  while (end > 1 && textWidth(`${name.slice(0, end)}…`, THEME.smallSize) > width) end -= 1;
  return `${name.slice(0, end).trimEnd()}…`;
}
