import { canonicalJson } from '../core/canonical-json.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { SourceConfig } from '../providers/catalogue.ts';

/** The mapping that a request is read with. */
export interface MappingInUse {
  readonly sourceName: string;
  readonly source: SourceConfig;
  readonly version: string;
}

/**
 * Keeps the settings of the mapping version that a request is read with. Never rejects: what a source is owed
 * is its answer.
 */
export type KeepMapping = (mapping: MappingInUse, atMs: number, log: Log) => Promise<void>;

/** A version that could not be kept is tried again after this long, not at every request. */
const RETRY_AFTER_MS = 60_000;

/**
 * Builds what keeps mapping versions: one write for each source and version in this process, so that it
 * costs nothing a lead.
 *
 * Await it before answering: Lambda freezes the process after that.
 */
export function createKeepMapping(events: Pick<EventStore, 'keepMapping'>): KeepMapping {
  const triedAgainAtMs = new Map<string, number>();
  return async ({ sourceName, source, version }, atMs, log) => {
    const id = `${sourceName} ${version}`;
    if (atMs < (triedAgainAtMs.get(id) ?? 0)) return;
    triedAgainAtMs.set(id, Number.POSITIVE_INFINITY);
    try {
      await events.keepMapping(sourceName, version, canonicalJson(source), atMs);
    } catch (error) {
      triedAgainAtMs.set(id, atMs + RETRY_AFTER_MS);
      log.error('The settings of a mapping version could not be kept', {}, error);
    }
  };
}
