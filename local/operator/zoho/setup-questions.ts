import {
  type MissingField,
  NEW_FIELD_TYPES,
  type SetupPlan,
} from '../../../lambdas/operations/mapping/plan-zoho-setup.ts';

type Ask = (question: string) => Promise<string>;

const SKIP = 'skip';

/** Asks for the type of each mapped field that is missing, and whether it is to be at all. */
export async function chooseFields(plan: SetupPlan, ask: Ask): Promise<readonly MissingField[]> {
  const chosen: MissingField[] = [];
  for (const field of plan.missing) {
    const answer = field.purpose === 'mapped' ? await askType(field, ask) : field.type;
    if (answer !== SKIP) chosen.push({ ...field, type: answer });
  }
  return chosen;
}

/** Asks once more before anything is created. @returns whether the answer was a plain yes */
export async function confirmCreation(
  fields: readonly MissingField[],
  module: string,
  ask: Ask,
): Promise<boolean> {
  const names = fields.map(({ apiName }) => apiName).join(', ');
  const answer = await ask(`Create in ${module}: ${names}? [y/N] `);
  return /^y(?:es)?$/i.test(answer.trim());
}

async function askType(
  { apiName, filledFrom, near, type }: MissingField,
  ask: Ask,
): Promise<MissingField['type'] | typeof SKIP> {
  const otherwise = near === undefined ? type : SKIP;
  const meant = near === undefined ? '' : ` There is a field ${near}: did you mean that one?`;
  const choices = [...NEW_FIELD_TYPES, SKIP].join(', ');
  for (;;) {
    const answer = await ask(
      `${apiName}, filled from ${filledFrom}:${meant} Which type? (${choices}) [${otherwise}] `,
    );
    const word = answer.trim().toLowerCase();
    if (word === '') return otherwise;
    if (word === SKIP) return SKIP;
    const known = NEW_FIELD_TYPES.find((each) => each === word);
    if (known !== undefined) return known;
  }
}
