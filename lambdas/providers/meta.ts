import * as z from 'zod/mini';
import { lazyPart } from '../core/lazy-part.ts';
import { apiOrigin, sourceSettings } from '../core/source-settings.ts';
import { LEAD_FIELDS, refusalOfGraph } from './bodies/meta-graph.ts';
import { readMetaWebhook } from './bodies/meta-webhook.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, SourceSecrets, WebhookRequest } from './provider.ts';
import { parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { ifParsed } from './reading/outcome.ts';
import { hmacScheme } from './verification/authentication.ts';
import { isSameSecret } from './verification/verify.ts';

/** Settings of a `meta` source. */
export const metaSettings = sourceSettings('meta', {
  /** The version of the Graph API; Meta retires each after about two years. */
  apiVersion: z._default(
    z
      .string()
      .check(z.regex(/^v\d{1,3}\.\d{1,2}$/, 'must be a version of the Graph API, like "v24.0"')),
    'v24.0',
  ),
  /** Where its API is; another one for tests. */
  apiUrl: z._default(apiOrigin, 'https://graph.facebook.com'),
});

const readBodies = lazyPart(async () => await import('./bodies/meta-lead.ts'));

const SIGNATURE = { header: 'x-hub-signature-256', prefix: 'sha256=' };

/** Meta's challenges are numbers. What could be markup is never sent back. */
const CHALLENGE = /^[A-Za-z0-9_.~-]{1,200}$/;

/**
 * Meta Lead Ads: webhooks that only name leads, many in one request; the Graph API has what they say.
 *
 * Meta signs the body with every character outside ASCII escaped, and sends it so. Should a body come with
 * such characters all the same, its escaped form is tried as well, and the log tells which one fitted.
 *
 * @see Meta, Graph API Webhooks, Getting Started; Lead Ads, Retrieving Leads, read 2026-11-22
 */
export const meta = {
  authentication: () => ({
    kind: 'hmac',
    variants: {
      raw: hmacScheme(SIGNATURE),
      escaped: hmacScheme({ ...SIGNATURE, template: '{body_ascii}' }),
    },
    isUnconfirmed: true,
  }),
  accepts: mayBeJson,
  read: (request, source) =>
    ifParsed(parseJson(request.body), (body) => readMetaWebhook(body, source)),
  handshake,
  detailsApi: {
    origin: (source) => source.apiUrl,
    authorize: (token) => ({ authorization: `Bearer ${token}` }),
    calls: (ref, { apiVersion }) => [
      {
        path: `/${apiVersion}/${encodeURIComponent(ref['leadgen_id'] ?? '')}?fields=${LEAD_FIELDS}`,
      },
    ],
    refusal: refusalOfGraph,
    read: async (thin, [answer], source) => {
      const { readMetaLead } = await readBodies();
      return readMetaLead(thin, answer, source);
    },
  },
} satisfies Provider<z.output<typeof metaSettings>>;

/** How to connect Meta Lead Ads. */
export const metaGuide: ProviderGuide = {
  title: 'Meta Lead Ads',
  secret: 'theirs',
  steps: [
    'In the Meta app dashboard, open App settings, then Basic, and copy the app secret: it is the "current" secret of this source.',
    'Make a long-lived page token with leads_retrieval, pages_manage_metadata, pages_show_list, pages_read_engagement and ads_management: it is the "api_token".',
    'In the app, open Webhooks, choose Page, and subscribe. Callback URL: {url}. Verify token: {verify_token}',
    'Subscribe to the field "leadgen", and subscribe each page to the app (POST /{page-id}/subscribed_apps with subscribed_fields=leadgen).',
    'In the business settings, give the app access to leads (Leads Access Manager).',
    'Send a lead with the Lead Ads Testing Tool: it is accepted, and suppressed as a test.',
  ],
  signs: 'HMAC-SHA256 of the body, hex, in `X-Hub-Signature-256: sha256=…`; no timestamp',
  retries: 'at once, then a few times more at growing intervals, for 36 hours',
  givesUp:
    'after 36 hours; what was missed can be read from the form’s leads. A token that expired or lost its rights parks leads, it loses none',
  unconfirmed: [
    'whether a signed body ever comes with characters outside ASCII that are not escaped',
    'whether the Graph API takes the token of this call in an Authorization header: it does for others',
    'the wording of the testing tool’s values, `<test lead: dummy data for …>`',
    'error codes: 190 and 102 for a token, 10 and 200 to 299 for rights, 4, 17, 32, 613 and 80005 for too many requests, 100 with subcode 33 for a lead that is gone or may not be seen',
    'how long Meta waits for an answer, and how many leads one request may name',
  ],
  sources: [
    'Meta, Graph API Webhooks, Getting Started, read 2026-11-22',
    'Meta, Lead Ads, Retrieving Leads, read 2026-11-22',
  ],
};

function handshake(
  { query }: WebhookRequest,
  { verifyToken }: SourceSecrets,
): ReturnType<NonNullable<Provider['handshake']>> {
  const token = query?.get('hub.verify_token');
  const challenge = query?.get('hub.challenge') ?? '';
  const isAsked =
    query?.get('hub.mode') === 'subscribe' &&
    verifyToken !== undefined &&
    token !== undefined &&
    isSameSecret(token, verifyToken);
  return isAsked && CHALLENGE.test(challenge)
    ? { contentType: 'text/plain', body: challenge }
    : undefined;
}
