import { describe, expect, it } from 'vitest';
import type { MetricWidgetBody } from '../../../../local/dashboard-picture/dashboard-body.ts';
import { drawAlarms } from '../../../../local/dashboard-picture/draw-alarms.ts';
import { drawGraph } from '../../../../local/dashboard-picture/draw-graph.ts';
import { drawNumber } from '../../../../local/dashboard-picture/draw-number.ts';
import { drawText } from '../../../../local/dashboard-picture/draw-text.ts';
import type { ShownLine } from '../../../../local/dashboard-picture/shown-line.ts';

const BOX = { x: 0, y: 0, width: 400, height: 200 };
const GRID = { x: 0, y: 0, width: 12, height: 6 };
const HOUR_MS = 3_600_000;
const RANGE = { fromMs: 0, untilMs: 4 * HOUR_MS };

const graph = (more: object = {}): MetricWidgetBody => ({
  ...GRID,
  type: 'metric',
  properties: { view: 'timeSeries', title: 'Leads <in>', metrics: [], ...more },
});
const line = (label: string, values: readonly number[]): ShownLine => ({
  label,
  isOwn: true,
  points: values.map((value, hour) => ({ atMs: hour * HOUR_MS, value })),
});
const pathsOf = (svg: string): readonly string[] =>
  [...svg.matchAll(/<path d="([^"]+)"/g)].map(([, d = '']) => d);
const heightsOf = (path: string): readonly number[] =>
  [...path.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));

describe('a graph', () => {
  it('has its title, its axes, its legend and a line', () => {
    const svg = drawGraph(
      graph({ yAxis: { left: { label: 'leads', min: 0 } } }),
      [line('in', [0, 8])],
      BOX,
      RANGE,
    );

    for (const words of ['Leads &lt;in&gt;', '>leads<', '>in<', '>8<', '>02:00<']) {
      expect(svg).toContain(words);
    }
    const [low = 0, high = 0] = heightsOf(pathsOf(svg)[0]!);
    expect(low).toBeGreaterThan(high);
  });

  it('stands stacked lines on each other', () => {
    const lines = [line('one', [2, 2]), line('other', [2, 2])];

    const [upper = '', lower = ''] = pathsOf(
      drawGraph(graph({ stacked: true }), lines, BOX, RANGE),
    );

    expect(Math.max(...heightsOf(upper))).toBe(Math.min(...heightsOf(lower)));
  });

  it('says whose fault it is not that it is empty', () => {
    const ours = { ...line('a', []) };
    const ofAws = { ...line('b', []), isOwn: false };

    expect(drawGraph(graph(), [ours], BOX, RANGE)).toContain('nothing of the kind on this day');
    expect(drawGraph(graph(), [ofAws], BOX, RANGE)).toContain(
      'measured by AWS, not by the simulation',
    );
  });

  it('shows a mark only where it does not flatten the lines', () => {
    const marked = graph({
      annotations: { horizontal: [{ value: 5, label: 'late', color: '#D55E00' }] },
    });

    expect(drawGraph(marked, [line('a', [0, 7])], BOX, RANGE)).toContain('late');
    expect(drawGraph(marked, [line('a', [0, 1])], BOX, RANGE)).not.toContain('late');
  });

  it('keeps its legend within the widget, in as many rows as it needs', () => {
    const many = Array.from({ length: 8 }, (_, index) => line(`a source of leads ${index}`, [1]));

    const svg = drawGraph(graph(), many, BOX, RANGE);

    const rows = new Set(
      [...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="10"/g)].map(([, y]) => Number(y)),
    );
    expect(rows.size).toBeGreaterThan(1);
    expect(Math.max(...rows) + 10).toBeLessThan(BOX.height);
  });

  it('leaves out points between two of the same height', () => {
    const [path = ''] = pathsOf(drawGraph(graph(), [line('a', [3, 3, 3, 3])], BOX, RANGE));

    expect(heightsOf(path)).toHaveLength(2);
  });
});

describe('a number', () => {
  const widget: MetricWidgetBody = {
    ...graph(),
    properties: { view: 'singleValue', title: 'Leads in', metrics: [] },
  };

  it('is the last one of its line, in the colour of that', () => {
    const svg = drawNumber(widget, [{ ...line('leads in', [1, 1_842]), color: '#0072B2' }], BOX);

    expect(svg).toMatch(/fill="#0072B2"[^>]*>1,842</);
  });

  it('is a dash where nothing was measured', () => {
    expect(drawNumber(widget, [line('leads in', [])], BOX)).toContain('>–<');
  });
});

describe('words', () => {
  const words = (markdown: string, background?: string) =>
    drawText(
      {
        ...GRID,
        type: 'text',
        properties: { markdown, ...(background === undefined ? {} : { background }) },
      },
      BOX,
    );

  it('are wrapped to the widget, with bold words and code among them', () => {
    const svg = words(
      `# Title\n\n${'some words '.repeat(12)}**bold**, and \`npx holdfast stats\`.`,
    );

    expect(svg.match(/<text /g)!.length).toBeGreaterThan(3);
    expect(svg).toMatch(/font-weight="600">bold<\/tspan><tspan>, /);
    expect(svg).toMatch(/monospace[^>]*>npx holdfast stats</);
  });

  it('stand on a panel, or, as a heading over a row, on the page', () => {
    expect(words('## Leads', 'transparent')).not.toContain('<rect');
    expect(words('## Leads')).toContain('<rect');
  });
});

describe('alarms', () => {
  it('are told apart without their colour, and fit into their tiles', () => {
    const long = 'an-alarm-whose-name-is-longer-than-any-tile-of-a-small-widget-could-ever-show';
    const svg = drawAlarms(
      { ...GRID, type: 'alarm', properties: { title: 'Alarms', alarms: ['a', 'b', 'c'] } },
      (id) => ({
        name: id === 'a' ? long : id,
        state: id === 'a' ? 'ALARM' : id === 'b' ? 'OK' : 'INSUFFICIENT_DATA',
      }),
      BOX,
    );

    for (const sign of ['>!<', '>✓<', '>–<']) expect(svg).toContain(sign);
    expect(svg).toContain('…<');
    expect(svg).not.toContain(long);
  });
});
