import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ConfigError } from './errors.ts';
import { ATTRIBUTE_NAMES, CANONICAL_FIELDS } from './lead-event.ts';
import { ROWS_PER_CALL_MAX } from './pipeline-limits.ts';

z.config(en());

const headerName = z
  .string()
  .check(
    z.regex(/^[a-z0-9-]{1,64}$/, 'must be a lower-case header name, for example "x-signature"'),
  );
const wholeNumber = (min: number, max: number) => z.number().check(z.int(), z.gte(min), z.lte(max));
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

/** Numbers of the retry schedule; a source may have its own for some of them. */
const retrySettings = {
  /** CRM calls for one lead, one right after the other. */
  immediateAttempts: wholeNumber(1, 5),
  /** CRM calls for one lead within one invocation; those after the immediate ones wait `shortWaitMs`. */
  inInvocationAttempts: wholeNumber(1, 10),
  shortWaitMs: wholeNumber(0, 10_000),
  /** The first wait outside an invocation; each further one is twice as long. */
  firstDelayMs: wholeNumber(1_000, 60_000),
  delayMaxMs: wholeNumber(1_000, 900_000),
  /** From `attemptsMax` on: a wait for long outages, which must not use up a message's receives. */
  longDelayMs: wholeNumber(60_000, 3_600_000),
  /** Waits are scattered by up to this share, up and down, so that leads do not retry together. */
  jitterShare: z.number().check(z.gte(0), z.lte(0.5)),
  /** CRM calls for one lead before it is quarantined (if the hours below are over, too). */
  attemptsMax: wholeNumber(1, 1_000),
  retryForHours: wholeNumber(0, 168),
  /** CRM calls for one lead whose refusals may come from a race. */
  raceAttemptsMax: wholeNumber(1, 50),
};

/** The retry schedule with every setting filled in. */
export type RetrySettings = { readonly [Name in keyof typeof retrySettings]: number };

const RETRY_DEFAULTS: RetrySettings = {
  immediateAttempts: 3,
  inInvocationAttempts: 5,
  shortWaitMs: 1_000,
  firstDelayMs: 2_000,
  delayMaxMs: 60_000,
  longDelayMs: 300_000,
  jitterShare: 0.2,
  attemptsMax: 50,
  retryForHours: 72,
  raceAttemptsMax: 5,
};

/** For leads that must reach a person soon, by whatever way. */
const HIGH_INTENT_RETRY = { attemptsMax: 10, retryForHours: 0 } as const;

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
  retry: z._default(z.partial(z.strictObject(retrySettings)), {}),
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
const sourceSchema = z.discriminatedUnion('provider', [
  typeformSource,
  standardWebhooksSource,
  genericHmacSource,
  websiteFormSource,
]);

/** One configured sender, with every setting filled in. */
export type SourceConfig = z.infer<typeof sourceSchema>;

const httpsUrl = z
  .string()
  .check(
    z.regex(
      /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?)$/,
      'must be an https origin without a path (http on loopback only)',
    ),
  );
const apiName = z
  .string()
  .check(
    z.regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'must be a Zoho API name, for example "Last_Name"'),
  );

/** Zoho fields that every organisation has, and which canonical field fills them. */
const COMMON_FIELDS = {
  first_name: 'First_Name',
  last_name: 'Last_Name',
  email: 'Email',
  phone: 'Phone',
  message: 'Description',
  lead_source: 'Lead_Source',
} as const;

/**
 * Contacts name some fields otherwise, and have no field of their own for a company's name or website:
 * those go into the description. Unconfirmed: their API names were not read in Zoho's own pages.
 */
const FIELDS_BY_MODULE = {
  Leads: {
    ...COMMON_FIELDS,
    company: 'Company',
    job_title: 'Designation',
    website: 'Website',
    street: 'Street',
    city: 'City',
    region: 'State',
    postal_code: 'Zip_Code',
    country: 'Country',
  },
  Contacts: {
    ...COMMON_FIELDS,
    company: 'Description',
    job_title: 'Title',
    website: 'Description',
    street: 'Mailing_Street',
    city: 'Mailing_City',
    region: 'Mailing_State',
    postal_code: 'Mailing_Zip',
    country: 'Mailing_Country',
  },
} as const;

/** What a merged lead can hold, and so what a Zoho field can be filled from. */
const MERGED_FIELDS: readonly string[] = [...ATTRIBUTE_NAMES, 'email', 'phone', 'lead_source'];
const mergedField = z
  .string()
  .check(
    z.refine((name) => MERGED_FIELDS.includes(name), `must be one of ${MERGED_FIELDS.join(', ')}`),
  );

