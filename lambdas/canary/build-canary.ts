import { createAwsClients } from '../aws/clients.ts';
import { createDynamoDbEventStore } from '../aws/dynamodb-event-store.ts';
import { createPowertoolsLog } from '../aws/powertools-log.ts';
import { createPowertoolsMetrics, type FlushableMetrics } from '../aws/powertools-metrics.ts';
import { createSecretReader } from '../aws/secrets-manager.ts';
import type { HoldfastConfig } from '../core/config.ts';
import { ConfigError } from '../core/errors.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { systemClock, systemIds } from '../runtime/system.ts';
import { CANARY_ENV_NAMES } from './env.ts';
import { type CanaryPorts, type CanaryResult, runCanary } from './run-canary.ts';

/** Everything that the canary talks to. */
export type BuiltCanaryPorts = CanaryPorts & { readonly metrics: FlushableMetrics };

/** Longer than intake may take, and shorter than anybody's patience. */
const POST_TIMEOUT_MS = 10_000;

/**
 * Builds the canary once a cold start.
 *
 * @param env see `CanaryEnv`
 * @throws {ConfigError} a variable is missing, or no canary is configured
 */
export function buildCanary(
  env: Readonly<Record<string, string | undefined>>,
  config: HoldfastConfig,
  overrides: Partial<BuiltCanaryPorts> = {},
): () => Promise<CanaryResult> {
  const settings = readEnvironment(CANARY_ENV_NAMES, env);
  const { canary, retention } = config;
  if (canary === undefined) {
    throw new ConfigError('This function is the canary, and no `canary` is configured');
  }
  const { dynamodb, secrets } = createAwsClients(env);
  const ports: BuiltCanaryPorts = {
    post: postOverNetwork,
    events: createDynamoDbEventStore({
      client: dynamodb,
      tableName: settings.TABLE_NAME,
      retention,
    }),
    secrets: createSecretReader({ client: secrets, clock: systemClock }),
    clock: systemClock,
    ids: systemIds,
    log: overrides.log ?? createPowertoolsLog('canary', settings.STAGE),
    metrics: overrides.metrics ?? createPowertoolsMetrics('canary'),
    ...overrides,
  };
  return async () => {
    try {
      return await runCanary(ports, {
        ...canary,
        endpoint: settings.ENDPOINT,
        secretId: settings.CANARY_SECRET_ID,
      });
    } finally {
      ports.metrics.flush();
    }
  };
}

/** As a sender does: by name, over TLS, through the public API. */
const postOverNetwork: CanaryPorts['post'] = async (url, { headers, body }) => {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(POST_TIMEOUT_MS),
  });
  return { status: response.status, body: await response.text() };
};
