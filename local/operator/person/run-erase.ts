import {
  type CheckedErasure,
  eraseOnRecord,
  type ErasureReport,
} from '../../../lambdas/operations/person/erase-on-record.ts';
import { isErased } from '../../../lambdas/operations/person/erase-person.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import { isAnythingLeft } from '../../../lambdas/operations/person/find-person.ts';
import { commandLine } from '../text/command-line.ts';
import { crmLink } from '../lead/crm-link.ts';
import { describeErasure, describeErasurePlan } from './erase-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { foundDocument } from './person-document.ts';
import { startProgress } from '../progress.ts';
import { whatRemains } from './remains.ts';
import { type PersonSearched, searchPerson, whyNobody } from './search-person.ts';
import type { OperatorTarget } from '../target/target.ts';

/** An erasure as it was typed. */
export interface RunEraseOptions extends OpenTargetOptions {
  /** One name or several of one person. */
  readonly typed: readonly string[];
  /** Without it, the plan is all. */
  readonly reason?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Shows what is kept of a person and, when there is a reason, erases it and looks at everything again.
 *
 * @returns the exit code: 0; 1 when something is left, or could not be looked into; 2 when what was typed names nobody
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError} what is done stays done
 * @throws {SecretUnavailableError} the pepper, by which people are named, cannot be read
 */
export async function runErase(options: RunEraseOptions): Promise<number> {
  const reason = options.reason === undefined ? undefined : parseReason(options.reason);
  const wrong = await whyNobody(options.typed, options.config);
  if (wrong !== undefined) {
    options.printError(wrong);
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    const searched = await searchPerson(options, target);
    return reason === undefined || !isAnythingLeft(searched.found)
      ? showPlan(searched, options, target)
      : await erase(searched, reason, options, target);
  } finally {
    target.close();
  }
}

function showPlan(
  { found }: PersonSearched,
  { typed, json, print }: RunEraseOptions,
  target: OperatorTarget,
): number {
  const isComplete = found.damaged.length === 0;
  if (json) {
    print(JSON.stringify({ found: foundDocument(found) }, undefined, 2));
  } else {
    const again = commandLine('erase', ...wordsOf(typed), ...target.options);
    for (const line of describeErasurePlan(found, { ...contextOf(target), again })) print(line);
  }
  return isComplete ? 0 : 1;
}

async function erase(
  { search, found }: PersonSearched,
  reason: string,
  options: RunEraseOptions,
  target: OperatorTarget,
): Promise<number> {
  const { config, json, print, typed } = options;
  const order = { by: target.by, reason };
  const checked = await withProgress(
    found.events.length + found.identities.length,
    found.items,
    json,
    async (report) => await eraseOnRecord(found, order, search, target.ports, report),
  );
  const remains = whatRemains({
    config,
    isLocal: target.isLocal,
    nowMs: target.ports.clock.nowMs(),
  });
  if (json) print(JSON.stringify(documentOf(checked, remains), undefined, 2));
  else {
    const again = commandLine('erase', ...wordsOf(typed), ...target.options);
    const context = { ...contextOf(target), again, remains };
    for (const line of describeErasure(found, checked, context)) print(line);
  }
  return isClean(checked) ? 0 : 1;
}

/** Whether nothing is left, as far as everything could be looked into. */
function isClean({ result, left }: CheckedErasure): boolean {
  return isErased(result) && !isAnythingLeft(left) && left.damaged.length === 0;
}

async function withProgress<Result>(
  total: number,
  items: number,
  json: boolean,
  run: (report: ErasureReport) => Promise<Result>,
): Promise<Result> {
  const erasing = startProgress({ title: 'Erasing', json, total: Math.max(1, total) });
  let checking: ReturnType<typeof startProgress> | undefined;
  try {
    return await run({
      erasing: (done) => erasing.update(done),
      checking: (progress) => {
        erasing.stop();
        checking ??= startProgress({ title: 'Making sure', json, total: Math.max(1, items) });
        checking.update(progress.items, `${Math.round(progress.readUnits)} read units`);
      },
    });
  } finally {
    erasing.stop();
    checking?.stop();
  }
}

function contextOf({ name, zoho }: OperatorTarget) {
  return { target: name, linkOf: (crm: Parameters<typeof crmLink>[1]) => crmLink(zoho, crm) };
}

function wordsOf([person = '', ...also]: readonly string[]): readonly string[] {
  return [person, ...(also.length === 0 ? [] : ['--also', ...also])];
}

function documentOf({ result, left }: CheckedErasure, remains: ReturnType<typeof whatRemains>) {
  return { result, left: foundDocument(left), remains };
}
