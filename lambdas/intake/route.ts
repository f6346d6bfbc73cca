import type { HoldfastConfig } from '../core/config.ts';
import type { SourceConfig } from '../core/source-settings.ts';

/** Where a path leads. */
export type Route =
  | { readonly kind: 'health' }
  | { readonly kind: 'source'; readonly name: string; readonly source: SourceConfig }
  | { readonly kind: 'unknown_source' }
  | { readonly kind: 'not_found' };

/**
 * Finds out where a path leads. Whatever is under `/hooks/` and no configured source is an unknown one,
 * never "not found": some senders switch a webhook off for good when they are told 404.
 */
export function routeOf(path: string, sources: HoldfastConfig['sources']): Route {
  const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path;
  if (trimmed === '/health') return { kind: 'health' };

  const hook = /^\/hooks(?:\/(.*))?$/s.exec(trimmed);
  if (hook === null) return { kind: 'not_found' };
  const name = hook[1] ?? '';
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  return source === undefined ? { kind: 'unknown_source' } : { kind: 'source', name, source };
}
