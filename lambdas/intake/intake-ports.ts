import type { HoldfastConfig } from '../core/config.ts';
import type { HumanCheck } from '../core/human-check.ts';
import type {
  Clock,
  DeadLetterQueue,
  DeliveryQueue,
  EventStore,
  Ids,
  Log,
  Metrics,
  SecretReader,
} from '../core/ports.ts';

/** What taking a lead in needs of the world. */
export interface IntakePorts {
  readonly events: Pick<
    EventStore,
    | 'accept'
    | 'readRecord'
    | 'markDlqSent'
    | 'rememberSubmitter'
    | 'noteSourceSeen'
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
