import {
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  LegendPosition,
  TextWidget,
  TextWidgetBackground,
} from 'aws-cdk-lib/aws-cloudwatch';

/** Columns of a dashboard (Amazon CloudWatch, Dashboard body structure, read 2026-11-22). */
export const COLUMNS = 24;

const GRAPH_UNITS = 6;

/** A line of words over a row. Markdown, 1 unit high. */
export function heading(markdown: string): IWidget {
  return new TextWidget({
    markdown,
    width: COLUMNS,
    height: 1,
    background: TextWidgetBackground.TRANSPARENT,
  });
}

/** Graphs of one row, of the same width and height. */
export function graphs(...row: readonly GraphWidgetProps[]): IWidget[] {
  return row.map(
    (props) =>
      new GraphWidget({
        width: Math.floor(COLUMNS / row.length),
        height: GRAPH_UNITS,
        legendPosition: LegendPosition.BOTTOM,
        ...props,
      }),
  );
}

/** An axis that begins at zero, so that a small change does not look like a large one. */
export function axis(label: string, max?: number): NonNullable<GraphWidgetProps['leftYAxis']> {
  return { label, min: 0, showUnits: false, ...(max === undefined ? {} : { max }) };
}
