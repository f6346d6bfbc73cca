import * as z from 'zod/mini';
import { HoldfastError } from '../../lambdas/core/errors.ts';

z.config(z.locales.en());

const wholeNumber = (min: number, max: number) => z.number().check(z.int(), z.gte(min), z.lte(max));
const milliseconds = wholeNumber(0, 86_400_000);

const knobsSchema = z.strictObject({
  // OAuth
  clientId: z.string().check(z.minLength(1)),
  clientSecret: z.string().check(z.minLength(1)),
  refreshToken: z.string().check(z.minLength(1)),
  /** Others that the same user has made. */
  moreRefreshTokens: z.readonly(z.array(z.string().check(z.minLength(1)))),
  /** What the refresh tokens may do. */
  scopes: z.readonly(z.array(z.string())),
  accessTokenTtlSeconds: wholeNumber(1, 86_400),
  /** Live access tokens of one refresh token; one more ends the oldest. */
  liveTokensMax: wholeNumber(1, 1_000),
  /** Token requests in one window; after that none until the window is over. */
  tokenRequestsMax: wholeNumber(1, 1_000_000),
  tokenWindowSeconds: wholeNumber(1, 86_400),
  /** HTTP status of "Access Denied". */
  tokenThrottleStatus: z.union([z.literal(200), z.literal(400), z.literal(429)]),
  /** Code of the 401 for a token that is unknown or dead. */
  deadTokenCode: z.enum(['INVALID_TOKEN', 'INVALID_OAUTHTOKEN', 'AUTHENTICATION_FAILURE']),

  // The organisation
  /** Whether the fields Holdfast_Key and Holdfast_Version exist. */
  customFields: z.boolean(),
  /** Fields with "Do not allow duplicate values", in their order. Zoho allows two a module. */
  uniqueFields: z.readonly(z.array(z.string()).check(z.maxLength(2))),
  /** Whether a field can be made external where it is created; if not, only in Zoho's own pages. */
  externalFieldByApi: z.enum(['accept', 'refuse']),
  /** UTC offset of the organisation's time zone. */
  timeZoneOffset: z.string().check(z.regex(/^[+-]\d{2}:\d{2}$/, 'must look like "+05:30"')),

  // Writing
  unknownField: z.enum(['reject', 'ignore']),
  dateTimeFormat: z.enum(['strict', 'lenient']),
  /** What an update does with `null` and the empty string. */
  emptyValueOnUpdate: z.enum(['clear', 'ignore']),
  /** Which record an upsert takes when several match. */
  multiMatch: z.enum(['oldest', 'newest', 'random']),
  /** Seed of the random choice above. */
  seed: wholeNumber(0, 0xff_ff_ff_ff),
  /** Check, wait, then write, without a lock. `null`: check and write in one step. */
  race: z.nullable(z.strictObject({ delayMs: milliseconds })),
  /** `duplicate_field` of an insert: Zoho's pages show both. */
  duplicateFieldOnInsert: z.enum(['null', 'first_check_field']),
  requestErrorShape: z.enum(['flat', 'wrapped']),
  /** HTTP status when each row of an upsert succeeded. */
  upsertStatus: z.union([z.literal(200), z.literal(201)]),
  /** HTTP status when each row of a write failed. */
  allRowsFailedStatus: z.union([z.literal(200), z.literal(202), z.literal(400)]),
  /**
   * What a converted lead means to other writes.
   *
   * - `hidden`: nothing; a new lead is made
   * - `duplicate_data`: its unique values are taken, as with the duplicate check preference
   *   `converted_records`
   * - `converted_record`: an upsert matches it, and is refused
   */
  convertedLeads: z.enum(['hidden', 'duplicate_data', 'converted_record']),
  /** Whether an update that changes nothing starts workflows. */
  workflowOnUnchanged: z.boolean(),

  // Reading
  /** How long a change takes to reach the search index. COQL and GET see it at once. */
  searchLagMs: milliseconds,

  // Limits
  dailyCredits: wholeNumber(1, 100_000_000),
  /** Simultaneous calls of the organisation. */
  concurrencyMax: wholeNumber(1, 10_000),
  /** Simultaneous calls of the heavy kind: COQL, convert, writes of more than 10 rows. */
  subConcurrencyMax: wholeNumber(1, 10_000),
  tooManyRequestsCode: z.enum(['TOO_MANY_REQUESTS', 'RATE_LIMIT_EXCEEDED']),
  /** `Retry-After` of a 429. Zoho documents none. */
  retryAfterSeconds: z.nullable(wholeNumber(0, 86_400)),
  /** Added to each call. */
  latencyMs: milliseconds,
});

