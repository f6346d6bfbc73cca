import { readPepper } from '../../lambdas/core/pepper.ts';
import { breakerStatus } from '../../lambdas/operations/control-breaker.ts';
import { findLeads, type LeadFinding } from '../../lambdas/operations/find-leads.ts';
import { type LeadQueryKind, parseLeadQuery } from '../../lambdas/operations/lead-query.ts';
import { eventTypesOf } from '../samples/event-types.ts';
import { textColumns } from '../table-lines.ts';
import { commandLine } from './commands.ts';
import { counted } from './counted.ts';
import { crmLink } from './crm-link.ts';
import { describeLooks, queryText } from './look-text.ts';
import { type OpenTargetOptions, openTarget } from './open-target.ts';
import { zohoOf } from './open-zoho.ts';
import { describePerson, describePersonShortly, type StoryContext } from './person-text.ts';
import { startProgress } from './progress.ts';
import type { OperatorTarget } from './target.ts';
import { createZohoOwners } from './zoho-owners.ts';

/** A search for a lead as it was typed. */
export interface RunLeadFindOptions extends OpenTargetOptions {
  readonly typed: string;
  readonly by?: LeadQueryKind;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** People whose whole story is told; more of them are listed in a line each. */
const STORIES_MAX = 3;
const LINES_MAX = 20;

/**
 * Finds a lead by whatever somebody has of it, and tells its whole story. Reads, and changes nothing.
 *
 * @returns the exit code: 0 when somebody was found, else 1
 * @throws {LeadQueryError} what was typed is nothing to look for
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, by which people are named, cannot be read
 */
export async function runLeadFind(options: RunLeadFindOptions): Promise<number> {
  const { config, json, print } = options;
  const countries = Object.values(config.sources).flatMap(
    ({ defaultCountry = [] }) => defaultCountry,
  );
  const queries = await parseLeadQuery(options.typed, [...new Set(countries)], options.by);
  const target = await openTarget(options);
  try {
    const finding = await find(queries, options, target);
    const context = await contextOf(options, target);
    if (json) print(JSON.stringify(documentOf(finding, context), undefined, 2));
    else for (const line of describeFinding(finding, target, context)) print(line);
    return finding.people.length === 0 ? 1 : 0;
  } finally {
    target.close();
  }
}

async function find(
  queries: Parameters<typeof findLeads>[0],
  { config, json }: RunLeadFindOptions,
  target: OperatorTarget,
): Promise<LeadFinding> {
  const pepper = await readPepper(target.ports.secrets, target.pepperSecretId);
  const progress = startProgress({ title: 'Looking at leads that have not ended', json });
  try {
    return await findLeads(
      queries,
      { ...target.ports, crm: createZohoOwners(zohoOf(target, config), config.zoho) },
      {
        config,
        pepper,
        eventTypesOf: (source) => eventTypesOf(config.sources[source]?.provider ?? ''),
      },
      (looked) => progress.update(looked),
    );
  } finally {
    progress.stop();
  }
}

async function contextOf(
  { config }: RunLeadFindOptions,
  target: OperatorTarget,
): Promise<StoryContext> {
  return {
    config,
    breaker: await breakerStatus(target.ports, config.delivery),
    options: target.options,
    columns: textColumns(process.stdout.columns),
    linkOf: (crm) => crmLink(target.zoho, crm),
  };
}

/** Who was found, with their stories; or where it was looked, and what else to try. */
export function describeFinding(
  finding: LeadFinding,
  target: Pick<OperatorTarget, 'name' | 'options'>,
  context: StoryContext,
): readonly string[] {
  const { people, query } = finding;
  if (people.length === 0) return notFoundLines(finding, target);
  const told = people.slice(0, STORIES_MAX);
  const listed = people.slice(STORIES_MAX, STORIES_MAX + LINES_MAX);
  const left = people.length - told.length - listed.length;
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
  ];
}

function notFoundLines(
  { looked, query }: LeadFinding,
  { name, options }: Pick<OperatorTarget, 'name' | 'options'>,
): readonly string[] {
  return [
    `No lead was found by ${queryText(query)} on ${name}. It was looked`,
    ...describeLooks(looked),
    '',
    'Not looked at: leads that have ended without a person of their own (tests, spam traps), and phone numbers',
    'beside an e-mail address. What else to try:',
    '  another e-mail address or number of the person, the id of the submission at the form’s provider, the Zoho record',
    `  whether its source sends at all:  ${commandLine('source drift', ...options)}`,
  ];
}

function documentOf(finding: LeadFinding, { linkOf }: StoryContext): object {
  return {
    ...finding,
    people: finding.people.map((person) => {
      const { head } = person;
      const crm =
        head?.crmRecordId === undefined
          ? undefined
          : { module: head.module, recordId: head.crmRecordId };
      const link = crm === undefined ? undefined : linkOf(crm);
      return {
        ...person,
        ...(crm === undefined ? {} : { crm: { ...crm, ...(link === undefined ? {} : { link }) } }),
      };
    }),
  };
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
