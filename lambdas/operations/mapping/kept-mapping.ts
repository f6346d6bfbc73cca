import type { HoldfastConfig } from '../../core/config.ts';
import { HoldfastError } from '../../core/errors.ts';
import type { EventStore, KeptMapping } from '../../core/ports/events.ts';
import { type SourceConfig, sourceSchema } from '../../providers/catalogue.ts';
import { inParallel } from '../in-parallel.ts';
import { mappingVersionOf } from '../submission/normalize-submission.ts';

/** How a source's submissions are read: its settings, and the name of that reading. */
export interface Mapping {
  readonly version: string;
  readonly source: SourceConfig;
}

/** A mapping version that was asked for cannot be used; the message says why. */
export class MappingVersionError extends HoldfastError {
  constructor(message: string) {
    super('mapping_version', message);
  }
}

const READS_AT_A_TIME = 10;

/** The label of a mapping version; `undefined` for one without. */
export function labelOf(version: string): string | undefined {
  const end = version.lastIndexOf(':');
  return end < 0 ? undefined : version.slice(0, end);
}

/** How the configuration reads a source; `undefined` when it has no such source. */
export function presentMapping(
  config: Pick<HoldfastConfig, 'sources' | 'mappingLabel'>,
  sourceName: string,
): Mapping | undefined {
  const source = Object.hasOwn(config.sources, sourceName) ? config.sources[sourceName] : undefined;
  return source === undefined
    ? undefined
    : { version: mappingVersionOf(source, config.mappingLabel), source };
}

/**
 * Reads a mapping version that was in use, for each configured source that used it.
 *
 * What it reads goes by the present name of that reading: a newer reader, or a setting that has come since,
 * makes another version of the same settings.
 *
 * @returns source → its mapping; at least one
 * @throws {MappingVersionError} no configured source has used it, or the settings of one can no longer be read
 * @throws {StoreUnavailableError}
 */
export async function loadMappings(
  events: Pick<EventStore, 'readMapping'>,
  config: Pick<HoldfastConfig, 'sources'>,
  version: string,
): Promise<ReadonlyMap<string, Mapping>> {
  const names = Object.keys(config.sources);
  const kept = await inParallel(names, READS_AT_A_TIME, async (name) => ({
    name,
    mapping: await events.readMapping(name, version),
  }));
  const mappings = new Map(
    kept.flatMap(({ name, mapping }) =>
      mapping === undefined ? [] : [[name, parseMapping(name, mapping)] as const],
    ),
  );
  if (mappings.size > 0) return mappings;
  throw new MappingVersionError(
    `No configured source has used a mapping version ${version}; "holdfast mapping list" shows those that were used.`,
  );
}

/**
 * Reads the settings of a kept mapping version.
 *
 * @throws {MappingVersionError} this version of Holdfast has other settings
 */
function parseMapping(sourceName: string, { version, settings }: KeptMapping): Mapping {
  const parsed = sourceSchema.safeParse(parseJson(settings));
  if (parsed.success) {
    return { version: mappingVersionOf(parsed.data, labelOf(version)), source: parsed.data };
  }
  const wrong = parsed.error.issues.map((issue) =>
    issue.path.length === 0
      ? issue.message
      : `${issue.path.map(String).join('.')}: ${issue.message}`,
  );
  throw new MappingVersionError(
    `The settings of ${sourceName} in the mapping version ${version} are not settings of this version of ` +
      `Holdfast any more: ${wrong.join('; ')}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
