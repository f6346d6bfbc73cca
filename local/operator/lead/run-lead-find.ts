import { readPepper } from '../../../lambdas/core/pepper.ts';
import { breakerStatus } from '../../../lambdas/operations/delivery/control-breaker.ts';
import {
  type FindOptions,
  findLeads,
  type LeadFinding,
} from '../../../lambdas/operations/lookup/find-leads.ts';
import {
  type LeadQuery,
  type LeadQueryKind,
  parseLeadQuery,
} from '../../../lambdas/operations/lookup/lead-query.ts';
import { eventTypesOf } from '../../samples/event-types.ts';
import { textColumns } from '../../table-lines.ts';
import { crmLink } from './crm-link.ts';
import { describeFinding } from './finding-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { zohoOf } from '../zoho/open-zoho.ts';
import type { StoryContext } from './person-text.ts';
import { type Progress, startProgress } from '../progress.ts';
import { describeScanCost, isCheapScan, UNASKED_READ_UNITS_MAX } from './scan-text.ts';
import type { OperatorTarget } from '../target/target.ts';
import { createZohoOwners } from '../zoho/zoho-owners.ts';

/** A search for a lead as it was typed. */
export interface RunLeadFindOptions extends OpenTargetOptions {
  readonly typed: string;
  readonly by?: LeadQueryKind;
  /** Look at everything that is stored, too, whatever that takes. */
  readonly scan: boolean;
  readonly readUnitsMax: number;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Asks a person for a yes; absent where nobody sits. */
  readonly ask?: (question: string) => Promise<boolean>;
  /**
   * Calls `stop` at the next Ctrl-C, instead of ending the program.
   *
   * @returns takes that back
   */
  readonly onInterrupt?: (stop: () => void) => () => void;
}

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
    else for (const line of describeFinding(finding, target, context, options.typed)) print(line);
    return finding.people.length === 0 ? 1 : 0;
  } finally {
    target.close();
  }
}

async function find(
  queries: readonly LeadQuery[],
  options: RunLeadFindOptions,
  target: OperatorTarget,
): Promise<LeadFinding> {
  const { config, json } = options;
  const pepper = await readPepper(target.ports.secrets, target.pepperSecretId);
  const progress = startProgress({ title: 'Looking at leads that have not ended', json });
  const scan = scanOf(queries, options, target, () => progress.stop());
  try {
    return await findLeads(
      queries,
      { ...target.ports, crm: createZohoOwners(zohoOf(target, config), config.zoho) },
      {
        config,
        pepper,
        eventTypesOf: (source) => eventTypesOf(config.sources[source]?.provider ?? ''),
      },
      { onWaiting: (looked) => progress.update(looked), scan },
    );
  } finally {
    progress.stop();
    scan.end();
  }
}

/**
 * A look at everything that is stored: when it was asked for, when it costs next to nothing, or when a person says
 * yes to what it costs. Unasked, it is for whom nobody was found, and for numbers: people who have an e-mail address
 * are not known by theirs.
 */
function scanOf(
  queries: readonly LeadQuery[],
  { scan, readUnitsMax, ask, onInterrupt, json, printError }: RunLeadFindOptions,
  { ports }: OperatorTarget,
  before: () => void,
): NonNullable<FindOptions['scan']> & { readonly end: () => void } {
  const mayHideMore = queries.some(({ kind }) => kind === 'phone');
  let unitsMax = readUnitsMax;
  let progress: Progress | undefined;
  let isStopped = false;
  let release: (() => void) | undefined;
  return {
    isWanted: async (isFound) => {
      before();
      if (!scan && isFound && !mayHideMore) return false;
      const measure = await ports.items.measureScan();
      const cost = describeScanCost(measure);
      if (scan) {
        printError(`Looking at everything that is stored: ${cost}. Ctrl-C ends it.`);
      } else if (isCheapScan(measure)) {
        unitsMax = Math.min(readUnitsMax, UNASKED_READ_UNITS_MAX);
      } else if (
        isFound ||
        (await ask?.(`Not found. Look at everything that is stored: ${cost}?`)) !== true
      ) {
        return false;
      }
      // What was found until then is told.
      release = onInterrupt?.(() => {
        isStopped = true;
      });
      progress = startProgress({ title: 'Looking', total: measure.items, json });
      return true;
    },
    // Known once it is wanted.
    get readUnitsMax() {
      return unitsMax;
    },
    isStopped: () => isStopped,
    onPart: (items, found) => progress?.update(items, `${found} found`),
    end: () => {
      progress?.stop();
      release?.();
    },
  };
}

async function contextOf(
  { config }: RunLeadFindOptions,
  target: OperatorTarget,
): Promise<StoryContext> {
  return {
    config,
    breaker: await breakerStatus(target.ports, config.delivery),
    options: target.options,
    nowMs: target.ports.clock.nowMs(),
    columns: textColumns(process.stdout.columns),
    linkOf: (crm) => crmLink(target.zoho, crm),
  };
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
