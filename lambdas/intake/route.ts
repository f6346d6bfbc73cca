import type { HoldfastConfig } from '../core/config.ts';
import type { SourceConfig } from '../providers/catalogue.ts';

/** Where a path leads. */
export type Route =
  | { readonly kind: 'health' }
  | {
      readonly kind: 'source';
      readonly name: string;
      readonly source: SourceConfig;
      /** What follows the source in the path. */
      readonly token?: string;
    }
  | { readonly kind: 'unknown_source' }
  | { readonly kind: 'not_found' };

/**
 * Finds out where a path leads. Whatever is under `/hooks/` and no configured source is an unknown one,
 * never "not found": some senders switch a webhook off for good when they are told 404.
 */
export function routeOf(path: string, sources: HoldfastConfig['sources']): Route {
  const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path;
  if (trimmed === '/health') return { kind: 'health' };

  const hook = /^\/hooks(?:\/([^/]*)(?:\/([^/]+))?)?$/.exec(trimmed);
  if (hook === null)
    return { kind: /^\/hooks(?:\/|$)/.test(trimmed) ? 'unknown_source' : 'not_found' };
  const [, name = '', token] = hook;
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source === undefined) return { kind: 'unknown_source' };
  return { kind: 'source', name, source, ...(token === undefined ? {} : { token }) };
}
