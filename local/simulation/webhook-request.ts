import type { IntakeRequest } from '../../lambdas/intake/intake-request.ts';
import { type SampleSigning, signSample } from '../samples/sample-signing.ts';
import { leadIdOf } from './simulated-provider-apis.ts';
import { SECRETS, SIMULATED_CONFIG } from './settings.ts';
import type { Submission } from './submission.ts';

/**
 * Writes a submission as its sender posts it, signed now.
 *
 * @param content added to the company: another content under the same id
 */
export function webhookRequest(submission: Submission, nowMs: number, content = ''): IntakeRequest {
  const body = JSON.stringify(bodyOf(submission, content));
  const signing = signingOf(submission);
  const headers = signSample(
    {
      headers: headersOf(submission),
      body,
      ...(signing === undefined ? {} : { signing }),
    },
    nowMs,
  );
  return {
    method: 'POST',
    path: `/hooks/${submission.source}`,
    headers,
    body: new TextEncoder().encode(body),
  };
}

function providerOf(submission: Submission): string {
  return SIMULATED_CONFIG.sources[submission.source]?.provider ?? '';
}

function headersOf(submission: Submission): Record<string, string> {
  const json = { 'content-type': 'application/json' };
  switch (providerOf(submission)) {
    case 'standard_webhooks':
      return { ...json, 'webhook-id': submission.id };
    case 'website_form':
      return { ...json, origin: 'https://www.example.com' };
    default:
      return json;
  }
}

function bodyOf(submission: Submission, content: string): unknown {
  const lead = {
    first_name: submission.firstName,
    last_name: submission.lastName,
    email: submission.email,
    phone: submission.phone,
    company: `${submission.company}${content}`,
    message: submission.message,
    budget: `Budget ${submission.number}`,
  };
  const at = new Date(submission.occurredAtMs).toISOString();
  switch (providerOf(submission)) {
    case 'typeform':
      return typeformBody(submission, lead, at);
    case 'standard_webhooks':
      return {
        type: 'lead.created',
        timestamp: at,
        data: { ...lead, person_id: submission.externalId },
      };
    case 'meta':
      return metaBody(submission, content);
    case 'website_form':
      return {
        submission_id: submission.id,
        ...lead,
        ...(submission.isSpam ? { nickname: 'buy now' } : {}),
      };
    default:
      return {
        ...(submission.source === 'unnamed' ? {} : { id: submission.id }),
        at,
        badge: submission.externalId,
        lead,
      };
  }
}

/** It names the lead alone; another content is another ad. */
function metaBody(submission: Submission, content: string): unknown {
  const seconds = submission.occurredAtMs / 1_000;
  const value = {
    leadgen_id: leadIdOf(submission),
    page_id: '55',
    form_id: '77',
    created_time: seconds,
    ...(content === '' ? {} : { ad_id: '99' }),
  };
  const entry = { id: '55', time: seconds, changes: [{ field: 'leadgen', value }] };
  return { object: 'page', entry: [entry] };
}

function typeformBody(
  submission: Submission,
  lead: Readonly<Record<string, string | undefined>>,
  at: string,
): unknown {
  const answers = Object.entries(lead).flatMap(([ref, value]) => {
    if (value === undefined) return [];
    const type = ref === 'email' ? 'email' : ref === 'phone' ? 'phone_number' : 'text';
    return [{ type, [type]: value, field: { id: ref, ref, type: 'short_text' } }];
  });
  return {
    event_id: `delivery-${submission.id}`,
    event_type: 'form_response',
    form_response: { form_id: 'form', token: submission.id, submitted_at: at, answers },
  };
}

function signingOf(submission: Submission): SampleSigning | undefined {
  const base = { algorithm: 'sha256', encoding: 'hex', template: '{body}' } as const;
  switch (providerOf(submission)) {
    case 'typeform':
      return {
        ...base,
        header: 'typeform-signature',
        value: 'sha256={signature}',
        encoding: 'base64',
        key: Buffer.from(SECRETS.utf8),
      };
    case 'standard_webhooks':
      return {
        ...base,
        header: 'webhook-signature',
        value: 'v1,{signature}',
        encoding: 'base64',
        key: Buffer.from(SECRETS.standardWebhooks.slice('whsec_'.length), 'base64'),
        template: `${submission.id}.{timestamp}.{body}`,
        timestamp: { header: 'webhook-timestamp', unit: 'seconds', toleranceSeconds: 300 },
      };
    case 'meta':
      return {
        ...base,
        header: 'x-hub-signature-256',
        value: 'sha256={signature}',
        key: Buffer.from(SECRETS.utf8),
      };
    case 'generic_hmac':
      return {
        ...base,
        header: 'x-signature',
        value: '{signature}',
        key: Buffer.from(SECRETS.utf8),
      };
    default:
      return undefined;
  }
}