const zohoSchema = z.strictObject({
  /** Where tokens come from. Depends on the data centre: accounts.zoho.eu, accounts.zoho.in, … */
  accountsUrl: z._default(httpsUrl, 'https://accounts.zoho.com'),
  /** Where records are written: www.zohoapis.com, www.zohoapis.eu, sandbox.zohoapis.com, … */
  apiUrl: z._default(httpsUrl, 'https://www.zohoapis.com'),
  module: z._default(z.enum(['Leads', 'Contacts']), 'Leads'),
  /**
   * - `unique_field`: the module has a unique custom field for the identity (recommended)
   * - `email_search`: it has none; records are found by e-mail address
   */
  match: z._default(z.enum(['unique_field', 'email_search']), 'unique_field'),
  keyField: z._default(apiName, 'Holdfast_Key'),
  versionField: z._default(apiName, 'Holdfast_Version'),
  /** Automations that a write starts. */
  trigger: z._default(
    z.array(z.enum(['workflow', 'approval', 'blueprint', 'pathfinder', 'orchestration'])),
    ['workflow'],
  ),
  /** Canonical field → Zoho API name. Entries are added to the built-in ones or replace them. */
  fields: z._default(z.record(mergedField, apiName), {}),
  /**
   * What becomes of a submission of somebody whose lead was turned into a contact, or whom Zoho knows as
   * a contact.
   *
   * - `quarantine`: it waits for a person
   * - `note`: it becomes a note on the contact
   */
  onConverted: z._default(z.enum(['quarantine', 'note']), 'quarantine'),
  /** Fills `Last_Name`, which Zoho requires, when a lead has no name and no company. */
  lastNameFallback: z._default(z.string().check(z.minLength(1), z.maxLength(80)), 'Unknown'),
  /** Fills `Company`, which most layouts require. */
  companyFallback: z._default(z.string().check(z.minLength(1), z.maxLength(100)), 'Unknown'),
  /**
   * Simultaneous calls that the edition allows: Free 5, Standard 10, Professional 15, Enterprise 20,
   * Ultimate 25 (Zoho CRM v8, API limits, read 2026-11-22).
   */
  editionConcurrency: z._default(wholeNumber(4, 25), 10),
});

const deliverySchema = z.strictObject({
  /** Events a consumer call takes. 10 leads are one upsert: 1 API credit. */
  batchSize: z._default(wholeNumber(1, ROWS_PER_CALL_MAX), ROWS_PER_CALL_MAX),
  /** Consumer functions at a time. SQS allows no fewer than 2. */
  maxConcurrency: z._default(wholeNumber(2, 25), 3),
  crmTimeoutMs: z._default(wholeNumber(100, 25_000), 10_000),
  /** When a failed delivery is tried again. */
  retry: z.prefault(
    z.strictObject(
      Object.fromEntries(
        Object.entries(retrySettings).map(([name, schema]) => [
          name,
          z._default(schema, RETRY_DEFAULTS[name as keyof RetrySettings]),
        ]),
      ) as { [Name in keyof typeof retrySettings]: z.ZodMiniDefault<(typeof retrySettings)[Name]> },
    ),
    {},
  ),
  /** When Zoho is left alone for a while, for all leads. */
  breaker: z.prefault(
    z
      .strictObject({
        failuresInRowMax: z._default(wholeNumber(1, 100), 5),
        windowSeconds: z._default(wholeNumber(1, 3_600), 60),
        windowCallsMin: z._default(wholeNumber(1, 10_000), 20),
        windowFailureShareMax: z._default(z.number().check(z.gt(0), z.lte(1)), 0.5),
        openMs: z._default(wholeNumber(1_000, 3_600_000), 30_000),
        openMaxMs: z._default(wholeNumber(1_000, 3_600_000), 300_000),
        /** How long one consumer may take to try whether Zoho is back. Outlasts a consumer's time-out. */
        probeLeaseMs: z._default(wholeNumber(1_000, 900_000), 90_000),
      })
      .check(
        z.refine(({ openMs, openMaxMs }) => openMs <= openMaxMs, {
          path: ['openMs'],
          error: 'must be at most openMaxMs',
        }),
      ),
    {},
  ),
  /** API credits of the day that are left to people and other tools. */
  credits: z.prefault(
    z
      .strictObject({
        /** Below this, deliveries stop for `pauseMs` at a time. */
        reserve: z._default(wholeNumber(0, 100_000_000), 500),
        /** Below this, each write waits `slowDownMs`. */
        slowBelow: z._default(wholeNumber(0, 100_000_000), 1_000),
        slowDownMs: z._default(wholeNumber(0, 10_000), 5_000),
        pauseMs: z._default(wholeNumber(60_000, 43_000_000), 900_000),
      })
      .check(
        z.refine(({ reserve, slowBelow }) => slowBelow >= reserve, {
          path: ['slowBelow'],
          error: 'must be at least reserve: writes slow down before they stop',
        }),
      ),
    {},
  ),
  /** A lead of a `highIntent` source that waits for longer than this pages somebody. */
  highIntentPatienceSeconds: z._default(wholeNumber(1, 86_400), 120),
  /** Claims that end without a result (crash, time-out) before a lead is quarantined as poison. */
  poisonClaimsMax: z._default(wholeNumber(2, 100), 5),
  /**
   * Leads that may have killed their consumer are tried one at a time: others of the same batch come back
   * after up to this long.
   */
  suspectDelayMaxMs: z._default(wholeNumber(1_000, 300_000), 60_000),
  /** How long one consumer may hold an event. Outlasts the consumer function's time-out. */
  claimLeaseMs: z._default(wholeNumber(15_000, 900_000), 90_000),
  /** How long one writer may hold an identity's record. Outlasts `crmTimeoutMs` by far. */
  identityLeaseMs: z._default(wholeNumber(15_000, 300_000), 60_000),
  /** How long after a call without an answer Zoho may still commit it. */
  settleWindowMs: z._default(wholeNumber(1_000, 120_000), 30_000),
});

