import * as z from 'zod/mini';

/**
 * The normalized lead event, schema 1.0: what one submission said, whoever sent it.
 *
 * Names are snake_case, as stored and exported. `docs/lead-event.schema.json` is generated from this
 * schema.
 */
export const normalizedEventSchema = z.object({
  schema_version: z.literal('1.0'),
  /** `<source>:<source event id>`, or the idempotency key where the sender gives no id. */
  event_id: z.string(),
  event_type: z.string(),
  source: z.string(),
  /** When the person submitted; when received, if the sender does not say. */
  occurred_at: z.string(),
  occurred_at_basis: z.enum(['provider', 'received']),
  idempotency_key: z.string(),
  identity: z.object({
    contact_external_id: z.optional(z.string()),
    email: z.optional(z.string()),
    phone_e164: z.optional(z.string()),
  }),
  attributes: z.record(z.string(), z.string()),
  /** Every answer, mapped or not, in the order of the form. */
  answers: z.array(
    z.object({
      key: z.string(),
      label: z.optional(z.string()),
      type: z.optional(z.string()),
      value: z.union([z.string(), z.array(z.string())]),
    }),
  ),
  /** Empty means unknown, not refused. */
  consent: z.array(
    z.object({ key: z.string(), granted: z.boolean(), text: z.optional(z.string()) }),
  ),
  is_test: z.boolean(),
  /**
   * Only where the sender's webhook named a submission without telling what it says. `awaiting`: the details
   * are still to be read from the sender's API, by `ref`; `read`: this event holds them.
   */
  details: z.optional(
    z.object({ state: z.enum(['awaiting', 'read']), ref: z.record(z.string(), z.string()) }),
  ),
  routing: z.object({
    crm: z.literal('zoho'),
    object: z.string(),
    upsert_key: z.string(),
    mode: z.enum(['upsert', 'update_only']),
  }),
  audit: z.object({
    received_at: z.string(),
    correlation_id: z.string(),
    mapping_version: z.string(),
    raw_event_ref: z.string(),
    normalized_event_ref: z.string(),
  }),
});

/** The normalized lead event as a type. */
export type NormalizedEvent = z.infer<typeof normalizedEventSchema>;

/** One answer of a form. */
export type Answer = NormalizedEvent['answers'][number];

/** One consent that a form recorded. */
export type Consent = NormalizedEvent['consent'][number];

/** What tells how a person came here: campaign parameters and click ids. */
export const ATTRIBUTION_NAMES = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'gclid',
  'gbraid',
  'wbraid',
  'fbclid',
  'msclkid',
  'ttclid',
  'li_fat_id',
] as const;

/**
 * Attribute names that have a meaning of their own. Anything else stays in `answers`.
 */
export const ATTRIBUTE_NAMES = [
  'full_name',
  'first_name',
  'last_name',
  'company',
  'job_title',
  'website',
  'message',
  'street',
  'city',
  'region',
  'postal_code',
  'country',
  'form_id',
  'form_name',
  'page_url',
  'referrer',
  'email_raw',
  'phone_raw',
  ...ATTRIBUTION_NAMES,
] as const;

/** One of `ATTRIBUTE_NAMES`. */
export type AttributeName = (typeof ATTRIBUTE_NAMES)[number];

/** Names a sender's field can be mapped to. */
export const CANONICAL_FIELDS = [...ATTRIBUTE_NAMES, 'email', 'phone', 'external_id'] as const;

/** One of `CANONICAL_FIELDS`. */
export type CanonicalField = (typeof CANONICAL_FIELDS)[number];
