import type { DetailsReader } from '../core/ports/details-reader.ts';

/**
 * A reader of details that is loaded when the first event needs it: most sources' webhooks are whole, and a
 * cold start should not read what they never use.
 *
 * @param load called once, and again only if it failed
 */
export function lazyDetailsReader(load: () => Promise<DetailsReader>): DetailsReader {
  let loading: Promise<DetailsReader> | undefined;
  const reader = async (): Promise<DetailsReader> => {
    try {
      return await (loading ??= load());
    } catch (error) {
      loading = undefined;
      throw error;
    }
  };
  return {
    deletionKeyOf: async (request) => await (await reader()).deletionKeyOf(request),
    read: async (request) => await (await reader()).read(request),
  };
}
