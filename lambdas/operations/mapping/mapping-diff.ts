/**
 * What another mapping would make of events that are stored. It reads, and writes nothing.
 *
 * ```
 * newest events ─► as stored ──────────────┬─► compared by field, and by what becomes of the event
 *              └─► request as it came ─ read anew ─┘
 * ```
 */
import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord } from '../../core/event-record.ts';
import { UNREADABLE_EVENT_TYPE } from '../../core/idempotency-key.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { ReadMeter } from '../../core/ports/event-scan.ts';
import type { EventStore } from '../../core/ports/events.ts';
import { inParallel } from '../in-parallel.ts';
import { type MappingSettings, readAnew, type UnreadReason } from './map-anew.ts';
import { type FieldDifference, fieldDifferences } from './mapping-change.ts';
import { namesSomebody } from '../submission/normalize-submission.ts';

/** What comparing needs of the world. */
export interface DiffPorts {
  readonly events: Pick<EventStore, 'readNormalized' | 'readRaw' | 'readDetails'>;
  readonly meter: ReadMeter;
}

/**
 * What a reading makes of an event.
 *
 * - `lead`: something to deliver
 * - `nameless`: it has no identifier that stands for a person, and is quarantined
 * - `suppressed`: a test lead or a spam trap
 * - `unread`: it cannot be read, and is quarantined
 */
export type Fate = 'lead' | 'nameless' | 'suppressed' | 'unread';

/**
 * Why an event is not compared: beside what keeps it from being read anew at all, what was read of it at
 * first is no longer kept (`reading_gone`), its webhook only named a submission and no details of it are stored
 * (`details_unread`: they are still awaited, or told that it is not meant for the CRM), or the read units were
 * used up (`no_units_left`).
 */
export type NotCompared =
  | Extract<UnreadReason, 'raw_gone' | 'source_gone' | 'mapping_unknown'>
  | 'reading_gone'
  | 'details_unread'
  | 'no_units_left';

/** One event under both mappings. */
export type Comparison =
  | { readonly kind: 'not_compared'; readonly record: EventRecord; readonly why: NotCompared }
  | ComparedEvent;

/** An event that could be read with both mappings, or that one of them cannot read. */
export interface ComparedEvent {
  readonly kind: 'compared';
  readonly record: EventRecord;
  readonly before: Fate;
  readonly after: Fate;
  /** Empty for an event that one of the mappings cannot read. Values are personal. */
  readonly differences: readonly FieldDifference[];
}

const READS_AT_A_TIME = 10;

/**
 * Reads events anew and compares each with what is stored of it.
 *
 * @param readUnitsMax no further event is read once the meter stands there
 * @returns in the order of the records
 * @throws {StoreUnavailableError}
 */
export async function compareMappings(
  records: readonly EventRecord[],
  readUnitsMax: number,
  ports: DiffPorts,
  settings: MappingSettings,
): Promise<readonly Comparison[]> {
  return await inParallel(records, READS_AT_A_TIME, async (record): Promise<Comparison> => {
    if (ports.meter.usedUnits() >= readUnitsMax) return notCompared(record, 'no_units_left');
    return await compare(record, ports, settings);
  });
}

/** Whether an event would be another one. */
export function isChanged({ before, after, differences }: ComparedEvent): boolean {
  return before !== after || differences.length > 0;
}

async function compare(
  record: EventRecord,
  { events }: DiffPorts,
  settings: MappingSettings,
): Promise<Comparison> {
  const anew = await readAnew(record, events, settings);
  if (anew.kind === 'unread' && isMissing(anew.why)) return notCompared(record, anew.why);
  // Without its details it has nobody in it, and neither mapping says what would become of it.
  if (anew.kind === 'read' && anew.normalized.details?.state === 'awaiting') {
    return notCompared(record, 'details_unread');
  }
  const { key, payloadHash, remappedAs } = record;
  const stored = await events.readNormalized(key, payloadHash, remappedAs);
  const wasRead = record.eventType !== UNREADABLE_EVENT_TYPE || remappedAs !== undefined;
  if (stored === undefined && wasRead) return notCompared(record, 'reading_gone');

  const before =
    stored === undefined
      ? 'unread'
      : fateOf(stored, record.state === 'suppressed', settings.config);
  if (anew.kind === 'unread' || stored === undefined) {
    const after =
      anew.kind === 'unread'
        ? 'unread'
        : fateOf(anew.normalized, anew.isSuppressed, settings.config);
    return { kind: 'compared', record, before, after, differences: [] };
  }
  return {
    kind: 'compared',
    record,
    before,
    after: fateOf(anew.normalized, anew.isSuppressed, settings.config),
    differences: fieldDifferences(stored, anew.normalized),
  };
}

function notCompared(record: EventRecord, why: NotCompared): Comparison {
  return { kind: 'not_compared', record, why };
}

function isMissing(
  why: UnreadReason,
): why is Extract<UnreadReason, 'raw_gone' | 'source_gone' | 'mapping_unknown'> {
  return why === 'raw_gone' || why === 'source_gone' || why === 'mapping_unknown';
}

function fateOf(
  event: NormalizedEvent,
  isSuppressed: boolean,
  config: Pick<HoldfastConfig, 'identity'>,
): Fate {
  if (isSuppressed) return 'suppressed';
  return namesSomebody(event, config) ? 'lead' : 'nameless';
}
