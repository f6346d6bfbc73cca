/** Colours and sizes of the picture: a light page, as GitHub shows it in both of its themes. */
export const THEME = {
  page: '#f2f4f7',
  panel: '#ffffff',
  border: '#d5dbe3',
  title: '#16191f',
  text: '#414d5c',
  faint: '#7d8998',
  grid: '#e9ecf1',
  code: '#eef1f5',
  titleSize: 13,
  textSize: 13,
  smallSize: 11,
} as const;

/** Lines without a colour of their own, in their order: colours that people who see few colours tell apart. */
export const LINE_COLOURS = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#CC79A7',
  '#56B4E9',
  '#D55E00',
  '#8C8C8C',
] as const;

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
