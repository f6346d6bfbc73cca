import type { HoldfastConfig } from '../../core/config.ts';
import type { BreakerStore } from '../../core/ports/crm-access.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { MetricReader } from '../../core/ports/metric-reader.ts';
import type { SecretVault } from '../../core/ports/secret-vault.ts';
import type { Clock, SecretReader } from '../../core/ports/world.ts';
import type { SourceConfig } from '../../providers/catalogue.ts';
import type { Finding } from '../mapping/mapping-finding.ts';
import type { DeliverySettings } from './check-delivery.ts';
import type { HereFacts } from './check-installation.ts';
import type { QueueSettings } from './check-queues.ts';
import type { ZohoAccountFacts, ZohoScopeAnswer } from './check-zoho.ts';
import type { StageInspector } from './facts.ts';

/** Asks Zoho. Each method lets out a `HoldfastError` when something between us and Zoho fails. */
export interface ZohoInspector {
  credentials(): Promise<'missing' | 'empty' | 'filled'>;
  /** Asks with the shared token; reads, and writes nothing. */
  ask(): Promise<ZohoLook>;
  /** What time it is at Zoho, epoch milliseconds, to the second. */
  timeMs(): Promise<number | undefined>;
}

/** What Zoho said. */
export interface ZohoLook {
  readonly scopes: readonly ZohoScopeAnswer[];
  readonly account: ZohoAccountFacts;
  /** How the mapping fits; absent where the fields could not be read. */
  readonly findings?: readonly Finding[];
}

/** What the doctor needs of the world. */
export interface DoctorPorts {
  readonly events: Pick<EventStore, 'measureOpen' | 'readSourceSeenMs'>;
  readonly breakers: Pick<BreakerStore, 'read'>;
  readonly metrics: MetricReader;
  readonly vault: Pick<SecretVault, 'read'>;
  /** As the functions read them: who only looks may read the pepper so, and nothing more of it. */
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly inspector: StageInspector;
  readonly zoho: ZohoInspector;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What is right. */
export interface DoctorSettings {
  readonly config: Pick<HoldfastConfig, 'sources' | 'delivery' | 'sweeper' | 'zoho'>;
  readonly here: HereFacts;
  readonly queues: QueueSettings;
  readonly delivery: DeliverySettings;
  readonly secrets: {
    readonly pepperId: string;
    readonly zohoId: string;
    /** A source's secret is this and its name. */
    readonly sourcePrefix: string;
  };
  readonly isUsable: (source: SourceConfig, current: string) => boolean;
  readonly readsDetails: (source: SourceConfig) => boolean;
  /** Writes a command for this target, as it is typed. */
  readonly command: (...words: readonly string[]) => string;
}
