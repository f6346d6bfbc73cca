import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { config } from '../../holdfast.config.ts';
import { synthesize } from './template.ts';

const PAGE = readFileSync('docs/deploy.md', 'utf8');

/** The row of the page's table of what a month costs. */
function rowOf(what: string): string {
  return PAGE.split('\n').find((line) => line.startsWith(`| ${what} |`)) ?? '';
}

describe('what docs/deploy.md says that a month costs', () => {
  const stack = synthesize({ config });
  const alarms = stack.resources('AWS::CloudWatch::Alarm');
  const metricsOf = (properties: Readonly<Record<string, unknown>>): number => {
    const metrics = (properties['Metrics'] ?? []) as readonly Readonly<Record<string, unknown>>[];
    return Math.max(1, metrics.filter((metric) => metric['MetricStat'] !== undefined).length);
  };

  it('counts the alarms, and each metric that one of them is over', () => {
    const metrics = alarms.reduce((sum, { properties }) => sum + metricsOf(properties), 0);

    expect(rowOf('alarms')).toContain(`| ${alarms.length}, `);
    expect(rowOf('alarms')).toContain(`${metrics} × 0.10`);
  });

  it('counts the composite alarms, the secrets and the keys', () => {
    const count = (type: string): number => stack.resources(type).length;

    expect(rowOf('composite alarms')).toContain(
      `| ${count('AWS::CloudWatch::CompositeAlarm')} × 0.50`,
    );
    expect(rowOf('KMS key')).toContain(`| ${count('AWS::KMS::Key')} × 1.00`);
    expect(PAGE).toContain(`| ${count('AWS::SecretsManager::Secret')} × 0.40`);
  });

  it('adds its rows up', () => {
    const table = PAGE.split('| what | how much |')[1]?.split('\n\n')[0]?.split('\n') ?? [];
    const rows = table.filter((line) => line.startsWith('| ') && !line.includes('**together**'));
    const sumOf = (column: number): string =>
      rows.reduce((sum, row) => sum + Number(row.split('|')[column]), 0).toFixed(2);

    expect(rows.length).toBeGreaterThan(8);
    expect(rowOf('**together**')).toContain(`| **${sumOf(3)}** | **${sumOf(4)}** |`);
  });
});
