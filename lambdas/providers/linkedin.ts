import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import { lazyPart } from '../core/lazy-part.ts';
import { apiOrigin, sourceSettings } from '../core/source-settings.ts';
import { LEAD_DELETED, readLinkedinNotice } from './bodies/linkedin-notice.ts';
import { responseIdOf } from './bodies/linkedin-urn.ts';
import type { DetailsRef } from './details.ts';
import type { ProviderGuide } from './guide.ts';
import type { HandshakeAnswer, Provider, SourceSecrets, WebhookRequest } from './provider.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';
import { hmacScheme } from './verification/authentication.ts';

/** Settings of a `linkedin` source. */
export const linkedinSettings = sourceSettings('linkedin', {
  /** The version of the API, a month; LinkedIn retires each after about a year. */
  apiVersion: z._default(
    z.string().check(z.regex(/^20\d{2}(?:0[1-9]|1[0-2])$/, 'must be a month, like "202606"')),
    '202606',
  ),
  /** Where its API is; another one for tests. */
  apiUrl: z._default(apiOrigin, 'https://api.linkedin.com'),
});

const readBodies = lazyPart(async () => await import('./bodies/linkedin-lead.ts'));

/**
 * LinkedIn's challenges are UUIDs. They are signed for whoever asks, with the key that signs webhooks: nothing
 * else may be, or anybody could have a body of his own signed.
 */
const CHALLENGE = /^[A-Za-z0-9-]{16,64}$/;

/**
 * LinkedIn Lead Sync: webhooks that name a lead that came or was deleted; the API has what it says.
 *
 * Its page on signatures can be read in two ways, and both are taken; the log tells which one fitted.
 *
 * @see LinkedIn, Webhook Validation; Lead Sync, read 2026-11-22
 */
export const linkedin = {
  authentication: () => ({
    kind: 'hmac',
    variants: {
      prefix_signed: hmacScheme({ header: 'x-li-signature', template: 'hmacsha256={body}' }),
      prefix_sent: hmacScheme({ header: 'x-li-signature', prefix: 'hmacsha256=' }),
    },
    isUnconfirmed: true,
  }),
  accepts: mayBeJson,
  read: (request, source) => {
    // Anybody can have such a body signed, by asking for a handshake. It is no lead, and nothing to keep.
    if (isChallenge(request.body)) return { kind: 'read', submissions: [] };
    return ifParsed(parseJson(request.body), (body) => readLinkedinNotice(body, source));
  },
  handshake,
  detailsApi: {
    origin: (source) => source.apiUrl,
    authorize: (token) => ({ authorization: `Bearer ${token}` }),
    calls: (ref, { apiVersion }) => {
      const headers = { 'linkedin-version': apiVersion, 'x-restli-protocol-version': '2.0.0' };
      // A form that was deleted or archived: the answers are there without its wording.
      return pathsOf(ref).map((path, index) => ({
        path,
        headers,
        ...(index === 0 ? {} : { isOptional: true }),
      }));
    },
    deletionOf: (ref) => ({
      eventType: LEAD_DELETED,
      sourceEventId: ref['response'] ?? '',
    }),
    deletedBy: ({ eventType, sourceEventId }) =>
      eventType === LEAD_DELETED ? { response: sourceEventId } : undefined,
    // A version that was retired: as with a token, a person must mend it, and the leads can wait.
    refusal: (status) => (status === 426 ? 'unauthorized' : undefined),
    read: async (thin, [response, form], source) => {
      const { readLinkedinLead } = await readBodies();
      return readLinkedinLead(thin, response, form, source);
    },
  },
} satisfies Provider<z.output<typeof linkedinSettings>>;

/** How to connect LinkedIn Lead Sync. */
export const linkedinGuide: ProviderGuide = {
  title: 'LinkedIn Lead Sync',
  secret: 'theirs',
  steps: [
    'Lead Sync must be granted to your app first: LinkedIn Developer Portal, your app, Products, Lead Sync API.',
    'Under Auth, copy the client secret: it is the "current" secret of this source.',
    'Make an access token with r_marketing_leadgen_automation: it is the "api_token". LinkedIn’s tokens end after 60 days.',
    'Under Webhooks, add {url}: LinkedIn asks it for a signed challenge at once, and every two hours from then on.',
    'Subscribe with POST /rest/leadNotifications for each owner (ad account or organization) and lead type.',
    'Set "apiVersion" to a month that LinkedIn still serves, and raise it once a year.',
  ],
  signs: 'HMAC-SHA256, hex, in `X-LI-Signature`; no timestamp',
  retries: 'not documented; duplicates are',
  givesUp:
    'it blocks the address after three challenges in a row without a right answer within 3 seconds: a GET reads nothing but the secret',
  unconfirmed: [
    'whether `hmacsha256=` stands before the signed body or before the signature: both are taken, the log says which',
    'when a webhook that failed is repeated',
    'a notice’s own id, which LinkedIn’s page mentions and its samples do not have',
    'where a form’s consents are (`content.legalInfo.consents`), and that 426 means a version that was retired',
  ],
  sources: [
    'LinkedIn, Webhook Validation, read 2026-11-22',
    'LinkedIn, Lead Sync; Lead Sync Schema, read 2026-11-22',
  ],
};

function handshake(
  { query }: WebhookRequest,
  { current }: SourceSecrets,
): HandshakeAnswer | undefined {
  const challengeCode = query?.get('challengeCode') ?? '';
  if (!CHALLENGE.test(challengeCode)) return undefined;
  const challengeResponse = createHmac('sha256', current).update(challengeCode).digest('hex');
  return {
    contentType: 'application/json',
    body: JSON.stringify({ challengeCode, challengeResponse }),
  };
}

function isChallenge(body: Uint8Array): boolean {
  return body.byteLength <= 64 && CHALLENGE.test(new TextDecoder().decode(body));
}

function pathsOf(ref: DetailsRef): string[] {
  const responseId = responseIdOf(ref['response'] ?? '') ?? '';
  const formId = ref['form'];
  const response = `/rest/leadFormResponses/${encodeURIComponent(responseId)}`;
  return formId === undefined
    ? [response]
    : [response, `/rest/leadForms/${encodeURIComponent(formId)}`];
}
