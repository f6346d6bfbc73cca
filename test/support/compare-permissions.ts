import type { FunctionName } from '../../lib/bundling.ts';
import type { AwsCall, AwsCaller, OperatorName } from './aws-calls.ts';

/** Whose permissions they are: a function's role, or a policy for people. */
export type RoleName = FunctionName | OperatorName;

/** What a role may do: an action on a resource, whose name may hold `*`. */
export interface Permission {
  readonly role: RoleName;
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  /** A construct path, for example `Queues/Delivery` or `Archive/Bucket/raw/*`. */
  readonly resource: string;
}

/** A permission that no test can use, and why the role has it all the same. */
export interface Exception {
  readonly role: RoleName | 'all';
  readonly action: string;
  readonly reason: string;
}

/** What is wrong between what was called and what is allowed. All empty: each permission is needed, and no other. */
export interface Comparison {
  /** Called, and not allowed: in AWS it would have been refused. */
  readonly missing: readonly string[];
  /** Allowed, and neither called nor an exception. */
  readonly unused: readonly string[];
  /** Exceptions for what is not allowed, or was called. */
  readonly needless: readonly string[];
}

/** Compares what the functions have called with what their roles allow, action by action and resource by resource. */
export function comparePermissions(
  calls: readonly AwsCall[],
  permissions: readonly Permission[],
  exceptions: readonly Exception[],
): Comparison {
  const unused = permissions.filter(
    (permission) => !calls.some((call) => isAllowedBy(call, permission)),
  );
  const isExcepted = (permission: Permission): boolean =>
    exceptions.some((exception) => isFor(exception, permission));
  return {
    missing: notPermitted(calls, permissions),
    unused: unused.filter((permission) => !isExcepted(permission)).map(textOf),
    needless: exceptions
      .filter((exception) => !unused.some((permission) => isFor(exception, permission)))
      .map(({ role, action }) => `${role}: ${action}`),
  };
}

/** The calls that no permission covers. */
export function notPermitted(
  calls: readonly AwsCall[],
  permissions: readonly Permission[],
): readonly string[] {
  return calls
    .filter((call) => !permissions.some((permission) => isAllowedBy(call, permission)))
    .map(({ caller, action, resource }) => textOf({ role: roleOf(caller), action, resource }));
}

/** The mapping reads the queue with the role of the function that it feeds. */
function roleOf(caller: AwsCaller): RoleName {
  return caller === 'event source mapping' ? 'consumer' : caller;
}

function isAllowedBy(call: AwsCall, { role, action, resource }: Permission): boolean {
  return roleOf(call.caller) === role && call.action === action && covers(resource, call.resource);
}

/** As IAM reads `*` in a resource: any characters, slashes too. */
function covers(pattern: string, resource: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === resource;
  const last = rest.at(-1) ?? '';
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = resource.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return (
    resource.startsWith(first) && resource.endsWith(last) && resource.length - last.length >= at
  );
}

function isFor(exception: Exception, { role, action }: Permission): boolean {
  return exception.action === action && [role, 'all'].includes(exception.role);
}

function textOf({ role, action, resource }: Permission): string {
  return `${role}: ${action} on ${resource}`;
}
