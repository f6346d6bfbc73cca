import type { LeadFinding, Look } from '../../../lambdas/operations/lookup/find-leads.ts';
import { commandLine } from '../text/command-line.ts';
import { counted } from '../text/counted.ts';
import { describeLooks, queryText } from './look-text.ts';
import { describePerson, describePersonShortly, type StoryContext } from './person-text.ts';
import type { OperatorTarget } from '../target/target.ts';

/** People whose whole story is told; more of them are listed in a line each. */
const STORIES_MAX = 3;
const LINES_MAX = 20;

/**
 * Who was found, with their stories; or where it was looked, and what else to try.
 *
 * @param typed what was typed, for a command that goes on
 */
export function describeFinding(
  finding: LeadFinding,
  target: Pick<OperatorTarget, 'name' | 'options'>,
  context: StoryContext,
  typed: string,
): readonly string[] {
  const { people, query, looked } = finding;
  if (people.length === 0) return notFoundLines(finding, target, typed);
  const told = people.slice(0, STORIES_MAX);
  const listed = people.slice(STORIES_MAX, STORIES_MAX + LINES_MAX);
  const left = people.length - told.length - listed.length;
  const isCut = looked.some((look) => look.isCut === true);
  return [
    ...(people.length === 1
      ? []
      : [`${counted(people.length, 'person', 'people')} found by ${queryText(query)}:`, '']),
    ...told.flatMap((person, at) => [
      ...(at === 0 ? [] : ['', '─'.repeat(60), '']),
      ...trimmed(describePerson(person, context)),
    ]),
    ...(listed.length === 0
      ? []
      : [
          '',
          'And:',
          ...listed.map((person) => `  ${describePersonShortly(person, context.config)}`),
        ]),
    ...(left === 0 ? [] : [`… and ${left} more (--json lists all)`]),
    ...(isCut
      ? ['', 'There may be more: it was not looked everywhere.', ...describeLooks(looked)]
      : everythingLines(looked)),
  ];
}

function notFoundLines(
  { looked, query }: LeadFinding,
  { name, options }: Pick<OperatorTarget, 'name' | 'options'>,
  typed: string,
): readonly string[] {
  const scan = looked.find(({ place }) => place === 'store');
  return [
    `No lead was found by ${queryText(query)} on ${name}. It was looked`,
    ...describeLooks(looked),
    '',
    ...unlookedLines(scan, commandLine('lead find', typed, '--scan', ...options)),
    '  another e-mail address or number of the person, the id of the submission at the sender, the Zoho record',
    `  whether its source sends at all:  ${commandLine('stats', ...options)}`,
  ];
}

/** What was left out, and how to look there, too. */
function unlookedLines(scan: Look | undefined, again: string): readonly string[] {
  if (scan === undefined) {
    return [
      'Not looked at: leads that have ended without a person of their own (tests, spam traps), and',
      'phone numbers beside an e-mail address. What else to try:',
      `  everything that is stored:  ${again}`,
    ];
  }
  return scan.isCut === true
    ? [
        'Not everything was looked at. What else to try:',
        `  all of it:  ${again}`,
        '  (it ends at --read-units-max, 50000 unless told)',
      ]
    : ['Everything was looked at. What else to try:'];
}

/** That nobody else is to be found, where that is known. */
function everythingLines(looked: readonly Look[]): readonly string[] {
  const scan = looked.find(({ place }) => place === 'store');
  if (scan === undefined) return [];
  const but = scan.problem === undefined ? '' : `; ${scan.problem}`;
  return [
    '',
    `Everything that is stored was looked at: ${counted(scan.count ?? 0, 'item')}${but}.`,
  ];
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
