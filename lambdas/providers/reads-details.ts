import { bindProvider } from './bind-provider.ts';
import type { SourceConfig } from './catalogue.ts';

/**
 * Whether leads of a source are read from its provider's API, which takes a token. Of a provider whose webhooks tell
 * enough, only where that was asked for (`readDetails`).
 */
export function readsDetails(source: SourceConfig): boolean {
  if (bindProvider(source).detailsApi === undefined) return false;
  return !('readDetails' in source) || source.readDetails;
}
