import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  CLI_PAGE,
  commandsSection,
  fullName,
  leavesOf,
  withCommands,
} from '../../../../local/docs/commands-section.ts';
import { documentedProgram } from '../../../../local/docs/documented-program.ts';

const page = readFileSync(CLI_PAGE, 'utf8');
const commands = leavesOf(documentedProgram());
const HINT = 'run "npm run docs"';

describe('docs/cli.md', () => {
  it.each(commands.map((command) => [fullName(command), command] as const))(
    'tells of %s, and of each option of it',
    (name, command) => {
      expect(page, `docs/cli.md has no ${name}: ${HINT}`).toContain(`### \`holdfast ${name}`);
      for (const { flags } of command.options) {
        expect(page, `docs/cli.md has no ${flags} of ${name}: ${HINT}`).toContain(`\`${flags}\``);
      }
    },
  );

  it('is what "npm run docs" writes', () => {
    expect(page === withCommands(page, documentedProgram()), HINT).toBe(true);
  });

  it('says of each command of the pipeline which exit codes it has', () => {
    const silent = commands
      .filter((command) => command.options.some(({ long }) => long === '--stage'))
      .filter((command) => {
        const [, rest = ''] = page.split(`### \`holdfast ${fullName(command)}`);
        return !rest.split('\n### ')[0]!.includes('Exit codes: 0');
      });

    expect(silent.map(fullName)).toEqual([]);
  });

  it('lets every command of the pipeline print JSON', () => {
    const without = commands
      .filter((command) => command.options.some(({ long }) => long === '--stage'))
      .filter((command) => !command.options.some(({ long }) => long === '--json'));

    expect(without.map(fullName)).toEqual([]);
  });
});

describe('a reference of commands', () => {
  it('has what a command takes, with choices, defaults and what is required', () => {
    const program = new Command('holdfast');
    program
      .command('group')
      .command('act')
      .description('do <it>')
      .argument('<what>', 'a|b')
      .addOption(new Option('--kind <kind>', 'of this kind').choices(['x', 'y']).default('x'))
      .requiredOption('--reason <text>', 'why')
      .option('--flag', 'or not', false)
      .addHelpText('after', '\nExit codes: 0 done.');

    expect(commandsSection(program)).toContain(
      [
        '### `holdfast group act <what>`',
        '',
        'Do &lt;it>.',
        '',
        '* `<what>`: a\\|b',
        '',
        '| option | |',
        '|---|---|',
        '| `--kind <kind>` | of this kind; one of `x`, `y`; default `x` |',
        '| `--reason <text>` | why; required |',
        '| `--flag` | or not |',
        '',
        'Exit codes: 0 done.',
      ].join('\n'),
    );
  });

  it('is not written into a page that has no place for it', () => {
    expect(() => withCommands('# A page\n', new Command('holdfast'))).toThrow('has no');
  });
});
