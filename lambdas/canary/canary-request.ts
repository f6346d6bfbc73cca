import { createHmac } from 'node:crypto';
import { CANARY_HEADERS } from '../core/canary.ts';

/** A request as it goes over the wire. */
export interface CanaryRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A lead of a person who does not exist, signed as any sender of this source would sign it.
 *
 * The person is always the same, so that in a CRM that is written to there is one record; the job title says when, so
 * that each write changes something. (example.com and this number are reserved: RFC 2606, and +1 202 555 01xx.)
 *
 * @param id unique; the same one again is the same lead again
 */
export function buildCanaryRequest(id: string, secret: string, nowMs: number): CanaryRequest {
  const sentAt = new Date(nowMs).toISOString();
  const body = JSON.stringify({
    id,
    sent_at: sentAt,
    person_id: 'holdfast-canary',
    lead: {
      first_name: 'Holdfast',
      last_name: 'Canary',
      email: 'holdfast.canary@example.com',
      phone: '+12025550100',
      company: 'Holdfast canary',
      job_title: `Sent at ${sentAt}`,
    },
  });
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    headers: {
      'content-type': 'application/json',
      [CANARY_HEADERS.timestamp]: timestamp,
      [CANARY_HEADERS.signature]: signature,
    },
    body,
  };
}
