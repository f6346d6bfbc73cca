import { createAwsClients } from '../aws/clients.ts';
import { createDynamoDbEventStore } from '../aws/dynamodb-event-store.ts';
import { createPowertoolsLog } from '../aws/powertools-log.ts';
import { createPowertoolsMetrics, type FlushableMetrics } from '../aws/powertools-metrics.ts';
import { createSecretReader } from '../aws/secrets-manager.ts';
import type { HoldfastConfig } from '../core/config.ts';
import { ConfigError } from '../core/errors.ts';
import { readEnvironment } from '../runtime/environment.ts';
import { tellOfFailure } from '../runtime/tell-of-failure.ts';
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
 * @returns a run; it fails where no canary is configured
 * @throws {ConfigError} a variable is missing
 */
export function buildCanary(
  env: Readonly<Record<string, string | undefined>>,
  config: HoldfastConfig,
  overrides: Partial<BuiltCanaryPorts> = {},
): () => Promise<CanaryResult> {
  const settings = readEnvironment(CANARY_ENV_NAMES, env);
  const { canary, retention } = config;
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
      return await tellOfFailure(ports.log, async () => {
        if (canary === undefined) throw new ConfigError('No `canary` is configured');
        const { ENDPOINT: endpoint, CANARY_SECRET_ID: secretId } = settings;
        return await runCanary(ports, { ...canary, endpoint, secretId });
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