const subscriptionSchema = z.discriminatedUnion('protocol', [
  z.strictObject({
    protocol: z.literal('email'),
    endpoint: z.string().check(z.email('must be an e-mail address')),
  }),
  z.strictObject({
    protocol: z.literal('https'),
    endpoint: z.string().check(z.regex(/^https:\/\/\S+$/, 'must be an https URL')),
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
    .check(z.refine((sources) => Object.keys(sources).length > 0, 'must name at least one source')),
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
  /** What the sweeper, which runs every minute, takes for stuck, and how much it looks at in a run. */
  sweeper: z.prefault(
    z.strictObject({
      /** A lead that was stored so long ago and not claimed since has no message any more. */
      receivedStaleMs: z._default(wholeNumber(30_000, 7_200_000), 120_000),
      /** So long after a claim ended by itself, its message has not come back. Outlasts the queue's visibility. */
      leaseStaleMs: z._default(wholeNumber(60_000, 7_200_000), 600_000),
      /** So long after a failed lead was due, its message has not come back. Outlasts every retry's wait. */
      overdueMs: z._default(wholeNumber(60_000, 7_200_000), 900_000),
      /** Leaves intake and consumer the time to send a dead letter themselves. */
      unreportedStaleMs: z._default(wholeNumber(30_000, 7_200_000), 120_000),
      /** A lead in a backlog looks as if its message were lost: it gets no more than one in this time. */
      requeueIntervalMs: z._default(wholeNumber(60_000, 7_200_000), 600_000),
      /** Leads looked at in a partition of the index and run; the next run goes on behind them. */
      pageEvents: z._default(wholeNumber(10, 1_000), 250),
      /** Held leads are not stuck, they are to be drained: more pages of them a run. */
      heldPagesMax: z._default(wholeNumber(1, 100), 10),
      /** Messages a run while the breaker lets one call through to see whether Zoho is back. */
      probeEventsMax: z._default(wholeNumber(1, 10), 3),
      /** Leads counted in a partition for the metrics, at the most. */
      countMax: z._default(wholeNumber(100, 1_000_000), 10_000),
      /** After this, a run begins nothing more. Leaves the calls in flight time to end. */
      runForMs: z._default(wholeNumber(1_000, 600_000), 20_000),
    }),
    {},
  ),
  alarms: z.prefault(
    z.strictObject({ subscriptions: z._default(z.array(subscriptionSchema), []) }),
    {},
  ),
});

/** The configuration as a person writes it: everything but `sources` has a default. */
export type HoldfastConfigInput = z.input<typeof configSchema>;

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
  return parsed.data;
}

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

/** The retry settings of a source: its own over those of all. */
export function retrySettingsOf(config: HoldfastConfig, source: string): RetrySettings {
  const own = config.sources[source];
  return {
    ...config.delivery.retry,
    ...(own?.highIntent === true ? HIGH_INTENT_RETRY : {}),
    ...definedIn(own?.retry ?? {}),
  };
}

const MERGE_POLICIES: Readonly<Record<string, MergePolicy>> = {
  lead_source: 'first',
  referrer: 'first',
  utm_source: 'first',
  utm_medium: 'first',
  utm_campaign: 'first',
  utm_term: 'first',
  utm_content: 'first',
  message: 'append',
};

/** The merge policy of a field. */
export function mergePolicyOf(config: Pick<HoldfastConfig, 'merge'>, field: string): MergePolicy {
  return config.merge.fields[field] ?? MERGE_POLICIES[field] ?? 'latest';
}

function definedIn<Value>(
  settings: Readonly<Record<string, Value | undefined>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

/** The full canonical → Zoho mapping: the module's built-in one with the configured entries over it. */
export function zohoFieldMapping(config: HoldfastConfig): Readonly<Record<string, string>> {
  return { ...FIELDS_BY_MODULE[config.zoho.module], ...config.zoho.fields };
}

/** What is allowed there, in one sentence; a bad key says it in issues of its own. */
function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => inner.message).join(', ');
  return issue.message;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(top level)' : path.map(String).join('.');
}
