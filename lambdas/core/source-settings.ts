import * as z from 'zod/mini';
import { expectSchema } from './expect-settings.ts';
import { canonicalField, countryCode, defaultValues } from './lead-settings.ts';
import { ownRetrySchema } from './retry-settings.ts';
import { wholeNumber } from './setting.ts';

/** A header's name as a setting. */
export const headerName = z
  .string()
  .check(
    z.regex(/^[a-z0-9-]{1,64}$/, 'must be a lower-case header name, for example "x-signature"'),
  );

/** The header that holds a sender's secret, for senders whose requests can carry a header of one's own. */
export const secretHeader = z._default(headerName, 'x-lead-secret');

/** A dotted path into a JSON body, for example `data.id`. */
export const jsonPath = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9_$-]+(\.[A-Za-z0-9_$-]+)*$/,
      'must be a dotted path, for example "data.id"',
    ),
  );

/** An origin without a path, as a setting; http on loopback only. */
export const apiOrigin = z
  .string()
  .check(
    z.regex(
      /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?)$/,
      'must be an https origin without a path (http on loopback only)',
    ),
  );

/**
 * Which canonical field a sender's own field fills. A key is
 *
 * - a ref, an id or a name: `mobile_no`
 * - the sender's type: `type:email`
 * - a label, in any case, or a pattern of labels: `label:Ihre Nummer`, `label:/^(tel|phone)/`
 *
 * Where several keys fit, the first kind of this list wins.
 */
const fieldMap = z._default(
  z.record(
    z.string().check(
      z.refine(
        (key) => !key.startsWith('label:/') || isPattern(key),
        'must be label:/pattern/ with a valid regular expression',
      ),
      z.refine(
        (key) => !/^(?:type:|label:)?\s*$/.test(key),
        'must name a field: its ref, id or name, type:… or label:…',
      ),
    ),
    canonicalField,
  ),
  {},
);

/** Settings of every source, whatever its provider. */
export const sourceBase = {
  /** What the CRM shows as the origin of the lead; the source's name by default. */
  label: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  /** 0–100. Of two submissions of the same moment, the more trusted one wins. */
  trust: z._default(wholeNumber(0, 100), 50),
  /** Answer 409 when the same e-mail address was submitted to this source before. */
  onRepeat: z._default(z.enum(['accept', 'conflict']), 'accept'),
  fields: fieldMap,
  /** Canonical field → constant, used where a submission has no value of its own. */
  defaults: z._default(defaultValues, {}),
  /**
   * Where phone numbers without `+` are dialled, unless the submission names its country; `phone.defaultCountry`
   * by default.
   */
  defaultCountry: z.optional(countryCode),
  /** `update_only`: a lead that the CRM does not know is quarantined, not created. */
  mode: z._default(z.enum(['upsert', 'update_only']), 'upsert'),
  /** Its leads are set aside, and a person paged, after few attempts; and paged early. */
  highIntent: z._default(z.boolean(), false),
  /** Retry settings of this source, over those in `delivery.retry`. */
  retry: z._default(ownRetrySchema, {}),
  /** What is normal for this source: its alarms. None without it. */
  expect: z.optional(expectSchema),
};

/** What every source's configuration has, whatever its provider. */
export type SourceBase = z.infer<z.ZodMiniObject<typeof sourceBase>> & {
  readonly provider: string;
};

type SettingsShape = Readonly<Record<string, z.ZodMiniType>>;

/** The settings of one provider's sources. */
export type SourceSettings<Name extends string, Extra extends SettingsShape> = z.ZodMiniObject<
  { provider: z.ZodMiniLiteral<Name> } & typeof sourceBase & Extra,
  z.core.$strict
>;

/**
 * The settings of a provider's sources: those of every source, and the provider's own.
 *
 * @param provider the name in the configuration, snake_case
 */
export function sourceSettings<Name extends string, Extra extends SettingsShape = {}>(
  provider: Name,
  extra?: Extra,
): SourceSettings<Name, Extra> {
  return z.strictObject({
    provider: z.literal(provider),
    ...sourceBase,
    ...extra,
  }) as unknown as SourceSettings<Name, Extra>;
}

const timestampUnit = {
  unit: z._default(z.enum(['seconds', 'milliseconds']), 'seconds'),
  toleranceSeconds: z._default(wholeNumber(1, 3_600), 300),
};

/** How far a signed timestamp may lie from our clock, before or after, in seconds. */
export const toleranceSeconds = timestampUnit.toleranceSeconds;

/** How a sender signs: everything that the one HMAC verifier needs to know. */
export const signatureSchema = z.strictObject({
  header: headerName,
  prefix: z._default(z.string().check(z.maxLength(40)), ''),
  /** The header is a list such as `t=…,v1=…`: the name of the member that is the signature. */
  member: z.optional(z.string().check(z.regex(/^[a-z0-9_]{1,20}$/i, 'must be a name'))),
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
  timestamp: z.union(
    [
      z.literal('none'),
      z.strictObject({ header: headerName, ...timestampUnit }),
      z.strictObject({
        /** Of the signature's header, when that is a list. */
        member: z.string().check(z.regex(/^[a-z0-9_]{1,20}$/i)),
        ...timestampUnit,
      }),
    ],
    {
      error:
        'must be "none", or { header, unit, toleranceSeconds } with 1 to 3600 seconds, or { member, … }',
    },
  ),
});

/** How a sender signs, with every setting filled in. */
export type SignatureScheme = z.infer<typeof signatureSchema>;

function isPattern(key: string): boolean {
  return labelPattern(key) !== undefined;
}

/** The pattern of a `label:/…/` key; case does not matter. `undefined` for any other key. */
export function labelPattern(key: string): RegExp | undefined {
  const source = /^label:\/(.+)\/$/.exec(key)?.[1];
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, 'iu');
  } catch {
    return undefined;
  }
}
