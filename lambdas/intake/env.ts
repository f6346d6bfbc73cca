/**
 * The intake function's environment. The CDK stack must supply exactly these: a missing one is a
 * compile error there, and a start-up error here.
 *
 * Beside them, `TURNSTILE_URL` names another origin than Cloudflare's, for a pipeline on one machine.
 */
export interface IntakeEnv {
  readonly STAGE: string;
  readonly TABLE_NAME: string;
  readonly ARCHIVE_BUCKET: string;
  readonly DELIVERY_QUEUE_URL: string;
  readonly DEAD_LETTER_QUEUE_URL: string;
  /** A source's secret is `<prefix><source name>`. */
  readonly SOURCE_SECRET_PREFIX: string;
  readonly PEPPER_SECRET_ID: string;
}

/** The names of `IntakeEnv`, to be checked at start. */
export const INTAKE_ENV_NAMES = [
  'STAGE',
  'TABLE_NAME',
  'ARCHIVE_BUCKET',
  'DELIVERY_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'SOURCE_SECRET_PREFIX',
  'PEPPER_SECRET_ID',
] as const satisfies readonly (keyof IntakeEnv)[];
