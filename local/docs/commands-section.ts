import type { Command, Option } from 'commander';

/** Where the page of the command line lies. */
export const CLI_PAGE = new URL('../../docs/cli.md', import.meta.url);

/** The part of the page that is made from the commands stands between these. */
const BEGIN = '<!-- commands: written by npm run docs -->';
const END = '<!-- end of commands -->';

/**
 * The page of the command line with its reference renewed: everything else in it is written by hand.
 *
 * @param page as it is
 * @throws {Error} it has no place for the reference
 */
export function withCommands(page: string, program: Command): string {
  const [before, rest] = page.split(`${BEGIN}\n`);
  const [, after] = (rest ?? '').split(END);
  if (before === undefined || after === undefined) {
    throw new Error(`docs/cli.md has no ${BEGIN} followed by ${END}`);
  }
  return `${before}${BEGIN}\n${commandsSection(program)}\n${END}${after}`;
}

/** A reference of all commands: what each does, takes and answers. */
export function commandsSection(program: Command): string {
  const commands = leavesOf(program);
  const common = commonOptions(commands);
  return [
    '| command | |',
    '|---|---|',
    ...commands.map(
      (command) =>
        `| [${code(fullName(command))}](#${anchorOf(usageOf(command))}) | ${escaped(command.description())} |`,
    ),
    '',
    '### The common options',
    '',
    'Every command that works on a pipeline takes these:',
    '',
    ...tableOf(common),
    '',
    ...commands.flatMap((command) => section(command, common)),
  ]
    .join('\n')
    .trimEnd();
}

/** The commands that do something, in the order in which the help lists them. */
export function leavesOf(command: Command): readonly Command[] {
  if (command.commands.length === 0) return [command];
  return command.commands.flatMap((each) => leavesOf(each));
}

/** A command with the groups that it is in: `quarantine list`. */
export function fullName(command: Command): string {
  const parent = command.parent;
  return parent?.parent == null ? command.name() : `${fullName(parent)} ${command.name()}`;
}

/** Options that every command on a pipeline takes, as the first of them has them. */
function commonOptions(commands: readonly Command[]): readonly Option[] {
  const operators = commands.filter((command) => command.options.some(isStage));
  const [first, ...others] = operators;
  return (first?.options ?? []).filter((option) =>
    others.every((command) => command.options.some((each) => isSame(each, option))),
  );
}

function isStage({ long }: Option): boolean {
  return long === '--stage';
}

function isSame(one: Option, other: Option): boolean {
  return one.flags === other.flags && one.description === other.description;
}

function section(command: Command, common: readonly Option[]): readonly string[] {
  const takesCommon =
    common.length > 0 &&
    common.every((option) => command.options.some((each) => isSame(each, option)));
  const own = command.options.filter(
    (option) => !takesCommon || !common.some((each) => isSame(each, option)),
  );
  const args = argumentsOf(command);
  return [
    `### ${code(usageOf(command))}`,
    '',
    sentence(command.description()),
    '',
    ...command.registeredArguments.map(
      (argument, at) => `* \`${args[at] ?? ''}\`: ${escaped(argument.description)}`,
    ),
    ...(args.length === 0 ? [] : ['']),
    ...(own.length === 0 ? [] : [...tableOf(own), '']),
    ...(takesCommon ? ['And [the common options](#the-common-options).', ''] : []),
    ...helpAfter(command),
  ];
}

/** What is typed: `holdfast lead find <what>`. */
function usageOf(command: Command): string {
  return ['holdfast', fullName(command), ...argumentsOf(command)].join(' ');
}

function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
}

/** As GitHub makes the anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function tableOf(options: readonly Option[]): readonly string[] {
  return [
    '| option | |',
    '|---|---|',
    ...options.map((option) => `| \`${option.flags}\` | ${aboutOption(option)} |`),
  ];
}

function aboutOption({
  description,
  argChoices,
  defaultValue,
  mandatory,
}: Pick<Option, 'description' | 'argChoices' | 'defaultValue' | 'mandatory'>): string {
  const value: unknown = defaultValue;
  const isTold = typeof value === 'string' || typeof value === 'number';
  return [
    escaped(description),
    ...(argChoices === undefined ? [] : [`one of ${argChoices.map(code).join(', ')}`]),
    ...(isTold ? [`default ${code(String(value))}`] : []),
    ...(mandatory ? ['required'] : []),
  ].join('; ');
}

/** What the help says below the options: exit codes, costs, rights. */
function helpAfter(command: Command): readonly string[] {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const after = help.slice(command.helpInformation().length).trim();
  if (after === '') return [];
  return [...after.split('\n').map((line) => escaped(line)), ''];
}

function sentence(text: string): string {
  const escapedText = escaped(text);
  return `${escapedText.slice(0, 1).toUpperCase()}${escapedText.slice(1)}.`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Markdown takes `|` for the end of a cell, and `<…>` for HTML. */
function escaped(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}
