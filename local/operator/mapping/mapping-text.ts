import type { MappingChange } from '../../../lambdas/operations/mapping/mapping-change.ts';

/**
 * What a person calls the mapping that a command reads with.
 *
 * @param version a kept one; none: the configuration's
 */
export function mappingName(version: string | undefined): string {
  return version === undefined
    ? 'holdfast.config.ts as it is here'
    : `the mapping version ${version}`;
}

/** What becomes of each field, a line each. */
export function fieldChangeLines(change: MappingChange, indent = '  '): readonly string[] {
  const width = Math.max(0, ...Object.keys(change).map((field) => field.length));
  return Object.entries(change).map(([field, { added, changed, removed }]) => {
    const parts = [
      ...(added === 0 ? [] : [`added in ${added}`]),
      ...(changed === 0 ? [] : [`changed in ${changed}`]),
      ...(removed === 0 ? [] : [`removed in ${removed}`]),
    ];
    return `${indent}${field.padEnd(width)}  ${parts.join(', ')}`;
  });
}
