import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runbookSection } from '../../lib/alarms/alarm-words.ts';
import { aConfigWithEveryAlarm, synthesize } from './template.ts';

const stack = synthesize({ config: aConfigWithEveryAlarm() });
const descriptions = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']
  .flatMap((type) => stack.resources(type))
  .map(({ properties }) => String(properties['AlarmDescription']));
const titles = descriptions.map((description) => description.split('\n')[0]!);

const page = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const [, alarms = ''] = page.split('\n## Alarms\n');
const sections = new Map(
  alarms
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1)] as const;
    }),
);

const PARTS = [
  '**What it means for leads**',
  '**Look at**',
  '**Do**',
  '**It is over when**',
] as const;

describe('the runbook', () => {
  it('has a section for every alarm of the stack, under its title', () => {
    expect(titles.filter((title) => !sections.has(title))).toEqual([]);
  });

  it('has no section for an alarm that there is not', () => {
    expect([...sections.keys()].filter((title) => !titles.includes(title))).toEqual([]);
    expect(sections.size).toBe(new Set(titles).size);
  });

  it.each([...sections])(
    'says in "%s" what it means, what to look at and do, and when it is over',
    (_, text) => {
      const places = PARTS.map((part) =>
        text.indexOf(`\n${part}`.slice(text.startsWith(part) ? 1 : 0)),
      );

      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual(places.toSorted((left, right) => left - right));
      for (const part of PARTS) expect(text.split(part)).toHaveLength(2);
    },
  );

  it('is where the descriptions of the alarms say that it is', () => {
    for (const [index, description] of descriptions.entries()) {
      expect(description.endsWith(`More: ${runbookSection(titles[index]!)}`)).toBe(true);
    }
  });

  it('and the alarms name commands only that there are', () => {
    const reference = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    const commands = [...reference.matchAll(/^### `holdfast ([a-z -]+?)(?: [<[].*)?`$/gm)].map(
      ([, command]) => command!,
    );
    const named = [
      ...`${page}\n${descriptions.join('\n')}`.matchAll(/npx\s+holdfast ([a-z]+)(?: ([a-z]+))?/g),
    ];

    const unknown = named
      .map(([, first = '', second = '']) => [first, `${first} ${second}`.trim()])
      .filter((names) => !names.some((name) => commands.includes(name)));

    expect(unknown).toEqual([]);
    expect(named.length).toBeGreaterThan(40);
  });

  it('fits on a screen before its alarms begin to matter: three commands at night', () => {
    const night = /## At three in the morning\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';

    expect(night.split('\n').length).toBeLessThanOrEqual(40);
    expect(night.match(/^npx holdfast /gm)).toHaveLength(3);
  });
});
