import type { MetricSeries } from '../simulation/metric-series.ts';
import type { WidgetBody } from './dashboard-body.ts';
import { drawAlarms, type ShownAlarm } from './draw-alarms.ts';
import { drawGraph } from './draw-graph.ts';
import { drawNumber } from './draw-number.ts';
import { drawText } from './draw-text.ts';
import { linesOf, type TimeRange } from './shown-line.ts';
import { element, picture } from './svg.ts';
import { type Box, THEME } from './theme.ts';

/** Of a README's column. */
const WIDTH = 1_200;
const COLUMNS = 24;
const UNIT_HEIGHT = 35;
const MARGIN = 14;
const GAP = 8;

/** What is drawn, and from what. */
export interface DashboardPicture {
  readonly title: string;
  readonly widgets: readonly WidgetBody[];
  readonly series: readonly MetricSeries[];
  readonly range: TimeRange;
  /** The alarm of an ARN. */
  readonly alarmOf: (arn: string) => ShownAlarm;
}

/**
 * Draws a dashboard as CloudWatch would lay it out, as one SVG: the same input is the same picture, byte for byte.
 *
 * Drawn by a few hundred lines of our own, for development only. CloudWatch's own drawing needs an account
 * (GetMetricWidgetImage); libraries that draw without a browser bring a hundred packages (Vega-Lite) or want a document
 * to draw into (Observable Plot), and none of them lays out a dashboard.
 */
export function drawDashboard(dashboard: DashboardPicture): string {
  const { title, widgets } = dashboard;
  const units = Math.max(...widgets.map(({ y, height }) => y + height));
  const height = units * UNIT_HEIGHT + 2 * MARGIN;
  const ground = element('rect', { width: WIDTH, height, fill: THEME.page });
  return picture(
    WIDTH,
    height,
    title,
    ground,
    ...widgets.map((widget) => element('g', {}, drawWidget(widget, dashboard))),
  );
}

function drawWidget(widget: WidgetBody, { series, range, alarmOf }: DashboardPicture): string {
  const box = boxOf(widget);
  switch (widget.type) {
    case 'text':
      return drawText(widget, box);
    case 'alarm':
      return drawAlarms(widget, alarmOf, box);
    case 'metric': {
      const lines = linesOf(widget, series, range);
      return widget.properties.view === 'singleValue'
        ? drawNumber(widget, lines, box)
        : drawGraph(widget, lines, box, range);
    }
  }
}

function boxOf({ x, y, width, height }: WidgetBody): Box {
  const column = (WIDTH - 2 * MARGIN) / COLUMNS;
  return {
    x: MARGIN + x * column + GAP / 2,
    y: MARGIN + y * UNIT_HEIGHT + GAP / 2,
    width: width * column - GAP,
    height: height * UNIT_HEIGHT - GAP,
  };
}
