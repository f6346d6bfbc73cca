import type { SetupPlan } from '../../../lambdas/operations/mapping/plan-zoho-setup.ts';
import { tableLines } from '../../table-lines.ts';
import { type CreateResult, describeNewField } from './create-zoho-fields.ts';

/**
 * What there is, what is missing, and what only a person can mend.
 *
 * @param columns how wide it may be
 */
export function describeSetupPlan(
  plan: SetupPlan,
  module: string,
  target: string,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const { missing, right, wrong, impossible } = plan;
  const rows = [
    ...missing.map((field) => [
      'missing',
      field.apiName,
      field.near === undefined || field.purpose !== 'mapped'
        ? describeNewField(field)
        : `${describeNewField(field)}; or is ${field.near} meant?`,
    ]),
    ...wrong.map(({ field, message, remedy }) => ['WRONG', field, `${message} ${remedy}`.trim()]),
    ...impossible.map(({ apiName, why }) => ['MISSING', apiName, why]),
  ];
  return [
    `${module} in the Zoho of ${target}: ${right.length} fields are there and right.`,
    ...(rows.length === 0 ? ['Nothing is to be done.'] : ['', ...tableLines(rows, columns), '']),
    ...(wrong.length === 0 ? [] : ['What is wrong is left as it is: change it in Zoho.']),
  ];
}

/** What has been done, and what is left for a person to do. */
export function describeCreated(
  result: CreateResult,
  before: SetupPlan,
  after: SetupPlan,
  module: string,
): readonly string[] {
  const still = new Set(after.missing.map(({ apiName }) => apiName));
  const tried = new Set(result.outcomes.map(({ field }) => field.apiName));
  return [
    ...describeOutcomes(result, still, module),
    ...before.missing
      .filter(({ apiName }) => still.has(apiName) && !tried.has(apiName))
      .map(({ apiName, near }) =>
        near === undefined
          ? `Not created: ${apiName}.`
          : `Not created: ${apiName}, since ${near} may be meant. Correct zoho.fields, or run this without --yes.`,
      ),
  ];
}

/**
 * What became of each field.
 *
 * @param stillMissing API names that Zoho lacks all the same, after they were created
 */
export function describeOutcomes(
  { outcomes }: CreateResult,
  stillMissing: ReadonlySet<string>,
  module: string,
): readonly string[] {
  return outcomes.flatMap((outcome) => {
    const { apiName, label } = outcome.field;
    if (outcome.kind === 'refused') return [`NOT created: ${apiName}. ${outcome.why}`];
    if (stillMissing.has(apiName)) {
      return [
        `Created "${label}", but Zoho gave it another API name than ${apiName}: look it up under Setup → Developer Hub → APIs & SDKs → API Names, and change either.`,
      ];
    }
    return outcome.externalByHand
      ? [`Created ${apiName}.`, ...externalByHand(label, module)]
      : [`Created ${apiName}.`];
  });
}

function externalByHand(label: string, module: string): readonly string[] {
  return [
    'Zoho did not let it be made an external field. Delivery does not need that; to do it by hand:',
    `  Setup → Customization → Modules and Fields → ${module} → the field "${label}" → Set External Field → Organization`,
  ];
}
