import type { MetricWidgetBody } from './dashboard-body.ts';
import { panel } from './draw-text.ts';
import { hourText, hourTicks, numberText, type ValueScale, valueScale } from './scale.ts';
import type { LinePoint, ShownLine, TimeRange } from './shown-line.ts';
import { element, text, textWidth } from './svg.ts';
import { type Box, LINE_COLOURS, THEME } from './theme.ts';

/** A line with its colour, and for stacked ones the values below it, by time. */
interface DrawnLine extends ShownLine {
  readonly color: string;
  readonly base: ReadonlyMap<number, number>;
}

/** Where values and times lie in pixels. */
interface Axes {
  readonly plot: Box;
  readonly range: TimeRange;
  readonly scale: ValueScale;
}

const TITLE_HEIGHT = 30;
const AXIS_LABEL_HEIGHT = 16;
const TIMES_HEIGHT = 18;
const LEGEND_LINE = 16;
const VALUES_WIDTH = 38;
const PADDING = 12;
const TICK_WIDTH_MIN = 52;
const MARK_ROOM = 16;

/** Draws lines, or stacked areas, over time: axes, grid, legend, and marks at values that matter. */
export function drawGraph(
  { properties }: MetricWidgetBody,
  lines: readonly ShownLine[],
  box: Box,
  range: TimeRange,
): string {
  const drawn = coloured(lines, properties.stacked === true);
  const marks = (properties.annotations?.horizontal ?? []).filter(({ value }) =>
    isInSight(value, drawn),
  );
  const legend = legendOf(drawn, box.width - 2 * PADDING);
  const axis = properties.yAxis?.left;
  const plot: Box = {
    x: box.x + PADDING + VALUES_WIDTH,
    y: box.y + TITLE_HEIGHT + AXIS_LABEL_HEIGHT,
    // Half of the last time stands beyond it.
    width: box.width - 2 * PADDING - VALUES_WIDTH - 6,
    height:
      box.height -
      TITLE_HEIGHT -
      AXIS_LABEL_HEIGHT -
      TIMES_HEIGHT -
      legend.length * LEGEND_LINE -
      8,
  };
  const values = [...drawn.flatMap((line) => topsOf(line)), ...marks.map(({ value }) => value)];
  const isWhole = values.every((value) => Number.isInteger(value));
  const scale = valueScale(Math.max(0, ...values), isWhole, axis?.max);
  const axes: Axes = { plot, range, scale };
  const isEmpty = lines.every(({ points }) => points.length === 0);
  return [
    panel(box),
    text(box.x + PADDING, box.y + 21, properties.title, {
      size: THEME.titleSize,
      fill: THEME.title,
      weight: 'bold',
    }),
    text(box.x + PADDING, plot.y - 8, axis?.label ?? '', {
      size: THEME.smallSize,
      fill: THEME.faint,
    }),
    drawGrid(axes),
    ...(isEmpty
      ? [drawNothing(plot, lines)]
      : drawn.toReversed().map((line) => drawLine(line, axes, properties.stacked === true))),
    ...marks.map((mark) => drawMark(mark, axes)),
    ...legend.map((row, index) =>
      drawLegend(
        row,
        box.x + PADDING,
        box.y + box.height - 10 - (legend.length - 1 - index) * LEGEND_LINE,
      ),
    ),
  ].join('');
}

function coloured(lines: readonly ShownLine[], isStacked: boolean): readonly DrawnLine[] {
  const below = new Map<number, number>();
  return lines.map((line, index) => {
    const base = new Map(isStacked ? below : []);
    for (const { atMs, value } of line.points) below.set(atMs, (below.get(atMs) ?? 0) + value);
    const color = line.color ?? LINE_COLOURS[index % LINE_COLOURS.length] ?? THEME.text;
    return { ...line, base, color };
  });
}

function topsOf({ points, base }: DrawnLine): readonly number[] {
  return points.map(({ atMs, value }) => value + (base.get(atMs) ?? 0));
}

/** A mark far above all values would flatten them. */
function isInSight(value: number, lines: readonly DrawnLine[]): boolean {
  const highest = Math.max(0, ...lines.flatMap((line) => topsOf(line)));
  return value <= highest * 4;
}

function xOf(atMs: number, { plot, range }: Axes): number {
  return plot.x + ((atMs - range.fromMs) / (range.untilMs - range.fromMs)) * plot.width;
}

function yOf(value: number, { plot, scale }: Axes): number {
  return plot.y + plot.height - (Math.min(value, scale.max) / scale.max) * plot.height;
}

