import { onTestFinished } from 'vitest';
import type { SimulatorAdmin } from '../../../local/zoho-simulator/admin-client.ts';
import { createSimulatorAdmin } from '../../../local/zoho-simulator/admin-client.ts';
import type { ZohoSimulatorOptions } from '../../../local/zoho-simulator/simulator.ts';
import { startZohoSimulator } from '../../../local/zoho-simulator/simulator.ts';

/** 2026-11-22T06:00:00Z. */
export const START_MS = Date.UTC(2026, 10, 22, 6);

/** A clock that stands still until it is moved. */
export interface TestClock {
  nowMs: number;
  advance(ms: number): void;
}

/** A row's result, or a record: what tests read of either. */
export interface Row {
  readonly [field: string]: unknown;
  readonly code: string;
  readonly action: string;
  readonly details: {
    readonly [name: string]: unknown;
    readonly id: string;
    readonly api_name: string;
    readonly duplicate_record: { readonly id: string };
    readonly Contacts: { readonly id: string };
  };
  readonly id: string;
  readonly Email: string;
  readonly Last_Name: string;
}

interface Named {
  readonly api_name: string;
  readonly required: boolean;
}

/** A body of any answer: what tests read of it. Each test asserts the shape that it relies on. */
export interface Body {
  readonly code: string;
  readonly message: string;
  readonly access_token: string;
  readonly data: readonly [Row, ...Row[]];
  readonly info: unknown;
  readonly fields: readonly Named[];
  readonly modules: readonly Named[];
  readonly layouts: readonly [
    { readonly sections: readonly [{ readonly fields: readonly Named[] }] },
  ];
}

/** One answer. `json` is `undefined` when the body is none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Body;
}

export interface Harness {
  readonly url: string;
  readonly admin: SimulatorAdmin;
  readonly clock: TestClock;
  /** Asks for a token with the default credentials, some of them replaced. */
  readonly refresh: (changes?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** A token that works, the same each time. */
  readonly token: () => Promise<string>;
  /** Calls the CRM, by default with that token. `path` follows `/crm/v8/`. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly upsert: (rows: readonly object[], more?: object) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export const CREDENTIALS = {
  grant_type: 'refresh_token',
  client_id: '1000.SIMULATOR',
  client_secret: 'simulator-secret',
  refresh_token: '1000.simulator.refresh',
} as const;

/** Starts a simulator on a clock that stands still, and stops it when the test ends. */
export async function startHarness(options: ZohoSimulatorOptions = {}): Promise<Harness> {
  const clock: TestClock = {
    nowMs: START_MS,
    advance(ms) {
      this.nowMs += ms;
    },
  };
  const simulator = await startZohoSimulator({ now: () => clock.nowMs, ...options });
  onTestFinished(() => simulator.close());
  const { url } = simulator;

  const refresh = async (changes: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    readAnswer(
      await fetch(`${url}/oauth/v2/token`, {
        method: 'POST',
        body: new URLSearchParams({ ...CREDENTIALS, ...changes }),
      }),
    );
  let cached: string | undefined;
  const token = async (): Promise<string> => {
    cached ??= (await refresh()).json.access_token;
    return cached;
  };
  const call: Harness['call'] = async (method, path, body, headers = {}) =>
    readAnswer(
      await fetch(`${url}/crm/v8/${path}`, {
        method,
        headers: {
          ...headers,
          authorization: headers['authorization'] ?? `Zoho-oauthtoken ${await token()}`,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  return {
    url,
    admin: createSimulatorAdmin(url),
    clock,
    refresh,
    token,
    call,
    upsert: (rows, more = {}) => call('POST', 'Leads/upsert', { data: rows, ...more }),
    close: () => simulator.close(),
  };
}

/** A row that Zoho takes. */
export function aRow(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { Last_Name: 'Doe', Company: 'Example', ...changes };
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parseBody(text) };
}

function parseBody(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined as unknown as Body;
  }
}
