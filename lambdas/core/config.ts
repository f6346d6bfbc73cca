import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { CANARY_SOURCE_SETTINGS, canarySchema } from './canary.ts';
import { CANARY_SOURCE } from './pipeline-names.ts';
import { deliverySchema } from './delivery-settings.ts';
import { ConfigError } from './errors.ts';
import { countryCode } from './lead-settings.ts';
import { type RetrySettings, retrySettingsFor } from './retry-settings.ts';
import { wholeNumber } from './setting.ts';
import { sourceSchema } from '../providers/catalogue.ts';
import { sweeperSchema } from './sweeper-settings.ts';
import { mergedField, zohoSchema } from './zoho-settings.ts';

z.config(en());

/**
 * `any`, the default: every alarm, when it begins and when it is over. `high`: only that leads may be lost, for what
 * wakes people up.
 */
const urgency = z.optional(z.enum(['any', 'high']));

const subscriptionSchema = z.discriminatedUnion('protocol', [
  z.strictObject({
    protocol: z.literal('email'),
    endpoint: z.string().check(z.email('must be an e-mail address')),
    urgency,
  }),
  z.strictObject({
    protocol: z.literal('https'),
    endpoint: z.string().check(z.regex(/^https:\/\/\S+$/, 'must be an https URL')),
    urgency,
  }),
]);

const mergePolicy = z.enum(['latest', 'first', 'append']);

/**
 * How two values of one field are merged.
 *
 * - `latest`: the newer one stays (then the more trusted one)
 * - `first`: the older one stays; for what only the first contact can tell
 * - `append`: each is kept
 */
export type MergePolicy = z.infer<typeof mergePolicy>;

const configSchema = z.strictObject({
  sources: z
    .record(
      z
        .string()
        .check(
          z.regex(
            /^[a-z][a-z0-9_-]{0,39}$/,
            'must be lower-case letters, digits, _ or -, at most 40, starting with a letter',
          ),
        ),
      sourceSchema,
    )
    .check(z.refine((sources) => Object.keys(sources).length > 0, 'must name at least one source'))
    .check(
      z.refine((sources) => !Object.hasOwn(sources, CANARY_SOURCE), {
        path: [CANARY_SOURCE],
        error: 'is the name of the canary; set `canary` instead',
      }),
    ),
  /**
   * What people call the present mapping, for example `spring-form`: each event's mapping version begins with
   * it. Changing it changes no reading.
   */
  mappingLabel: z.optional(
    z
      .string()
      .check(
        z.regex(
          /^[a-z0-9][a-z0-9._-]{0,39}$/i,
          'must be letters, digits, ., _ or -, at most 40, starting with a letter or a digit',
        ),
      ),
  ),
  identity: z._default(
    z.strictObject({
      /** What stands for a person, in this order: the first one that a lead has. */
      order: z.array(z.enum(['email', 'external_id', 'phone'])).check(z.minLength(1)),
    }),
    { order: ['email', 'external_id', 'phone'] },
  ),
  /** How values of several submissions of one person become one. */
  merge: z.prefault(
    z.strictObject({
      /** Field → policy; added to the built-in ones, or in their place. All others are `latest`. */
      fields: z._default(z.record(mergedField, mergePolicy), {}),
    }),
    {},
  ),
  phone: z.prefault(
    z.strictObject({
      /**
       * Where phone numbers without `+` are dialled, for sources that do not say so themselves. Numbers of leads that
       * came before a change stay as they were read.
       */
      defaultCountry: z.optional(countryCode),
    }),
    {},
  ),
  zoho: z.prefault(zohoSchema, {}),
  delivery: z.prefault(deliverySchema, {}),
  intake: z.prefault(
    z.strictObject({
      jsonBytesMax: z._default(wholeNumber(1_024, 4_000_000), 1_000_000),
      multipartBytesMax: z._default(wholeNumber(1_024, 4_000_000), 4_000_000),
    }),
    {},
  ),
  /** How long things are kept. Keys must outlive every sender's retries. */
  retention: z.prefault(
    z.strictObject({
      eventDays: z._default(wholeNumber(90, 3_650), 400),
      rawDays: z._default(wholeNumber(14, 3_650), 90),
      suppressedDays: z._default(wholeNumber(1, 365), 30),
    }),
    {},
  ),
  /** A synthetic lead that is sent at an interval and followed, with an alarm if it does not arrive; none by default. */
  canary: z.optional(canarySchema),
  /** What the sweeper, which runs every minute, takes for stuck, and how much it looks at in a run. */
  sweeper: z.prefault(sweeperSchema, {}),
  /**
   * The table to work on from now on, in place of the stack's first one: one that was restored from it, by the name
   * that it was given (docs/deploy.md, "Go back to a moment").
   */
  restoredTable: z.optional(
    z
      .string()
      .check(
        z.regex(
          /^[a-zA-Z0-9_.-]{3,255}$/,
          'must be the name of a table: letters, digits, _, - or ., 3 to 255 of them',
        ),
      ),
  ),
  alarms: z.prefault(
    z.strictObject({ subscriptions: z._default(z.array(subscriptionSchema), []) }),
    {},
  ),
});

