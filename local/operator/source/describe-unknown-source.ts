import type { HoldfastConfig } from '../../../lambdas/core/config.ts';

/** What to tell a person who named a source that is not configured. */
export function describeUnknownSource(
  name: string,
  { sources }: Pick<HoldfastConfig, 'sources'>,
): string {
  const known = Object.keys(sources).join(', ');
  return `There is no source ${name} in holdfast.config.ts. There are: ${known}`;
}
