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
  'utm_id',
  'campaign_id',
  'adset_id',
  'ad_id',
  'platform',
  'gclid',
  'gbraid',
  'wbraid',
  'fbclid',
  'msclkid',
  'ttclid',
  'li_fat_id',
] as const;

/** Attributes that a form can fill. Anything else stays in `answers`. */
const FORM_ATTRIBUTE_NAMES = [
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
  'phone_ext',
  ...ATTRIBUTION_NAMES,
] as const;

/**
 * What reading a lead tells about it, beside what it says.
 *
 * - `phone_status`: `valid`, `possible` (the right length, but of no known pattern) or `invalid`
 * - `phone_basis`: `international` (typed with `+`) or `default_country`
 * - `name_basis`: `given` (first or last name), `split` from a full name, or `single` (one word)
 */
export const READING_NAMES = ['phone_status', 'phone_basis', 'name_basis'] as const;

/** Attribute names that have a meaning of their own; beside them there are custom ones. */
export const ATTRIBUTE_NAMES = [...FORM_ATTRIBUTE_NAMES, ...READING_NAMES] as const;

/** A field that the user made up: the answer to one of his own questions, on its way to a CRM field of his own. */
export type CustomField = `custom_${string}`;

/** One of `ATTRIBUTE_NAMES`, or a custom one. */
export type AttributeName = (typeof ATTRIBUTE_NAMES)[number] | CustomField;

/** Names a sender's field can be mapped to; beside them there are custom ones. */
export const CANONICAL_FIELDS = [...FORM_ATTRIBUTE_NAMES, 'email', 'phone', 'external_id'] as const;

/** One of `CANONICAL_FIELDS`, or a custom one. */
export type CanonicalField = (typeof CANONICAL_FIELDS)[number] | CustomField;

/** Whether a name is one of a custom field: `custom_`, then 1–40 lower-case letters, digits or `_`. */
export function isCustomField(name: string): name is CustomField {
  return /^custom_[a-z0-9_]{1,40}$/.test(name);
}

/** Whether a sender's field can be mapped to this name. */
export function isCanonicalField(name: string): name is CanonicalField {
  return isCustomField(name) || CANONICAL_FIELDS.some((known) => known === name);
}
