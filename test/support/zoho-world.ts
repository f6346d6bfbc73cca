import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import type { CrmRow, CrmRowOutcome, CrmWriter } from '../../lambdas/core/ports/crm.ts';
import type { TokenStore } from '../../lambdas/core/ports/crm-access.ts';
import type { Metrics } from '../../lambdas/core/ports/telemetry.ts';
import type { Clock, SecretAge } from '../../lambdas/core/ports/world.ts';
import { createZohoCrm } from '../../lambdas/zoho/zoho-crm.ts';
import { createMemoryTokenStore } from '../../local/memory/memory-token-store.ts';
import { countingIds, evenRandom } from './fakes.ts';
import { createRecordingLog } from './recording-ports.ts';
import type { ScriptedFetch } from './zoho-fetch.ts';

export const ACCOUNTS_URL = 'https://accounts.zoho.com';
export const API_URL = 'https://www.zohoapis.com';

export const SECRET = secretOf({});

/** The credentials' secret as it is stored. */
export function secretOf(fields: Record<string, string>): string {
  return JSON.stringify({
    client_id: '1000.EXAMPLECLIENT',
    client_secret: 'example-client-secret',
    refresh_token: '1000.example-refresh-token',
    ...fields,
  });
}

/**
 * A clock that stands still until a test moves it; sleeping moves it. When nothing has happened for a
 * while and something waits for a time-out, the clock moves to it: no test waits in real time.
 */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** Turns of the event loop after which nothing but time can bring things forward. */
const IDLE_TURNS = 100;

export function aClock(startMs = Date.parse('2026-11-22T12:00:00Z')): TestClock {
  let nowMs = startMs;
  let idleTurns = 0;
  let isWatching = false;
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();

  const advance = (ms: number): void => {
    nowMs += ms;
    idleTurns = 0;
    for (const timer of timers) {
      if (timer.dueMs > nowMs) continue;
      timers.delete(timer);
      timer.run();
    }
  };
  const watch = (): void => {
    isWatching = timers.size > 0;
    if (!isWatching) return;
    idleTurns += 1;
    if (idleTurns > IDLE_TURNS) {
      const nextMs = Math.min(...[...timers].map(({ dueMs }) => dueMs));
      advance(Math.max(0, nextMs - nowMs));
    }
    setImmediate(watch);
  };

  return {
    nowMs: () => nowMs,
    advance,
    sleep: async (ms) => {
      advance(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
    after: (ms, run) => {
      const timer = { dueMs: nowMs + ms, run };
      timers.add(timer);
      idleTurns = 0;
      if (!isWatching) watch();
      return () => {
        timers.delete(timer);
      };
    },
  };
}

/** Counts by name; gauges with their last value. */
export interface RecordingMetrics extends Metrics {
  readonly counts: Record<string, number>;
  readonly gauges: Record<string, number>;
}

export function someMetrics(): RecordingMetrics {
  const counts: Record<string, number> = {};
  const gauges: Record<string, number> = {};
  return {
    counts,
    gauges,
    count: (name) => {
      counts[name] = (counts[name] ?? 0) + 1;
    },
    gauge: (name, value) => {
      gauges[name] = value;
    },
  };
}

/** One identity's row, new to the CRM. Another identity has another e-mail address. */
export function aRow(fields: Partial<CrmRow> = {}): CrmRow {
  const values = fields.values ?? {
    first_name: 'Ana',
    last_name: 'Ng',
    email: `${fields.identity ?? 'ana'}@example.com`,
    phone: '+12025550143',
    company: 'Example Ltd',
  };
  return {
    identity: 'identity-1',
    version: 1,
    values,
    changed: Object.keys(values),
    mayCreate: true,
    ...fields,
  };
}

/** Writes rows. @returns what became of each */
export async function writeRows(
  crm: CrmWriter,
  rows: readonly CrmRow[],
): Promise<readonly CrmRowOutcome[]> {
  const { outcomes } = await crm.write(rows);
  return outcomes;
}

export interface ZohoWorld<SomeClock extends Clock = TestClock> {
  readonly crm: CrmWriter;
  readonly clock: SomeClock;
  readonly log: ReturnType<typeof createRecordingLog>;
  readonly metrics: RecordingMetrics;
  readonly tokens: TokenStore;
}

/** A writer to a scripted Zoho. */
export function aZohoWorld(
  server: Pick<ScriptedFetch, 'fetch'>,
  options: {
    zoho?: HoldfastConfigInput['zoho'];
    delivery?: HoldfastConfigInput['delivery'];
    readCredentials?: (age?: SecretAge) => Promise<string>;
    tokens?: TokenStore;
    clock?: TestClock;
    accountsUrl?: string;
    apiUrl?: string;
  } = {},
): ZohoWorld {
  const clock = options.clock ?? aClock();
  const log = createRecordingLog();
  const metrics = someMetrics();
  const tokens = options.tokens ?? createMemoryTokenStore();
  const config = defineConfig({
    sources: { demo: { provider: 'typeform' } },
    ...(options.zoho === undefined ? {} : { zoho: options.zoho }),
    ...(options.delivery === undefined ? {} : { delivery: options.delivery }),
  });
  const crm = createZohoCrm({
    config,
    accountsUrl: options.accountsUrl ?? ACCOUNTS_URL,
    apiUrl: options.apiUrl ?? API_URL,
    readCredentials: options.readCredentials ?? (async () => SECRET),
    tokens,
    clock,
    random: evenRandom,
    ids: countingIds(),
    log,
    metrics,
    fetch: server.fetch,
  });
  return { crm, clock, log, metrics, tokens };
}
