import type { HoldfastConfig } from '../lambdas/core/config.ts';
import type { DeliveryQueues } from './delivery-queues.ts';
import type { Deployment } from './deployment.ts';
import type { EncryptionKey } from './encryption-key.ts';
import type { EventTable } from './event-table.ts';
import type { PipelineSecrets } from './pipeline-secrets.ts';
import type { StageConfig } from './stage-config.ts';

/** What every function of the pipeline is built from. */
export interface PipelineParts {
  readonly config: HoldfastConfig;
  readonly deployment: Deployment;
  readonly stage: StageConfig;
  readonly encryption: EncryptionKey;
  readonly events: EventTable;
  readonly queues: DeliveryQueues;
  readonly secrets: PipelineSecrets;
}
