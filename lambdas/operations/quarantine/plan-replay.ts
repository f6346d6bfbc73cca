/**
 * A replay in two steps: a plan, which changes nothing and says what would be done, and its execution.
 *
 * ```
 * selection ─► quarantined events ─► plan ─┬─► shown to the operator
 *                                          └─► executeReplay: audit entry ─► message with the quarantine's id
 *                                                                            ─► dead letter removed
 * ```
 *
 * The key never changes, so whatever has reached the CRM already is not written again.
 */
import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord } from '../../core/event-record.ts';
import { UNREADABLE_EVENT_TYPE } from '../../core/idempotency-key.ts';
import { readPepper } from '../../core/pepper.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { Clock, SecretReader } from '../../core/ports/world.ts';
import { inParallel } from '../in-parallel.ts';
import { loadMappings } from '../mapping/kept-mapping.ts';
import { READS_AT_A_TIME } from './list-quarantined.ts';
import { mapAnew, type MappingSettings } from '../mapping/map-anew.ts';
import { mappingChangeOf } from '../mapping/mapping-change.ts';
import { namesSomebody } from '../submission/normalize-submission.ts';
import { findCandidates } from './quarantine-candidates.ts';
import type { ReplayItem, ReplayPlan, SkipReason, SkippedEvent } from './replay-plan.ts';
import type { ReplaySelection } from './replay-selection.ts';

/** What planning needs of the world. It only reads. */
export interface PlanPorts {
  readonly events: Pick<
    EventStore,
    'listOpen' | 'readRecord' | 'readNormalized' | 'readRaw' | 'readDetails' | 'readMapping'
  >;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What preparing to map anew needs of the world. */
export interface MappingPorts {
  readonly events: Pick<EventStore, 'readMapping'>;
  readonly secrets: Pick<SecretReader, 'read'>;
}

/** What replaying needs to know. */
export interface ReplaySettings {
  readonly config: HoldfastConfig;
  readonly pepperSecretId: string;
  /** Events are mapped anew with this version, which was in use once; with the configuration without it. */
  readonly mappingVersion?: string;
}

/** What an operator asks for. */
export interface ReplayRequest {
  readonly selection: ReplaySelection;
  /** Read the events again from their requests as they came. */
  readonly remap: boolean;
  /** Events that one replay takes. */
  readonly countMax?: number;
}

/** Events that one replay takes unless told otherwise: what a person can still oversee. */
const COUNT_MAX = 10_000;

/**
 * Says what a replay would do, and does nothing.
 *
 * Without keys it takes the quarantined events of the selection; with keys it also says of each other
 * event that was named why it is not replayed.
 *
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, needed to map anew, cannot be read
 * @throws {MappingVersionError} the mapping version that was asked for cannot be used
 */
export async function planReplay(
  { selection, remap, countMax = COUNT_MAX }: ReplayRequest,
  ports: PlanPorts,
  settings: ReplaySettings,
): Promise<ReplayPlan> {
  const mapping = remap ? await mappingSettings(ports, settings) : undefined;
  const candidates = await findCandidates(selection, countMax, ports);
  const assessed = await inParallel(
    candidates.records,
    READS_AT_A_TIME,
    async (record) => await assess(record, ports, settings.config, mapping),
  );
  return {
    remap,
    items: assessed
      .filter((each): each is ReplayItem => !('why' in each))
      .toSorted((left, right) => (positionOf(left) < positionOf(right) ? -1 : 1)),
    skipped: [
      ...candidates.skipped,
      ...assessed.filter((each): each is SkippedEvent => 'why' in each),
    ],
    hasMore: candidates.hasMore,
  };
}

/**
 * What mapping anew needs to know: its secret, and the mapping version that was asked for.
 *
 * @throws {SecretUnavailableError}
 * @throws {MappingVersionError} no configured source has used it, or its settings can no longer be read
 * @throws {StoreUnavailableError}
 */
export async function mappingSettings(
  { secrets, events }: MappingPorts,
  { config, pepperSecretId, mappingVersion }: ReplaySettings,
): Promise<MappingSettings> {
  const pepper = await readPepper(secrets, pepperSecretId);
  if (mappingVersion === undefined) return { config, pepper };
  return { config, pepper, mappings: await loadMappings(events, config, mappingVersion) };
}

function positionOf(item: ReplayItem): string {
  return `${item.receivedAt} ${item.key}`;
}

function skipped(key: string, why: SkipReason): SkippedEvent {
  return { key, why };
}

async function assess(
  record: EventRecord,
  ports: PlanPorts,
  config: HoldfastConfig,
  mapping: MappingSettings | undefined,
): Promise<ReplayItem | SkippedEvent> {
  const { key, quarantineId, failure, source, receivedAt, payloadHash, remappedAs } = record;
  if (quarantineId === undefined || failure === undefined) return skipped(key, 'incomplete');
  const item = { key, quarantineId, source, receivedAt, failure };
  const readBefore = async () => await ports.events.readNormalized(key, payloadHash, remappedAs);
  if (mapping === undefined) {
    const wasNeverRead = record.eventType === UNREADABLE_EVENT_TYPE && remappedAs === undefined;
    if (wasNeverRead) return skipped(key, 'unreadable');
    if (failure.code !== 'missing_identity') return item;
    // It would be quarantined again at once, unless the configuration takes more for a person now.
    const event = await readBefore();
    return event !== undefined && namesSomebody(event, config)
      ? item
      : skipped(key, 'names_nobody');
  }
  const mapped = await mapAnew(record, ports.events, mapping);
  if (mapped.kind === 'unmapped') return skipped(key, mapped.why);
  return { ...item, change: mappingChangeOf(await readBefore(), mapped.normalized) };
}
