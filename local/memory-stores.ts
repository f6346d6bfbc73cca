import type { ConsumerPorts } from '../lambdas/consumer/build-consumer.ts';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { SecretUnavailableError } from '../lambdas/core/errors.ts';
import type { IntakePorts } from '../lambdas/intake/intake-ports.ts';
import { systemClock, systemIds, systemRandom } from '../lambdas/runtime/system.ts';
import type { SweeperPorts } from '../lambdas/sweeper/build-sweeper.ts';
import { createZohoCrm } from '../lambdas/zoho/zoho-crm.ts';
import type { SecretFile } from './emulators/secret-file.ts';
import { LOCAL_SECRET_IDS } from './local-secrets.ts';
import { createMemoryEventStore } from './memory/memory-event-store.ts';
import { createMemoryIdentityStore } from './memory/memory-identity-store.ts';
import { createMemoryTokenStore } from './memory/memory-token-store.ts';

export interface MemoryStoresOptions {
  readonly config: HoldfastConfig;
  readonly zohoUrl: string;
  readonly secrets: SecretFile;
  readonly log: ConsumerPorts['log'];
  readonly metrics: ConsumerPorts['metrics'];
}

/** What the three functions keep in one table, in this process's memory. */
export interface MemoryStores {
  readonly intake: Partial<IntakePorts>;
  readonly consumer: Partial<ConsumerPorts>;
  readonly sweeper: Partial<SweeperPorts>;
}

/** Stores for a machine that has no DynamoDB to run. What they hold ends with the process. */
export function createMemoryStores(options: MemoryStoresOptions): MemoryStores {
  const events = createMemoryEventStore();
  const readCredentials = async () => {
    const secret = options.secrets.get(LOCAL_SECRET_IDS.zoho);
    if (secret === undefined) throw new SecretUnavailableError('There is no Zoho secret');
    return secret;
  };
  return {
    intake: { store: events },
    sweeper: { events },
    consumer: {
      events,
      identities: createMemoryIdentityStore(),
      crm: createZohoCrm({
        config: options.config,
        accountsUrl: options.zohoUrl,
        apiUrl: options.zohoUrl,
        readCredentials,
        tokens: createMemoryTokenStore(),
        clock: systemClock,
        random: systemRandom,
        ids: systemIds,
        log: options.log,
        metrics: options.metrics,
      }),
    },
  };
}
