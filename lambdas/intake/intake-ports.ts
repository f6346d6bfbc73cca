import type { HoldfastConfig } from '../core/config.ts';
import type { HumanCheck } from '../core/ports/human-check.ts';
import type { EventStore } from '../core/ports/events.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../core/ports/queues.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock, Ids, SecretReader } from '../core/ports/world.ts';

/** What taking a lead in needs of the world. */
export interface IntakePorts {
  readonly events: Pick<
    EventStore,
    | 'accept'
    | 'readRecord'
    | 'markDlqSent'
    | 'rememberSubmitter'
    | 'noteSourceSeen'
    | 'notePreviousSecret'
    | 'keepMapping'
    | 'readSourceFields'
    | 'saveSourceFields'
  >;
  readonly queue: Pick<DeliveryQueue, 'enqueue'>;
  readonly deadLetters: DeadLetterQueue;
  readonly secrets: SecretReader;
  readonly humans: HumanCheck;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly ids: Ids;
  readonly log: Log;
  /** `flush` is called once a request, after the answer is known. */
  readonly metrics: Metrics & { flush?(): void };
}

/** What taking a lead in needs to know. */
export interface IntakeSettings {
  readonly config: HoldfastConfig;
  /** A source's secret is `<prefix><source name>`. */
  readonly sourceSecretPrefix: string;
  readonly pepperSecretId: string;
}
