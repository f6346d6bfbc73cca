import type { BreakerStore, TokenStore } from '../../../lambdas/core/ports/crm-access.ts';
import type { IdentityLinks, IdentityStore } from '../../../lambdas/core/ports/identities.ts';
import type { OperatorJournal } from '../../../lambdas/core/ports/journal.ts';
import type { BodyShelf, StoreEraser } from '../../../lambdas/core/ports/erasure.ts';
import type { EventScanner, ReadMeter } from '../../../lambdas/core/ports/event-scan.ts';
import type { EventStore } from '../../../lambdas/core/ports/events.ts';
import type { MetricReader } from '../../../lambdas/core/ports/metric-reader.ts';
import type { StoreScanner } from '../../../lambdas/core/ports/store-scan.ts';
import type { DeliveryQueue } from '../../../lambdas/core/ports/queues.ts';
import type { SecretVault } from '../../../lambdas/core/ports/secret-vault.ts';
import type { Log } from '../../../lambdas/core/ports/telemetry.ts';
import type { Clock, Ids, SecretReader } from '../../../lambdas/core/ports/world.ts';
import type { StageInspector } from '../../../lambdas/operations/doctor/facts.ts';
import type { DeadLetterBrowser } from '../../../lambdas/operations/quarantine/remove-dead-letters.ts';

/** What an operator's command works on: a deployed stage, or the pipeline on this machine. */
export interface OperatorTarget {
  /** For a person, for example `the stage prod in eu-central-1`. */
  readonly name: string;
  /** The options that name it again, for commands that are printed. */
  readonly options: readonly string[];
  /** Who works on it: an ARN, or `local`. */
  readonly by: string;
  /** On this machine, not deployed. */
  readonly isLocal: boolean;
  /** Of a local one: the APIs from which details are read. */
  readonly providerApisUrl?: string;
  /** Senders post to `/hooks/<source>` below it; without a slash at its end. */
  readonly endpoint: string;
  /** Its functions know when a previous secret ends; older ones would take no secret that says so. */
  readonly endsPreviousSecrets: boolean;
  /** A source's secret is this and its name. */
  readonly sourceSecretPrefix: string;
  readonly pepperSecretId: string;
  readonly zoho: ZohoAddresses;
  readonly ports: OperatorPorts;
  /** What was measured. */
  readonly metrics: MetricReader;
  /** Looks at what it is made of. */
  readonly inspector: StageInspector;
  close(): void;
}

/** Where the target's Zoho is, and what opens it. */
export interface ZohoAddresses {
  readonly secretId: string;
  /** Origin of the accounts server. */
  readonly accountsUrl: string;
  /** Origin of the API. */
  readonly apiUrl: string;
}

/** The same adapters that the functions use, and the dead-letter queue to go through. */
export interface OperatorPorts {
  readonly events: EventStore;
  readonly scanner: EventScanner;
  /** Everything that is stored, item by item. */
  readonly items: StoreScanner;
  readonly identities: IdentityStore & IdentityLinks;
  /** Takes away what is kept of a person. */
  readonly eraser: StoreEraser;
  /** The bodies in the bucket. */
  readonly bodies: BodyShelf;
  readonly journal: OperatorJournal;
  readonly queue: DeliveryQueue;
  readonly deadLetters: DeadLetterBrowser;
  readonly breakers: BreakerStore;
  /** What has been read of the event store since the target was opened. */
  readonly meter: ReadMeter;
  readonly secrets: SecretReader;
  /** The same secrets, to be looked at and replaced. */
  readonly vault: SecretVault;
  /** The shared access token for Zoho. */
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Which target a command names. Without a stage it is the pipeline on this machine. */
export interface TargetOptions {
  /** Of the local pipeline's webhooks. */
  readonly port: number;
  readonly stage?: string;
  readonly region?: string;
  readonly profile?: string;
}
