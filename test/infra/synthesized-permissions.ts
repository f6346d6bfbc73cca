import type { FunctionName } from '../../lib/bundling.ts';
import type { Permission } from '../support/compare-permissions.ts';
import { listOf, type Statement, statementsOf, type Synthesized } from './template.ts';

const CONSTRUCTS: Readonly<Record<FunctionName, string>> = {
  intake: 'Intake/Intake',
  consumer: 'Consumer/Consumer',
  sweeper: 'Sweeper/Sweeper',
  canary: 'Canary/Canary',
};

/**
 * What the roles of a synthesized stack allow, the use of the key aside.
 *
 * @throws {Error} a role has another statement than of plain permissions, or gets permissions from anywhere else
 */
export function permissionsIn(stack: Synthesized): readonly Permission[] {
  return statementsIn(stack).flatMap(({ role, statement }) =>
    listOf(statement.Action)
      .filter((action) => !action.startsWith('kms:'))
      .flatMap((action) =>
        listOf(statement.Resource).map((resource) => ({
          role,
          action,
          resource: stack.render(resource),
        })),
      ),
  );
}

/** Through which services each role may use the key: `<function> <service>`. */
export function keyUsesIn(stack: Synthesized): readonly string[] {
  return statementsIn(stack)
    .filter(({ statement }) => listOf(statement.Action).some((each) => each.startsWith('kms:')))
    .flatMap(({ role, statement }) =>
      listOf(statement.Condition?.['StringEquals']?.['kms:ViaService']).map(
        (service) => `${role} ${stack.render(service).split('.')[0]}`,
      ),
    );
}

function statementsIn(
  stack: Synthesized,
): readonly { readonly role: FunctionName; readonly statement: Statement }[] {
  const hasCanary = stack
    .resources('AWS::IAM::Role')
    .some(({ path }) => path.startsWith('Canary/'));
  const functions = (Object.keys(CONSTRUCTS) as FunctionName[]).filter(
    (name) => name !== 'canary' || hasCanary,
  );
  return functions.flatMap((role) => {
    const path = `${CONSTRUCTS[role]}/Role`;
    const found = stack.one('AWS::IAM::Role', path);
    if (found.properties['ManagedPolicyArns'] !== undefined || 'Policies' in found.properties) {
      throw new Error(`${path} has policies that are not looked at here`);
    }
    return policiesOf(stack, path).map((statement) => {
      if (statement.Effect !== 'Allow' || 'NotAction' in statement || 'NotResource' in statement) {
        throw new Error(`${path} has a statement that is not looked at here`);
      }
      return { role, statement };
    });
  });
}

/** The statements of every policy that is attached to a role, wherever it stands. */
function policiesOf(stack: Synthesized, role: string): readonly Statement[] {
  return stack
    .resources('AWS::IAM::Policy')
    .filter(({ properties }) =>
      listOf(properties['Roles'] as readonly unknown[]).some((one) => stack.render(one) === role),
    )
    .flatMap((policy) => statementsOf(policy));
}
