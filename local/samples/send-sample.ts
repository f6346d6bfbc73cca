import * as z from 'zod/mini';
import type { SampleRequest } from './sample-request.ts';
import { signSample } from './sample-signing.ts';

const answerSchema = z.object({
  events: z.array(z.object({ idempotency_key: z.string(), duplicate: z.boolean() })),
});

/** What intake answered to a sample. */
export interface SampleAnswer {
  readonly status: number;
  /** The key of the first event, when the sample was accepted and its sender is told of keys. */
  readonly key?: string;
  /** The keys of all events. */
  readonly keys: readonly string[];
  readonly answeredInMs: number;
}

/**
 * Signs a sample, posts it to a pipeline, and reads the answer.
 *
 * @throws {TypeError} nothing answers there
 */
export async function sendSample(endpoint: string, request: SampleRequest): Promise<SampleAnswer> {
  const startMs = performance.now();
  const response = await fetch(`${endpoint}${request.path}`, {
    method: 'POST',
    headers: signSample(request, Date.now()),
    body: request.body,
  });
  const text = await response.text();
  const answeredInMs = performance.now() - startMs;
  const keys = response.ok ? readKeys(text) : [];
  const [key] = keys;
  return { status: response.status, answeredInMs, keys, ...(key === undefined ? {} : { key }) };
}

/** Some senders are answered in a form of their own, which names no key. */
function readKeys(text: string): readonly string[] {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.events.map((event) => event.idempotency_key) : [];
  } catch {
    return [];
  }
}
