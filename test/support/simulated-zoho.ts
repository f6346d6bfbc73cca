import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import type { CrmWriter } from '../../lambdas/core/ports/crm.ts';
import type { TokenStore } from '../../lambdas/core/ports/crm-access.ts';
import { systemClock, systemIds, systemRandom } from '../../lambdas/runtime/system.ts';
import { createZohoCrm } from '../../lambdas/zoho/zoho-crm.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import {
  createSimulatorAdmin,
  type SimulatorAdmin,
} from '../../local/zoho-simulator/admin-client.ts';
import { DEFAULT_KNOBS, type Knobs } from '../../local/zoho-simulator/knobs.ts';
import { startZohoSimulator } from '../../local/zoho-simulator/simulator.ts';
import { createRecordingLog } from './recording-ports.ts';
import { someMetrics } from './zoho-world.ts';

const START: Partial<Knobs> = { searchLagMs: 0, tokenRequestsMax: 1_000 };

/** Generous: these tests share the machine. What must time out has a limit of its own. */
const CRM_TIMEOUT_MS = 10_000;

/** What a test may choose of a writer. */
export interface SimulatedWriterOptions {
  readonly zoho?: HoldfastConfigInput['zoho'];
  readonly tokens?: TokenStore;
  readonly refreshToken?: string;
  readonly crmTimeoutMs?: number;
  readonly apiUrl?: string;
}

/** A simulator that listens, and writers that call it over sockets. */
export interface SimulatedZoho {
  readonly admin: SimulatorAdmin;
  aWriter(options?: SimulatedWriterOptions): CrmWriter;
  /** Adds to the time, for the writers and for Zoho alike. */
  pass(ms: number): void;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a simulator. One for all tests of a file, with `reset` before each. */
export async function startSimulatedZoho(): Promise<SimulatedZoho> {
  let passedMs = 0;
  const nowMs = (): number => Date.now() + passedMs;
  const simulator = await startZohoSimulator({ port: 0, now: nowMs, ...START });
  const admin = createSimulatorAdmin(simulator.url);

  return {
    admin,
    pass: (ms) => {
      passedMs += ms;
    },
    reset: async () => {
      passedMs = 0;
      await admin.reset();
    },
    close: async () => simulator.close(),
    aWriter: (options = {}) =>
      createZohoCrm({
        config: defineConfig({
          sources: { demo: { provider: 'typeform' } },
          zoho: options.zoho ?? {},
          delivery: { crmTimeoutMs: options.crmTimeoutMs ?? CRM_TIMEOUT_MS },
        }),
        accountsUrl: simulator.url,
        apiUrl: options.apiUrl ?? simulator.url,
        readCredentials: async () =>
          JSON.stringify({
            client_id: DEFAULT_KNOBS.clientId,
            client_secret: DEFAULT_KNOBS.clientSecret,
            refresh_token: options.refreshToken ?? DEFAULT_KNOBS.refreshToken,
          }),
        tokens: options.tokens ?? createMemoryTokenStore(),
        clock: { ...systemClock, nowMs },
        random: systemRandom,
        ids: systemIds,
        log: createRecordingLog(),
        metrics: someMetrics(),
      }),
  };
}