/** The configuration as a person writes it: everything but `sources` has a default. */
export type HoldfastConfigInput = z.input<typeof configSchema>;

/** Settings of the canary, where there is one. */
export type CanarySettings = NonNullable<HoldfastConfig['canary']>;

/** The configuration with every setting filled in. */
export type HoldfastConfig = z.output<typeof configSchema>;

/**
 * Checks a configuration and fills in its defaults.
 *
 * @throws {ConfigError} naming each wrong setting by its path, with what is allowed
 */
export function defineConfig(input: HoldfastConfigInput): HoldfastConfig {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${pathOf(issue.path)}: ${allowed(issue)}`);
    throw new ConfigError(`holdfast.config.ts is not valid:\n${lines.join('\n')}`);
  }
  return withCanary(withDefaultCountry(parsed.data));
}

/** Adds the canary's own source, where there is a canary: to all functions it is a sender like any other. */
function withCanary(config: HoldfastConfig): HoldfastConfig {
  if (config.canary === undefined) return config;
  const source = sourceSchema.parse(CANARY_SOURCE_SETTINGS);
  return { ...config, sources: { ...config.sources, [CANARY_SOURCE]: source } };
}

/** Tells each source the default country of all, so that its own settings say how its leads are read. */
function withDefaultCountry(config: HoldfastConfig): HoldfastConfig {
  const { defaultCountry } = config.phone;
  if (defaultCountry === undefined) return config;
  const sources = Object.entries(config.sources).map(
    ([name, source]) => [name, { defaultCountry, ...source }] as const,
  );
  return { ...config, sources: Object.fromEntries(sources) };
}

/** The retry settings of a source: its own over those of all. */
export function retrySettingsOf(config: HoldfastConfig, source: string): RetrySettings {
  return retrySettingsFor(config.delivery.retry, config.sources[source]);
}

const MERGE_POLICIES: Readonly<Record<string, MergePolicy>> = {
  lead_source: 'first',
  referrer: 'first',
  utm_source: 'first',
  utm_medium: 'first',
  utm_campaign: 'first',
  utm_term: 'first',
  utm_content: 'first',
  utm_id: 'first',
  campaign_id: 'first',
  adset_id: 'first',
  ad_id: 'first',
  platform: 'first',
  message: 'append',
};

/** The merge policy of a field. */
export function mergePolicyOf(config: Pick<HoldfastConfig, 'merge'>, field: string): MergePolicy {
  return config.merge.fields[field] ?? MERGE_POLICIES[field] ?? 'latest';
}

/** What is allowed there, in one sentence; a bad key says it in issues of its own. */
function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => inner.message).join(', ');
  return issue.message;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(top level)' : path.map(String).join('.');
}
