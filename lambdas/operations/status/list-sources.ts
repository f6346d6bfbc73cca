import type { HoldfastConfig } from '../../core/config.ts';
import { HoldfastError } from '../../core/errors.ts';
import { FAILURE_CLASSES } from '../../core/failure.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { MetricReader } from '../../core/ports/metric-reader.ts';
import type { SecretVault } from '../../core/ports/secret-vault.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { SourceConfig } from '../../providers/catalogue.ts';
import { inParallel } from '../in-parallel.ts';
import { type LeadNumbers, readLeadNumbers } from './lead-numbers.ts';
import { type DriftFlag, driftOf } from '../mapping/source-drift.ts';
import { lookAtSourceSecret, type SourceSecretFacts } from '../secret/source-secret-facts.ts';

/** What listing sources needs of the world. */
export interface SourceListPorts {
  readonly events: Pick<EventStore, 'readSourceSeenMs' | 'readSourceFields' | 'listOpen'>;
  readonly metrics: MetricReader;
  readonly vault: Pick<SecretVault, 'read'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Of which installation. */
export interface SourceListSettings {
  readonly config: Pick<HoldfastConfig, 'sources'>;
  /** A source's secret is this and its name. */
  readonly secretPrefix: string;
  readonly isUsable: (source: SourceConfig, current: string) => boolean;
}

/** Leads that a source sent within a time. */
export interface SourceRate {
  readonly accepted: number;
  readonly delivered: number;
  readonly quarantined: number;
  /** Requests that were refused, since nothing proved who sent them. */
  readonly rejected: number;
  /** Of them, those that are signed with the previous secret, whose time is over. */
  readonly expired: number;
}

/** How one source does. Times are ISO 8601. */
export interface SourceOverview {
  readonly source: string;
  readonly provider: string;
  /** What the CRM shows as the origin of its leads. */
  readonly label: string;
  /** Absent for one that has never sent anything. */
  readonly lastSeen?: string;
  /** It has sent nothing for longer than `expect.everyHours` of its configuration. */
  readonly isSilent: boolean;
  /** How often something should come, hours; absent where the configuration does not say. */
  readonly expectedEveryHours?: number;
  /** Taken in within the last 24 hours; absent where the numbers could not be read. */
  readonly lastDay?: number;
  /** Within the last seven days. */
  readonly lastWeek?: SourceRate;
  /** Set aside for a person now. */
  readonly inQuarantine: number;
  readonly secret: SourceSecretFacts;
  /** Fields that a person should look at, by what is with them. */
  readonly drift: Readonly<Partial<Record<DriftFlag, number>>>;
}

/** All configured sources. */
export interface SourceList {
  readonly asOf: string;
  readonly sources: readonly SourceOverview[];
  /** More lie in quarantine than were looked at: `inQuarantine` is "at least". */
  readonly isCut: boolean;
  /** Since when numbers are counted, where that is later than a week ago. */
  readonly countedSince?: string;
  /** Why the numbers could not be read. */
  readonly numbersFailed?: string;
}

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const AT_A_TIME = 8;
const PAGE_KEYS = 1_000;

/** Quarantined leads that are looked at in one failure class. */
const QUARANTINED_MAX = 5_000;

/**
 * Says how each configured source does.
 *
 * @throws {StoreUnavailableError} the event store did not answer
 */
export async function listSources(
  ports: SourceListPorts,
  { config, secretPrefix, isUsable }: SourceListSettings,
): Promise<SourceList> {
  const nowMs = ports.clock.nowMs();
  const names = Object.keys(config.sources);
  const [numbers, quarantined] = await Promise.all([
    readWeek(ports.metrics, names, nowMs),
    countQuarantined(ports.events, nowMs),
  ]);
  const sources = await inParallel(
    Object.entries(config.sources),
    AT_A_TIME,
    async ([name, source]) => {
      const { events, vault } = ports;
      const [seenMs, known, secret] = await Promise.all([
        events.readSourceSeenMs(name),
        events.readSourceFields(name),
        lookAtSourceSecret(name, source, {
          vault,
          secretId: `${secretPrefix}${name}`,
          isUsable,
          nowMs,
        }),
      ]);
      const flags = driftOf(name, source, known, nowMs).fields.flatMap((field) => field.flags);
      return {
        source: name,
        provider: source.provider,
        label: source.label ?? name,
        ...(seenMs === undefined ? {} : { lastSeen: new Date(seenMs).toISOString() }),
        isSilent: isSilent(source, seenMs, nowMs),
        ...(source.expect === undefined ? {} : { expectedEveryHours: source.expect.everyHours }),
        ...(typeof numbers === 'string' ? {} : ratesOf(numbers, name)),
        inQuarantine: quarantined.bySource.get(name) ?? 0,
        secret,
        drift: countEach(flags),
      };
    },
  );
  return {
    asOf: new Date(nowMs).toISOString(),
    sources,
    isCut: quarantined.isCut,
    ...(typeof numbers === 'string' ? { numbersFailed: numbers } : sinceOf(numbers)),
  };
}

/**
 * Whether a source has sent nothing for longer than its configuration expects. One that has never sent anything is
 * not silent: it is not connected yet.
 */
export function isSilent(
  { expect }: Pick<SourceConfig, 'expect'>,
  seenMs: number | undefined,
  nowMs: number,
): boolean {
  return (
    expect !== undefined && seenMs !== undefined && nowMs - seenMs > expect.everyHours * HOUR_MS
  );
}

/** @returns a sentence where they could not be read */
async function readWeek(
  metrics: MetricReader,
  sources: readonly string[],
  nowMs: number,
): Promise<LeadNumbers | string> {
  try {
    return await readLeadNumbers(metrics, {
      sources,
      fromMs: nowMs - 7 * DAY_MS,
      toMs: nowMs,
      stepSeconds: 3_600,
      columns: 7,
    });
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return error.message;
  }
}

function ratesOf(
  { sources }: LeadNumbers,
  name: string,
): Pick<SourceOverview, 'lastDay' | 'lastWeek'> {
  const found = sources.find(({ source }) => source === name);
  if (found === undefined) return {};
  const { accepted, delivered, quarantined, rejected, expired } = found.counts;
  return {
    lastDay: found.accepted.at(-1) ?? 0,
    lastWeek: { accepted, delivered, quarantined, rejected, expired },
  };
}

function sinceOf({ isWhole, since }: LeadNumbers): { readonly countedSince?: string } {
  return isWhole ? {} : { countedSince: since };
}

/** An event's key begins with its source, so that no record need be read. */
async function countQuarantined(
  events: Pick<EventStore, 'listOpen'>,
  nowMs: number,
): Promise<{ readonly bySource: ReadonlyMap<string, number>; readonly isCut: boolean }> {
  const bySource = new Map<string, number>();
  let isCut = false;
  for (const failureClass of FAILURE_CLASSES) {
    let cursor: string | undefined;
    let looked = 0;
    do {
      const page = await events.listOpen(
        { kind: 'quarantined', failureClass },
        {
          // Clocks differ: what came a moment ahead of ours counts, too.
          receivedBeforeMs: nowMs + DAY_MS,
          limit: PAGE_KEYS,
          ...(cursor === undefined ? {} : { cursor }),
        },
      );
      for (const key of page.keys) {
        const source = key.slice(0, key.indexOf('|'));
        bySource.set(source, (bySource.get(source) ?? 0) + 1);
      }
      looked += page.keys.length;
      cursor = page.cursor;
    } while (cursor !== undefined && looked < QUARANTINED_MAX);
    isCut ||= cursor !== undefined;
  }
  return { bySource, isCut };
}

function countEach(flags: readonly DriftFlag[]): Readonly<Partial<Record<DriftFlag, number>>> {
  const counts: Partial<Record<DriftFlag, number>> = {};
  for (const flag of flags) counts[flag] = (counts[flag] ?? 0) + 1;
  return counts;
}
