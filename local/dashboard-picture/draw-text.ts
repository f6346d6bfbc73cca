import type { TextWidgetBody } from './dashboard-body.ts';
import { element, text, textLine, textPart, textWidth } from './svg.ts';
import { type Box, THEME } from './theme.ts';

/** A word of a paragraph, in one of the three ways of writing that the dashboard uses. */
interface Word {
  readonly content: string;
  readonly style: 'plain' | 'bold' | 'code';
  /** A comma or a full stop that follows at once, plain. */
  readonly tail: string;
}

const LINE_HEIGHT = 19;
const PADDING = 14;
const HEADING_SIZES = { '#': 18, '##': 15 } as const;

/** Draws words: headings of two sizes, paragraphs with bold words and code, wrapped to the box. */
export function drawText({ properties }: TextWidgetBody, box: Box): string {
  const isBare = properties.background === 'transparent';
  const parts: string[] = isBare ? [] : [panel(box)];
  const x = box.x + (isBare ? 2 : PADDING);
  let y = box.y + (isBare ? box.height - 9 : PADDING + 12);
  for (const paragraph of properties.markdown.split('\n\n')) {
    const [, mark, words = ''] = /^(##?) (.*)$/.exec(paragraph) ?? [];
    if (mark === '#' || mark === '##') {
      const size = HEADING_SIZES[mark];
      parts.push(text(x, y, words, { size, fill: THEME.title, weight: 'bold' }));
      y += LINE_HEIGHT + 4;
      continue;
    }
    for (const line of wrapped(wordsOf(paragraph), box.width - 2 * PADDING)) {
      parts.push(drawLine(line, x, y));
      y += LINE_HEIGHT;
    }
    y += 3;
  }
  return parts.join('');
}

/** The white ground of a widget. */
export function panel({ x, y, width, height }: Box): string {
  return element('rect', { x, y, width, height, rx: 6, fill: THEME.panel, stroke: THEME.border });
}

function wordsOf(paragraph: string): readonly Word[] {
  const pieces = paragraph.match(/\*\*[^*]+\*\*\S*|`[^`]+`\S*|\S+/g) ?? [];
  return pieces.map((piece): Word => {
    const [, bold, afterBold = ''] = /^\*\*([^*]+)\*\*(\S*)$/.exec(piece) ?? [];
    if (bold !== undefined) return { content: bold, style: 'bold', tail: afterBold };
    const [, code, afterCode = ''] = /^`([^`]+)`(\S*)$/.exec(piece) ?? [];
    if (code !== undefined) return { content: code, style: 'code', tail: afterCode };
    return { content: piece, style: 'plain', tail: '' };
  });
}

const SPACE = 4;

function widthOf({ content, style, tail }: Word): number {
  const width = textWidth(content, THEME.textSize, style === 'code' ? 'mono' : 'sans');
  return width * (style === 'bold' ? 1.06 : 1) + textWidth(tail, THEME.textSize);
}

function wrapped(words: readonly Word[], width: number): readonly (readonly Word[])[] {
  const lines: Word[][] = [[]];
  let used = 0;
  for (const word of words) {
    const wide = widthOf(word) + SPACE;
    if (used + wide > width && used > 0) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(word);
    used += wide;
  }
  return lines;
}

/** One text with parts in it: fonts differ in width, and no gap may open between words. */
function drawLine(words: readonly Word[], x: number, y: number): string {
  const parts = words.flatMap(({ content, style, tail }, index) => [
    textPart(content, {
      weight: style === 'bold' ? 'bold' : 'normal',
      family: style === 'code' ? 'mono' : 'sans',
      ...(style === 'plain' ? {} : { fill: THEME.title }),
    }),
    textPart(`${tail}${index === words.length - 1 ? '' : ' '}`, {}),
  ]);
  return textLine(x, y, { size: THEME.textSize, fill: THEME.text }, parts);
}
