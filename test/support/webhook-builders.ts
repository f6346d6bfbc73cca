import { createHmac } from 'node:crypto';
import type { SourceConfig } from '../../lambdas/providers/catalogue.ts';
import { defineConfig } from '../../lambdas/core/config.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type {
  Reading,
  SourceSecrets,
  Submission,
  Verification,
  WebhookRequest,
} from '../../lambdas/providers/provider.ts';
import requests from '../fixtures/provider-requests.json' with { type: 'json' };
import vectors from '../fixtures/signature-vectors.json' with { type: 'json' };

export const NOW_MS = Date.parse('2026-11-22T04:00:00.000Z');
export const SECRET = 'a-secret-of-example-length';

type RawVector = (typeof vectors.vectors)[number];

/** A published or constructed signature; a vector without body or secret has an empty one. */
export type SignatureVector = Omit<RawVector, 'body' | 'secret'> & {
  readonly body: string;
  readonly secret: string;
};

export function signatureVector(id: string): SignatureVector {
  const vector: RawVector | undefined = vectors.vectors.find((candidate) => candidate.id === id);
  if (vector === undefined) throw new Error(`There is no vector ${id}`);
  return { ...vector, body: vector.body ?? '', secret: vector.secret ?? '' };
}

/** A sample request; one without a secret has an empty one. */
export interface ProviderRequest {
  readonly secret: string;
  readonly headers: object;
  readonly body: string;
  readonly bytes: Uint8Array;
  /** The clock at which it is valid, in milliseconds. */
  readonly nowMs: number;
  readonly query: ReadonlyMap<string, string>;
  readonly method: string;
  readonly provider: string;
  /** What must come of it; its members are those of the file. */
  readonly expected: ExpectedReading;
  readonly expectedResponse?: { readonly status: number; readonly body: unknown };
}

/** What a sample request says, as far as it is told. */
export interface ExpectedReading {
  readonly event_type?: string;
  readonly source_event_id?: string;
  readonly delivery_id?: string;
  readonly occurred_at?: string;
  readonly is_test?: boolean;
  readonly needs_hydration?: boolean;
  readonly lead?: Readonly<Record<string, string | boolean>>;
}

/** The ids of all sample requests. */
export const REQUEST_IDS: readonly string[] = requests.requests.map(({ id }) => id);

export function providerRequest(id: string): ProviderRequest {
  const request = requests.requests.find((candidate) => candidate.id === id);
  if (request === undefined) throw new Error(`There is no request ${id}`);
  const bytes = Buffer.from(
    request.body_base64 ?? request.body ?? '',
    request.body_base64 === undefined ? 'utf8' : 'base64',
  );
  return {
    secret: request.secret ?? '',
    headers: request.headers ?? {},
    body: bytes.toString('utf8'),
    bytes,
    nowMs: request.now === undefined ? NOW_MS : request.now * 1_000,
    query: new Map(Object.entries(headersOf(request.query))),
    method: request.method,
    provider: request.provider,
    expected: request.expected ?? {},
    ...(request.expected_response === undefined
      ? {}
      : { expectedResponse: request.expected_response }),
  };
}

/** The headers of a fixture, whose type has a member for each name that any fixture has. */
export function headersOf(headers: object | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).filter(([, value]) => value !== undefined),
  );
}

export function aRequest(overrides: {
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  method?: string;
}): WebhookRequest {
  const { body = '{}' } = overrides;
  return {
    method: overrides.method ?? 'POST',
    headers: overrides.headers ?? {},
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}

/** Verifies a request as intake does. */
export function verifyAs(
  request: WebhookRequest,
  source: SourceConfig,
  secrets: SourceSecrets | undefined,
  nowMs: number,
): Verification {
  return bindProvider(source).verify(request, secrets, nowMs);
}

/** Reads a body as intake does; one that is no text is written as JSON. */
export async function readAs(
  source: SourceConfig,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reading> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return await bindProvider(source).read(aRequest({ body: text, headers }));
}

/** The one submission of a body that can be read. */
export async function readOneAs(
  source: SourceConfig,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Submission> {
  const reading = await readAs(source, body, headers);
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  const [submission, ...more] = reading.submissions;
  if (submission === undefined || more.length > 0) throw new Error('It is not one submission');
  return submission;
}

/** A source with every setting filled in, as `defineConfig` does it. */
export function aSource<Name extends SourceConfig['provider']>(
  provider: Name,
  overrides: Record<string, unknown> = {},
): Extract<SourceConfig, { provider: Name }> {
  const needed: Partial<Record<SourceConfig['provider'], object>> = {
    generic_hmac: {
      signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
    },
    hubspot: { publicUrl: 'https://leads.example.com/hooks/hubspot' },
    website_form: { allowedOrigins: ['https://www.example.com'] },
  };
  const required = needed[provider] ?? {};
  const source = { provider, ...required, ...overrides };
  const config = defineConfig({ sources: { it: source as never } });
  return config.sources['it'] as Extract<SourceConfig, { provider: Name }>;
}

/** Headers that sign a body as Typeform does. */
export function typeformHeaders(
  body: string | Uint8Array,
  secret = SECRET,
): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  return { 'content-type': 'application/json', 'typeform-signature': `sha256=${signature}` };
}

/** A Typeform body; `response` adds to the response or replaces its members. */
export function aTypeformBody(response: Record<string, unknown> = {}): string {
  return JSON.stringify({
    event_id: 'delivery-1',
    event_type: 'form_response',
    form_response: {
      form_id: 'Qx7Lm2Pa',
      token: 'response-1',
      submitted_at: '2026-11-22T03:58:41Z',
      answers: [
        {
          type: 'email',
          email: 'ana@example.com',
          field: { id: 'f1', ref: 'email', type: 'email' },
        },
      ],
      ...response,
    },
  });
}
