/**
 * The consumer function's environment. The CDK stack must supply exactly these: a missing one is a
 * compile error there, and a start-up error here.
 */
export interface ConsumerEnv {
  readonly STAGE: string;
  readonly TABLE_NAME: string;
  readonly DELIVERY_QUEUE_URL: string;
  readonly DEAD_LETTER_QUEUE_URL: string;
  readonly ZOHO_SECRET_ID: string;
  readonly PEPPER_SECRET_ID: string;
  /** Bodies that are too large for the table. */
  readonly ARCHIVE_BUCKET: string;
  /** A source's secret is `<prefix><source name>`; its `api_token` opens its provider's API. */
  readonly SOURCE_SECRET_PREFIX: string;
  /** `false` holds leads and calls nothing; anything but `true` and `false` is refused. */
  readonly ZOHO_ENABLED: string;
  /** Origins; they replace the configured ones (a sandbox, the simulator). */
  readonly ZOHO_ACCOUNTS_URL: string;
  readonly ZOHO_API_URL: string;
  /** Stands in for all providers' APIs, `<origin>/<provider>` each; empty for the real ones. */
  readonly DETAILS_API_ORIGIN: string;
}

/** The names of `ConsumerEnv`, to be checked at start. */
export const CONSUMER_ENV_NAMES = [
  'STAGE',
  'TABLE_NAME',
  'DELIVERY_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'ZOHO_SECRET_ID',
  'PEPPER_SECRET_ID',
  'ARCHIVE_BUCKET',
  'SOURCE_SECRET_PREFIX',
  'ZOHO_ENABLED',
  'ZOHO_ACCOUNTS_URL',
  'ZOHO_API_URL',
  'DETAILS_API_ORIGIN',
] as const satisfies readonly (keyof ConsumerEnv)[];
