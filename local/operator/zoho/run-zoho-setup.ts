import { onRecord } from '../../../lambdas/operations/journal/on-record.ts';
import {
  type MissingField,
  planZohoSetup,
  type SetupPlan,
} from '../../../lambdas/operations/mapping/plan-zoho-setup.ts';
import type { Refusal } from '../../../lambdas/zoho/request-outcome.ts';
import { type CreateResult, createZohoFields } from './create-zoho-fields.ts';
import type { OpenTargetOptions } from '../target/open-target.ts';
import { type OpenZoho, openZoho, zohoRefused } from './open-zoho.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import { chooseFields, confirmCreation } from './setup-questions.ts';
import { describeCreated, describeOutcomes, describeSetupPlan } from './setup-text.ts';
import { metadataOf } from './zoho-metadata.ts';
import { textColumns } from '../../table-lines.ts';

/** A setup as it was typed. */
export interface RunZohoSetupOptions extends OpenTargetOptions {
  /** Create without asking: each mapped field with its default type, none that another name may mean. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  /** Asks a person; absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
}

/**
 * Creates in Zoho the custom fields that the configuration needs and that are missing. What is there is never
 * changed; run again, it does nothing.
 *
 * @returns the exit code: 0 when all is right or a person declined, 1 when something is wrong or was not
 *   created, 2 when there is nobody to ask
 * @throws {OperatorError} the target can't be reached, or Zoho refused
 */
export async function runZohoSetup(options: RunZohoSetupOptions): Promise<number> {
  const { json, yes, dryRun } = options;
  if (json && !yes && !dryRun) return wrongUse(options, 'With --json, say --yes or --dry-run.');
  const zoho = await openZoho(options);
  try {
    return await setUp(options, zoho);
  } finally {
    zoho.close();
  }
}

async function setUp(options: RunZohoSetupOptions, zoho: OpenZoho): Promise<number> {
  const { config, json, print, dryRun, yes, ask } = options;
  const { module } = config.zoho;
  const plan = planZohoSetup(config, await metadataOf(zoho, module));
  const say = (lines: readonly string[]): void => {
    if (!json) for (const line of lines) print(line);
  };
  say(describeSetupPlan(plan, module, zoho.name, textColumns(process.stdout.columns)));
  const isFine = plan.wrong.length === 0 && plan.impossible.length === 0;
  if (plan.missing.length === 0 || dryRun) {
    if (json) print(JSON.stringify({ module, ...plan }, undefined, 2));
    else if (plan.missing.length > 0) print('Nothing was created: this was a dry run.');
    return isFine ? 0 : 1;
  }
  if (!yes && ask === undefined) {
    return wrongUse(options, 'There is nobody to ask here: say --yes or --dry-run.');
  }
  const chosen = yes || ask === undefined ? withoutNear(plan) : await chooseFields(plan, ask);
  if (
    chosen.length > 0 &&
    !yes &&
    ask !== undefined &&
    !(await confirmCreation(chosen, module, ask))
  ) {
    say(['Nothing was changed.']);
    return 0;
  }

  const result = await createOnRecord(zoho, module, chosen);
  if (result.refusal !== undefined) {
    say(describeOutcomes(result, new Set(), module));
    throw refused(result.refusal);
  }
  const after = planZohoSetup(config, await metadataOf(zoho, module));
  if (json) print(JSON.stringify(document(module, plan, result, after), undefined, 2));
  say(describeCreated(result, plan, after, module));
  const isDone = after.missing.length === 0 && after.wrong.length === 0;
  return isDone && isFine ? 0 : 1;
}

/** Creates fields as one act in the journal. */
async function createOnRecord(
  zoho: OpenZoho,
  module: string,
  fields: readonly MissingField[],
): Promise<CreateResult> {
  const touchedOf = (created: readonly MissingField[]) =>
    created.map(({ apiName }) => ({ kind: 'crm_field', id: `${module}.${apiName}` }) as const);
  const { by, records } = zoho;
  const act = { action: 'zoho_fields_created', by, reason: 'zoho setup' } as const;
  const create = async () =>
    await zoho.work(async (session) => await createZohoFields(session, module, fields));
  if (fields.length === 0) return await create();
  return await onRecord({ ...act, touched: touchedOf(fields) }, records, async () => {
    const result = await create();
    const created = result.outcomes.filter(({ kind }) => kind === 'created');
    return {
      result,
      touched: touchedOf(created.map(({ field }) => field)),
      hasFailed: created.length < fields.length,
    };
  });
}

/** A name that may be a slip of the pen is nothing to be created unasked: Zoho keeps fields for good. */
function withoutNear({ missing }: SetupPlan): readonly MissingField[] {
  return missing.filter(({ purpose, near }) => purpose !== 'mapped' || near === undefined);
}

function refused(refusal: Refusal): OperatorError {
  const { message } = zohoRefused(refusal, 'ZohoCRM.settings.fields.CREATE');
  return new OperatorError(
    refusal.mayHaveHappened
      ? `${message} Fields may have been created: run it again, what is there is left alone.`
      : message,
  );
}

function document(module: string, before: SetupPlan, result: CreateResult, after: SetupPlan) {
  const outcomes = result.outcomes.map((outcome) => ({
    apiName: outcome.field.apiName,
    created: outcome.kind === 'created',
    ...(outcome.kind === 'created'
      ? { externalByHand: outcome.externalByHand }
      : { why: outcome.why }),
  }));
  return { module, ...before, outcomes, stillMissing: after.missing.map(({ apiName }) => apiName) };
}

function wrongUse({ printError }: RunZohoSetupOptions, sentence: string): number {
  printError(sentence);
  return EXIT_WRONG_USE;
}
