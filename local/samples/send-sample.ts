import * as z from 'zod/mini';
import type { SampleRequest } from './sample-request.ts';
import { signSample } from './sample-signing.ts';

const answerSchema = z.object({
  events: z.array(z.object({ idempotency_key: z.string(), duplicate: z.boolean() })),
});

/** What intake answered to a sample. */
export interface SampleAnswer {
  readonly status: number;
  /** The key of the event, when the sample was accepted. */
  readonly key?: string;
  readonly answeredInMs: number;
}

/** Signs a sample, posts it to a pipeline, and reads the answer. */
export async function sendSample(endpoint: string, request: SampleRequest): Promise<SampleAnswer> {
  const startMs = performance.now();
  const response = await fetch(`${endpoint}${request.path}`, {
    method: 'POST',
    headers: signSample(request, Date.now()),
    body: request.body,
  });
  const text = await response.text();
  const answeredInMs = performance.now() - startMs;
  const key = response.ok ? readKey(text) : undefined;
  return { status: response.status, answeredInMs, ...(key === undefined ? {} : { key }) };
}

function readKey(text: string): string | undefined {
  const parsed = answerSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data.events[0]?.idempotency_key : undefined;
}
