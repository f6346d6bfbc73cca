import type { HoldfastConfig } from '../../../lambdas/core/config.ts';

/** A source as a person knows it: `Demo request (demo_request)`. */
export function sourceLabel({ sources }: Pick<HoldfastConfig, 'sources'>, name: string): string {
  const label = sources[name]?.label;
  return label === undefined || label === name ? name : `${label} (${name})`;
}
