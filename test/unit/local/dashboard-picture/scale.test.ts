import { describe, expect, it } from 'vitest';
import {
  hourText,
  hourTicks,
  numberText,
  valueScale,
} from '../../../../local/dashboard-picture/scale.ts';

const HOUR_MS = 3_600_000;
const FOUR_MS = Date.UTC(2026, 10, 22, 4);

describe('a value axis', () => {
  it.each([
    [7, true, [0, 2, 4, 6, 8]],
    [140, true, [0, 50, 100, 150]],
    [1, true, [0, 1]],
    [0, true, [0, 1]],
    [0.4, false, [0, 0.1, 0.2, 0.3, 0.4]],
    [60_000, true, [0, 20_000, 40_000, 60_000]],
  ])('up to %s has ticks that people count in, and room for it', (highest, isWhole, ticks) => {
    const scale = valueScale(highest, isWhole);

    expect(scale.ticks.map((tick) => Math.round(tick * 1_000) / 1_000)).toEqual(ticks);
    expect(scale.max).toBeGreaterThanOrEqual(highest);
  });

  it('has no ticks between whole numbers where leads are counted', () => {
    for (let highest = 0; highest < 300; highest += 1) {
      expect(valueScale(highest, true).ticks.every((tick) => Number.isInteger(tick))).toBe(true);
      expect(valueScale(highest, true).ticks.length).toBeLessThanOrEqual(5);
    }
  });

  it('ends where the widget says', () => {
    expect(valueScale(0, true, 1)).toEqual({ max: 1, ticks: [0, 1] });
  });
});

describe('a number', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [0.25, '0.3'],
    [842, '842'],
    [1_005, '1,005'],
    [20_000, '20k'],
    [12_345_678, '12.3M'],
  ])('%s is written as %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});

describe('a time axis', () => {
  it('has ticks at full hours, as many as have room', () => {
    const ticks = hourTicks(FOUR_MS, FOUR_MS + 18 * HOUR_MS, 8);

    expect(ticks.map((tick) => hourText(tick))).toEqual([
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
    ]);
  });
});
