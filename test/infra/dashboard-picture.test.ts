import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawStackDashboard } from '../../local/dashboard-picture/draw-stack-dashboard.ts';

describe('the picture of the dashboard', () => {
  it('is the one of this source: `npm run dashboard-picture` draws it anew', {
    timeout: 180_000,
  }, async () => {
    const drawn = await drawStackDashboard();

    expect(drawn === readFileSync('docs/dashboard.svg', 'utf8')).toBe(true);
  });

  it('names nobody, and loads nothing from anywhere', () => {
    const svg = readFileSync('docs/dashboard.svg', 'utf8');

    expect(svg).not.toMatch(/@|\+1202|href|<script|<image|url\(/);
    expect(svg.match(/https?:\/\/[^"]+/g)).toEqual(['http://www.w3.org/2000/svg']);
  });
});
