import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HoldfastConfig, HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { buildSampleRequest, type SampleRequest } from '../../local/samples/sample-request.ts';
import { type SampleAnswer, sendSample } from '../../local/samples/send-sample.ts';
import type { SentSubmission } from './reference-fold.ts';

/** Two senders who tell when a person submitted, one more trusted than the other. */
export const FAULT_SOURCES = {
  partner: { provider: 'standard_webhooks', label: 'Partner', trust: 50 },
  events: {
    provider: 'generic_hmac',
    label: 'Trade Show',
    trust: 80,
    signature: {
      header: 'x-events-signature',
      template: '{timestamp}.{body}',
      timestamp: { header: 'x-events-timestamp' },
    },
    idPath: 'registration_id',
    occurredAtPath: 'registered_at',
    dataPath: 'attendee',
  },
} as const satisfies HoldfastConfigInput['sources'];

/** What one person submits once. */
export interface Submission {
  readonly id: string;
  readonly source: keyof typeof FAULT_SOURCES;
  readonly occurredAtMs: number;
  readonly values: Readonly<Record<string, string>>;
}

/** Long past, so that submissions have the order in which a test makes them occur. */
const EPOCH_MS = Date.UTC(2026, 9, 1);

/**
 * A submission of a person.
 *
 * @param person the same name, the same person
 * @param minute when it occurs, counted from a fixed moment; minutes need not come in order
 * @param change over the values that it has without
 */
export function aSubmission(
  person: string,
  minute = 0,
  change: Partial<Submission> = {},
): Submission {
  const id = randomBytes(6).toString('hex');
  return {
    id,
    source: 'partner',
    occurredAtMs: EPOCH_MS + minute * 60_000,
    ...change,
    values: {
      first_name: 'Ana',
      last_name: `Ng ${person}`,
      email: `${person}@example.com`,
      company: `Company ${id}`,
      job_title: `Title ${id}`,
      city: `City ${id}`,
      utm_source: `source ${id}`,
      utm_campaign: `campaign ${id}`,
      message: `Message ${id}`,
      ...change.values,
    },
  };
}

/** Where submissions go. */
export interface Intake {
  readonly config: HoldfastConfig;
  readonly pipeline: {
    readonly endpoint: string;
    readonly sourceSecret: (source: string) => string | undefined;
  };
}

/** How often a sender sends what was not accepted: form providers try some five times. */
const SENDS_MAX = 8;

/**
 * Sends a submission as its provider would: signed, and again until it is accepted.
 *
 * @throws {Error} it was not accepted
 */
export async function sendSubmission(
  intake: Intake,
  submission: Submission,
): Promise<SentSubmission> {
  const request = requestOf(intake, submission);
  let status = 0;
  for (let sends = 0; sends < SENDS_MAX; sends += 1) {
    const answer = await attempt(intake.pipeline.endpoint, request);
    if (answer?.key !== undefined) {
      const { label, trust } = FAULT_SOURCES[submission.source];
      const { occurredAtMs, values } = submission;
      const occurredAt = new Date(occurredAtMs).toISOString();
      return { key: answer.key, label, trust, occurredAt, values };
    }
    status = answer?.status ?? 0;
    await sleep(250 * (sends + 1));
  }
  throw new Error(`intake did not accept the submission; its last status was ${status}`);
}

/** A sender whose connection is lost knows nothing, and sends again. */
async function attempt(
  endpoint: string,
  request: SampleRequest,
): Promise<SampleAnswer | undefined> {
  try {
    return await sendSample(endpoint, request);
  } catch {
    return undefined;
  }
}

function requestOf({ config, pipeline }: Intake, submission: Submission): SampleRequest {
  const { id, source, occurredAtMs, values } = submission;
  const sample = buildSampleRequest(config, source, pipeline.sourceSecret(source), {
    id,
    firstName: '',
    lastName: '',
    email: '',
    phone: '',
    company: '',
    message: '',
    submittedAtMs: occurredAtMs,
  });
  const at = new Date(occurredAtMs).toISOString();
  const body =
    source === 'partner'
      ? { type: 'lead.created', timestamp: at, data: values }
      : { registration_id: id, registered_at: at, attendee: values };
  return { ...sample, body: JSON.stringify(body) };
}
