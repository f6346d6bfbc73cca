/** Attributes of an element; those that are `undefined` are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Writes one SVG element. @param children elements that are written already */
export function element(
  name: string,
  attributes: Attributes,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(rounded(value)))}"`)
    .join('');
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${children.join('')}</${name}>`;
}

/** How text is written. */
export interface TextStyle {
  /** Pixels. */
  readonly size: number;
  readonly fill: string;
  readonly weight?: 'bold' | 'normal';
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly family?: 'sans' | 'mono';
}

const FAMILIES = {
  sans: "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
  mono: "Menlo, Consolas, 'DejaVu Sans Mono', monospace",
} as const;

/** Writes a line of text. @param y of its baseline */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, fill, weight = 'normal', anchor = 'start', family = 'sans' } = style;
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      fill,
      'font-weight': weight === 'bold' ? 600 : undefined,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-family': family === 'mono' ? FAMILIES.mono : undefined,
    },
    escaped(content),
  );
}

/** Writes a line of text that is made of parts. @param y of its baseline */
export function textLine(
  x: number,
  y: number,
  { size, fill }: Pick<TextStyle, 'size' | 'fill'>,
  parts: readonly string[],
): string {
  return element('text', { x, y, 'font-size': size, fill, 'xml:space': 'preserve' }, ...parts);
}

/** Writes a part of a line, in its own way; what is not said is as in the line. */
export function textPart(
  content: string,
  { fill, weight, family }: Partial<Pick<TextStyle, 'fill' | 'weight' | 'family'>>,
): string {
  return element(
    'tspan',
    {
      fill,
      'font-weight': weight === 'bold' ? 600 : undefined,
      'font-family': family === 'mono' ? FAMILIES.mono : undefined,
      'font-size': family === 'mono' ? '0.92em' : undefined,
    },
    escaped(content),
  );
}

/** Writes the whole picture. @param title for those who cannot see it */
export function picture(
  width: number,
  height: number,
  title: string,
  ...children: readonly string[]
): string {
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'font-family': FAMILIES.sans,
    },
    `\n${element('title', {}, escaped(title))}\n`,
    ...children.map((child) => `${child}\n`),
  );
  return `${svg}\n`;
}

/** About how wide a text is, in pixels: letters of a Helvetica, and a little more, since fonts differ. */
export function textWidth(content: string, size: number, family: 'sans' | 'mono' = 'sans'): number {
  const widths = Array.from(content, (letter) => (family === 'mono' ? 0.61 : widthOf(letter)));
  return widths.reduce((sum, width) => sum + width, 0) * size * 1.04;
}

function widthOf(letter: string): number {
  if (/[ijl.,:;'|!]/.test(letter)) return 0.25;
  if (/[ftr()[\] -]/.test(letter)) return 0.32;
  if (/[mwMW%@]/.test(letter)) return 0.86;
  return /[A-Z]/.test(letter) ? 0.69 : 0.556;
}

function rounded(value: string | number | undefined): string | number | undefined {
  return typeof value === 'number' ? Math.round(value * 10) / 10 : value;
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
