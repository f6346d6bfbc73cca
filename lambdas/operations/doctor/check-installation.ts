import { type Check, checksOf } from './check.ts';

/** A deployed stack. */
export interface StackFacts {
  readonly name: string;
  /** As CloudFormation says it: `UPDATE_COMPLETE`. */
  readonly status: string;
  /** What was deployed, as `sourceVersion` names it; absent for one that did not say it yet. */
  readonly version?: string;
  /** When it was last deployed, ISO 8601. */
  readonly updatedAt?: string;
}

/** What this machine has. */
export interface HereFacts {
  /** What would be deployed from here. */
  readonly version: string;
  /** Of Node.js. */
  readonly node: string;
  /** Who works here: an ARN, or `local`. */
  readonly by: string;
  /** Sentences about settings that do not go together. */
  readonly settingProblems: readonly string[];
  readonly sources: number;
}

const make = checksOf('installation');

/** Checks the configuration, and who looks at it. */
export function checkHere({ settingProblems, sources, node, by }: HereFacts): readonly Check[] {
  return [
    settingProblems.length === 0
      ? make.ok(
          'configuration',
          `holdfast.config.ts is valid: ${sources} source${sources === 1 ? '' : 's'}.`,
        )
      : make.problem(
          'configuration',
          `Settings do not go together: ${settingProblems.join('; ')}`,
          'Change them in holdfast.config.ts, and deploy.',
        ),
    make.ok('identity', `You are ${by}, with Node.js ${node}.`),
  ];
}

/** States in which a stack is as it was meant to be (AWS CloudFormation, stack status codes, read 2026-11-22). */
const WHOLE: ReadonlySet<string> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'IMPORT_COMPLETE',
]);

/** Checks what is deployed against what is here. */
export function checkStack(
  stack: StackFacts | undefined,
  { version }: HereFacts,
): readonly Check[] {
  if (stack === undefined) return [make.notHere('stack', 'Nothing is deployed here.')];
  const deployed =
    stack.updatedAt === undefined ? '' : `, deployed ${stack.updatedAt.slice(0, 10)}`;
  return [
    checkStatus(stack, deployed),
    stack.version === version
      ? make.ok('version', `What is deployed is what is here: ${version}.`)
      : make.warning(
          'version',
          `What is deployed is ${stack.version ?? 'of an older version'}, and what is here is ${version}: code or configuration differ.`,
          'Deploy what is here, or use the checkout that was deployed.',
        ),
  ];
}

function checkStatus({ name, status }: StackFacts, deployed: string): Check {
  if (WHOLE.has(status))
    return make.ok('stack', `The stack ${name} is whole (${status}${deployed}).`);
  return status.endsWith('_IN_PROGRESS')
    ? make.warning(
        'stack',
        `The stack ${name} is being changed (${status}).`,
        'Wait, and look again.',
      )
    : make.problem(
        'stack',
        `The last deployment of ${name} did not end well (${status}${deployed}).`,
        'Read its events in the CloudFormation console, mend what they name, and deploy again.',
      );
}
