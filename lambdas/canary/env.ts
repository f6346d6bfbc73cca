/**
 * The canary function's environment. The CDK stack must supply exactly these: a missing one is a
 * compile error there, and a start-up error here.
 */
export interface CanaryEnv {
  readonly STAGE: string;
  readonly TABLE_NAME: string;
  /** Senders post to `<endpoint>/hooks/<source>`; without a slash at its end. */
  readonly ENDPOINT: string;
  /** The secret of the canary's own source. */
  readonly CANARY_SECRET_ID: string;
}

/** The names of `CanaryEnv`, to be checked at start. */
export const CANARY_ENV_NAMES = [
  'STAGE',
  'TABLE_NAME',
  'ENDPOINT',
  'CANARY_SECRET_ID',
] as const satisfies readonly (keyof CanaryEnv)[];
