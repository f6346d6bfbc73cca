import type { MetricWidgetBody } from './dashboard-body.ts';
import { panel } from './draw-text.ts';
import { numberText } from './scale.ts';
import type { ShownLine } from './shown-line.ts';
import { text } from './svg.ts';
import { type Box, LINE_COLOURS, THEME } from './theme.ts';

/** Draws one number: the last one of its line, with the line's colour and words. */
export function drawNumber(
  { properties }: MetricWidgetBody,
  [line]: readonly ShownLine[],
  box: Box,
): string {
  const last = line?.points.at(-1)?.value;
  const middle = box.x + box.width / 2;
  const number = last === undefined ? '–' : numberText(last);
  return [
    panel(box),
    text(box.x + 12, box.y + 21, properties.title, {
      size: THEME.titleSize,
      fill: THEME.title,
      weight: 'bold',
    }),
    text(middle, box.y + box.height / 2 + 19, number, {
      size: 32,
      fill: line?.color ?? LINE_COLOURS[0],
      weight: 'bold',
      anchor: 'middle',
    }),
    text(middle, box.y + box.height - 10, line?.label ?? '', {
      size: THEME.smallSize,
      fill: THEME.faint,
      anchor: 'middle',
    }),
  ].join('');
}
