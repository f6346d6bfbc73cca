import { failure } from '../core/failure.ts';
import type { DetailsReader } from '../core/ports/details-reader.ts';
import type { Log } from '../core/ports/telemetry.ts';

/**
 * A reader of details that is loaded when the first event needs it: most sources' webhooks are whole, and a
 * cold start should not read what they never use.
 *
 * While it cannot be loaded, its events are tried again like those whose API is down: leads of other
 * sources, in the same batch, go their way.
 *
 * @param load called once, and again only if it failed
 */
export function lazyDetailsReader(load: () => Promise<DetailsReader>, log: Log): DetailsReader {
  let loading: Promise<DetailsReader> | undefined;
  const reader = async (): Promise<DetailsReader | undefined> => {
    try {
      return await (loading ??= load());
    } catch (error) {
      loading = undefined;
      log.error('What reads the details of submissions could not be loaded', {}, error);
      return undefined;
    }
  };
  return {
    deletionKeyOf: async (request) => await (await reader())?.deletionKeyOf(request),
    read: async (request) => (await (await reader())?.read(request)) ?? NOT_LOADED,
  };
}

const NOT_LOADED = {
  kind: 'refused',
  failure: failure('details_unavailable', 'the code that reads it could not be loaded'),
} as const;