/** Every setting of the simulated organisation. What each is for is in the README. */
export type Knobs = z.infer<typeof knobsSchema>;

/** What the simulator does unless told otherwise. */
export const DEFAULT_KNOBS: Knobs = {
  clientId: '1000.SIMULATOR',
  clientSecret: 'simulator-secret',
  refreshToken: '1000.simulator.refresh',
  moreRefreshTokens: [],
  scopes: [
    'ZohoCRM.modules.leads.CREATE',
    'ZohoCRM.modules.leads.READ',
    'ZohoCRM.modules.leads.UPDATE',
    'ZohoCRM.modules.contacts.CREATE',
    'ZohoCRM.modules.contacts.READ',
    'ZohoCRM.modules.contacts.UPDATE',
    'ZohoCRM.modules.notes.CREATE',
    'ZohoCRM.modules.notes.READ',
    'ZohoCRM.settings.fields.READ',
    'ZohoCRM.settings.fields.CREATE',
    'ZohoCRM.settings.layouts.READ',
    'ZohoCRM.settings.modules.READ',
    'ZohoCRM.coql.READ',
    'ZohoSearch.securesearch.READ',
  ],
  accessTokenTtlSeconds: 3_600,
  liveTokensMax: 10,
  tokenRequestsMax: 10,
  tokenWindowSeconds: 600,
  tokenThrottleStatus: 400,
  deadTokenCode: 'INVALID_TOKEN',

  customFields: true,
  uniqueFields: ['Holdfast_Key'],
  externalFieldByApi: 'accept',
  timeZoneOffset: '+05:30',

  unknownField: 'reject',
  dateTimeFormat: 'strict',
  emptyValueOnUpdate: 'clear',
  multiMatch: 'oldest',
  seed: 1,
  race: null,
  duplicateFieldOnInsert: 'null',
  requestErrorShape: 'flat',
  upsertStatus: 200,
  allRowsFailedStatus: 400,
  convertedLeads: 'hidden',
  workflowOnUnchanged: true,

  searchLagMs: 5_000,

  dailyCredits: 50_000,
  concurrencyMax: 10,
  subConcurrencyMax: 10,
  tooManyRequestsCode: 'TOO_MANY_REQUESTS',
  retryAfterSeconds: null,
  latencyMs: 0,
};

/** Something told to the simulator itself, not to Zoho, is wrong. The message names it. */
export class SimulatorInputError extends HoldfastError {
  constructor(message: string) {
    super('simulator_input_invalid', message);
  }
}

/** Holds the knobs in force. */
export class KnobBoard {
  private readonly atStart: Knobs;
  private inForce: Knobs;

  /** @throws {SimulatorInputError} naming each wrong knob */
  constructor(changes: Partial<Knobs>) {
    this.atStart = changed(DEFAULT_KNOBS, changes);
    this.inForce = this.atStart;
  }

  current(): Knobs {
    return this.inForce;
  }

  /** @throws {SimulatorInputError} naming each wrong knob; then nothing changes */
  change(changes: unknown): Knobs {
    this.inForce = changed(this.inForce, changes);
    return this.inForce;
  }

  /** Back to what the simulator was started with. */
  reset(): void {
    this.inForce = this.atStart;
  }
}

function changed(knobs: Knobs, changes: unknown): Knobs {
  const parsed = knobsSchema.safeParse({
    ...knobs,
    ...(typeof changes === 'object' && changes !== null ? changes : { changes }),
  });
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || '(knobs)'}: ${issue.message}`,
  );
  throw new SimulatorInputError(`Wrong knobs: ${lines.join('; ')}`);
}

/** Reads the knobs as the admin endpoint sends them. */
export function parseKnobs(value: unknown): Knobs {
  return knobsSchema.parse(value);
}
