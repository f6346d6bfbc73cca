import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { EventStore } from '../../../lambdas/core/ports/events.ts';
import { labelOf, presentMapping } from '../../../lambdas/operations/mapping/kept-mapping.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { OperatorError } from '../operator-error.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Which sources' mapping versions to show. */
export interface RunMappingListOptions extends OpenTargetOptions {
  /** One that is configured, or was; all that are configured without it. */
  readonly source?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** A mapping version of a source, as it is shown. */
export interface ListedMapping {
  readonly version: string;
  readonly label?: string;
  /** ISO 8601; absent for the configuration's version as long as no lead has been read with it. */
  readonly firstUsedAt?: string;
  /** It is the one of holdfast.config.ts as it is here. */
  readonly isPresent: boolean;
}

/**
 * Shows which mapping versions sources have used.
 *
 * @returns the exit code: 0
 * @throws {OperatorError} the target can't be reached, or knows nothing of the source
 * @throws {StoreUnavailableError}
 */
export async function runMappingList(options: RunMappingListOptions): Promise<number> {
  const { source, config, json, print } = options;
  const target = await openTarget(options);
  try {
    const names = source === undefined ? Object.keys(config.sources) : [source];
    const sources: { source: string; versions: readonly ListedMapping[] }[] = [];
    for (const name of names) {
      sources.push({
        source: name,
        versions: await listMappings(target.ports.events, config, name),
      });
    }
    if (source !== undefined && sources[0]?.versions.length === 0) {
      throw new OperatorError(`${source} is not configured, and no mapping version of it is kept.`);
    }
    if (json) print(JSON.stringify({ sources }, undefined, 2));
    else for (const line of describeMappings(sources, target.name)) print(line);
    return 0;
  } finally {
    target.close();
  }
}

/** The versions that a source has used, oldest first, and the configuration's own. */
export async function listMappings(
  events: Pick<EventStore, 'listMappings'>,
  config: Pick<HoldfastConfig, 'sources' | 'mappingLabel'>,
  source: string,
): Promise<readonly ListedMapping[]> {
  const present = presentMapping(config, source)?.version;
  const kept = (await events.listMappings(source)).map(({ version, firstUsedAtMs }) => ({
    ...named(version),
    firstUsedAt: new Date(firstUsedAtMs).toISOString(),
    isPresent: version === present,
  }));
  return present === undefined || kept.some(({ isPresent }) => isPresent)
    ? kept
    : [...kept, { ...named(present), isPresent: true }];
}

function named(version: string): Pick<ListedMapping, 'version' | 'label'> {
  const label = labelOf(version);
  return { version, ...(label === undefined ? {} : { label }) };
}

function describeMappings(
  sources: readonly { source: string; versions: readonly ListedMapping[] }[],
  target: string,
): readonly string[] {
  const all = sources.flatMap(({ versions }) => versions.map(({ version }) => version.length));
  const width = Math.max(0, ...all);
  return [
    `Mapping versions of ${target}, and when each was first used:`,
    ...sources.flatMap(({ source, versions }) => [
      '',
      source,
      ...versions.map(({ version, firstUsedAt, isPresent }) => {
        const since = firstUsedAt === undefined ? 'not used yet' : shortTime(firstUsedAt);
        const mark = isPresent ? '  as in holdfast.config.ts here' : '';
        return `  ${version.padEnd(width)}  ${since.padEnd(23)}${mark}`.trimEnd();
      }),
    ]),
  ];
}
