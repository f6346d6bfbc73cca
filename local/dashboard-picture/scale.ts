/** A value axis: from 0 to `max`, with ticks at even steps. */
export interface ValueScale {
  readonly max: number;
  readonly ticks: readonly number[];
}

const TICKS_MAX = 4;

/** Steps that people count in, within a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10] as const;

/**
 * The axis for values up to `highest`.
 *
 * @param isWhole counts have no ticks between whole numbers
 * @param fixedMax the end of the axis, where it is not to be chosen
 */
export function valueScale(highest: number, isWhole: boolean, fixedMax?: number): ValueScale {
  const wanted = fixedMax ?? Math.max(highest, isWhole ? 1 : 0.001);
  const step = stepFor(wanted, isWhole);
  const max = fixedMax ?? Math.ceil(wanted / step - 1e-9) * step;
  const count = Math.floor(max / step + 1e-9);
  return { max, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

function stepFor(max: number, isWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(max / TICKS_MAX));
  const steps = [1, 10].flatMap((scale) => STEPS.map((step) => step * power * scale));
  const fitting = steps.filter((step) => !isWhole || Number.isInteger(step));
  return fitting.find((step) => max / step <= TICKS_MAX) ?? max;
}

/** A number as people write it: `1,250`, `12k`, `0.5`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000_000) return `${trimmed(value / 1_000_000)}M`;
  if (size >= 10_000) return `${trimmed(value / 1_000)}k`;
  if (size >= 1_000)
    return `${Math.floor(value / 1_000)},${String(Math.round(value % 1_000)).padStart(3, '0')}`;
  return trimmed(value);
}

function trimmed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const HOUR_MS = 3_600_000;

/** Full hours of a range at which its axis has a tick, UTC; as many as have room. */
export function hourTicks(fromMs: number, untilMs: number, ticksMax: number): readonly number[] {
  const hours = (untilMs - fromMs) / HOUR_MS;
  const step = [1, 2, 3, 4, 6, 12, 24].find((each) => hours / each <= ticksMax) ?? 24;
  const stepMs = step * HOUR_MS;
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const count = Math.floor((untilMs - first) / stepMs) + 1;
  return Array.from({ length: count }, (_, index) => first + index * stepMs);
}

/** `14:00` */
export function hourText(ms: number): string {
  return new Date(ms).toISOString().slice('2026-11-22T'.length, '2026-11-22T14:00'.length);
}