function drawGrid(axes: Axes): string {
  const { plot, range, scale } = axes;
  const style = { size: THEME.smallSize, fill: THEME.faint } as const;
  const values = scale.ticks.map((tick) => {
    const y = yOf(tick, axes);
    const line = { x1: plot.x, x2: plot.x + plot.width, y1: y, y2: y };
    return [
      element('line', { ...line, stroke: tick === 0 ? THEME.border : THEME.grid }),
      text(plot.x - 7, y + 4, numberText(tick), { ...style, anchor: 'end' }),
    ].join('');
  });
  const times = hourTicks(range.fromMs, range.untilMs, plot.width / TICK_WIDTH_MIN).map((atMs) => {
    const x = xOf(atMs, axes);
    const y = plot.y + plot.height;
    return [
      element('line', { x1: x, x2: x, y1: y, y2: y + 4, stroke: THEME.border }),
      text(x, y + 16, hourText(atMs), { ...style, anchor: 'middle' }),
    ].join('');
  });
  return [...values, ...times].join('');
}

function drawNothing(plot: Box, lines: readonly ShownLine[]): string {
  const words = lines.some(({ isOwn }) => isOwn)
    ? 'nothing of the kind on this day'
    : 'measured by AWS, not by the simulation';
  return text(plot.x + plot.width / 2, plot.y + plot.height / 2 + 4, words, {
    size: THEME.smallSize,
    fill: THEME.faint,
    anchor: 'middle',
  });
}

function drawLine(line: DrawnLine, axes: Axes, isStacked: boolean): string {
  if (line.points.length === 0) return '';
  if (isStacked) return drawArea(line, axes);
  const d = pathOf(line.points, axes, () => 0);
  return element('path', {
    d,
    fill: 'none',
    stroke: line.color,
    'stroke-width': 1.6,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
  });
}

/**
 * Where nothing was measured the line goes straight on to the next point, as CloudWatch's does. Points between two of the
 * same height are left out.
 */
function pathOf(points: readonly LinePoint[], axes: Axes, below: (atMs: number) => number): string {
  const places = points.map(({ atMs, value }) => ({
    x: short(xOf(atMs, axes)),
    y: short(yOf(value + below(atMs), axes)),
  }));
  return places
    .filter(({ y }, index) => places[index - 1]?.y !== y || places[index + 1]?.y !== y)
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`)
    .join('');
}

function drawArea({ points, base, color }: DrawnLine, axes: Axes): string {
  const top = pathOf(points, axes, (atMs) => base.get(atMs) ?? 0);
  const bottom = points
    .toReversed()
    .map(({ atMs }) => `L${short(xOf(atMs, axes))} ${short(yOf(base.get(atMs) ?? 0, axes))}`)
    .join('');
  return element('path', {
    d: `${top}${bottom}Z`,
    fill: color,
    'fill-opacity': 0.55,
    stroke: color,
    'stroke-width': 0.8,
  });
}

function drawMark(
  {
    value,
    label,
    color,
  }: { readonly value: number; readonly label: string; readonly color: string },
  axes: Axes,
): string {
  const { plot } = axes;
  const y = yOf(value, axes);
  return [
    element('line', {
      x1: plot.x,
      x2: plot.x + plot.width,
      y1: y,
      y2: y,
      stroke: color,
      'stroke-dasharray': '4 3',
    }),
    // Below the line where there is no room above it.
    text(plot.x + 4, y - plot.y < MARK_ROOM ? y + 13 : y - 4, label, {
      size: THEME.smallSize,
      fill: color,
    }),
  ].join('');
}

function legendOf(lines: readonly DrawnLine[], width: number): readonly (readonly DrawnLine[])[] {
  const rows: DrawnLine[][] = [[]];
  let used = 0;
  for (const line of lines) {
    const wide = legendWidth(line);
    if (used + wide > width && used > 0) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(line);
    used += wide;
  }
  return rows;
}

function legendWidth({ label }: ShownLine): number {
  return 16 + textWidth(label, THEME.smallSize) + 14;
}

function drawLegend(row: readonly DrawnLine[], startX: number, y: number): string {
  let x = startX;
  return row
    .map((line) => {
      const start = x;
      x += legendWidth(line);
      return [
        element('rect', { x: start, y: y - 8, width: 10, height: 10, rx: 2, fill: line.color }),
        text(start + 15, y + 1, line.label, { size: THEME.smallSize, fill: THEME.text }),
      ].join('');
    })
    .join('');
}

function short(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
