import * as z from 'zod/mini';
import { CANONICAL_FIELDS } from './lead-event.ts';
import { ownRetrySchema } from './retry-settings.ts';
import { wholeNumber } from './setting.ts';

const headerName = z
  .string()
  .check(
    z.regex(/^[a-z0-9-]{1,64}$/, 'must be a lower-case header name, for example "x-signature"'),
  );
const origin = z
  .string()
  .check(
    z.regex(
      /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
      'must be an origin without a path, for example "https://www.example.com"',
    ),
  );

/** Maps a sender's own field (a ref, an id or a name) to a canonical one. */
const fieldMap = z._default(z.record(z.string(), z.enum(CANONICAL_FIELDS)), {});

const sourceBase = {
  /** What the CRM shows as the origin of the lead; the source's name by default. */
  label: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  /** 0–100. Of two submissions of the same moment, the more trusted one wins. */
  trust: z._default(wholeNumber(0, 100), 50),
  /** Answer 409 when the same e-mail address was submitted to this source before. */
  onRepeat: z._default(z.enum(['accept', 'conflict']), 'accept'),
  fields: fieldMap,
  /** `update_only`: a lead that the CRM does not know is quarantined, not created. */
  mode: z._default(z.enum(['upsert', 'update_only']), 'upsert'),
  /** Its leads are set aside, and a person paged, after few attempts; and paged early. */
  highIntent: z._default(z.boolean(), false),
  /** Retry settings of this source, over those in `delivery.retry`. */
  retry: z._default(ownRetrySchema, {}),
};

const timestampSchema = z.strictObject({
  header: headerName,
  unit: z._default(z.enum(['seconds', 'milliseconds']), 'seconds'),
  toleranceSeconds: z._default(wholeNumber(1, 3_600), 300),
});

/** How a sender signs: everything that the one HMAC verifier needs to know. */
export const signatureSchema = z.strictObject({
  header: headerName,
  prefix: z._default(z.string().check(z.maxLength(40)), ''),
  algorithm: z._default(z.enum(['sha256', 'sha512']), 'sha256'),
  encoding: z._default(z.enum(['hex', 'base64']), 'hex'),
  keyEncoding: z._default(z.enum(['utf8', 'base64', 'hex']), 'utf8'),
  /** What is signed. Tokens: `{body}`, `{timestamp}`, `{header:<name>}`. */
  template: z._default(
    z.string().check(
      z.regex(/\{body\}/, 'must contain {body}'),
      z.refine(
        (template) => /^(?:[^{}]|\{body\}|\{timestamp\}|\{header:[a-z0-9-]+\})*$/.test(template),
        'may hold only the tokens {body}, {timestamp} and {header:<name>}',
      ),
    ),
    '{timestamp}.{body}',
  ),
  /** `none` accepts a request of any age: replays are then caught by the idempotency key alone. */
  timestamp: z.union([z.literal('none'), timestampSchema], {
    error: 'must be "none", or { header, unit, toleranceSeconds } with 1 to 3600 seconds',
  }),
});

/** How a sender signs, with every setting filled in. */
export type SignatureScheme = z.infer<typeof signatureSchema>;

/** A dotted path into a JSON body, for example `data.id`. */
const jsonPath = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*$/,
      'must be a dotted path, for example "data.id"',
    ),
  );

const typeformSource = z.strictObject({ provider: z.literal('typeform'), ...sourceBase });

const standardWebhooksSource = z.strictObject({
  provider: z.literal('standard_webhooks'),
  ...sourceBase,
  toleranceSeconds: z._default(wholeNumber(1, 3_600), 300),
  /** Where the person's own id is in the body, if the sender has one. */
  externalIdPath: z.optional(jsonPath),
});

const genericHmacSource = z
  .strictObject({
    provider: z.literal('generic_hmac'),
    ...sourceBase,
    signature: signatureSchema,
    /** Where the submission's id is. Without it, the content itself makes the key. */
    idPath: z.optional(jsonPath),
    typePath: z.optional(jsonPath),
    occurredAtPath: z.optional(jsonPath),
    externalIdPath: z.optional(jsonPath),
    /** Where the lead's fields are; the whole body by default. */
    dataPath: z.optional(jsonPath),
  })
  .check(
    z.refine(
      (source) =>
        source.signature.timestamp === 'none' || source.signature.template.includes('{timestamp}'),
      {
        path: ['signature', 'template'],
        error: 'must contain {timestamp}, or signature.timestamp must be "none"',
      },
    ),
  );

const websiteFormSource = z.strictObject({
  provider: z.literal('website_form'),
  ...sourceBase,
  /** Origins that may post, as browsers send them. A browser of another origin gets 403. */
  allowedOrigins: z.array(origin).check(z.minLength(1)),
  /**
   * A field that people do not see: what fills it in is a bot. None by default, since the form may well
   * ask people for what a trap is usually called.
   */
  honeypotField: z.optional(z.string().check(z.minLength(1))),
});

/** One configured sender. */
export const sourceSchema = z.discriminatedUnion('provider', [
  typeformSource,
  standardWebhooksSource,
  genericHmacSource,
  websiteFormSource,
]);

/** One configured sender, with every setting filled in. */
export type SourceConfig = z.infer<typeof sourceSchema>;

/** Whether requests of a source carry a signature; one without has no secret. */
export function isSigned(source: SourceConfig): boolean {
  switch (source.provider) {
    case 'typeform':
    case 'standard_webhooks':
    case 'generic_hmac':
      return true;
    case 'website_form':
      return false;
  }
}

/** Whether webhooks of a source only name submissions, whose details are read from its provider's API. */
export function readsDetails(source: SourceConfig): boolean {
  switch (source.provider) {
    case 'typeform':
    case 'standard_webhooks':
    case 'generic_hmac':
    case 'website_form':
      return false;
  }
}
