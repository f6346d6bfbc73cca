/**
 * The sweeper function's environment. The CDK stack must supply exactly these: a missing one is a
 * compile error there, and a start-up error here.
 */
export interface SweeperEnv {
  readonly STAGE: string;
  readonly TABLE_NAME: string;
  readonly DELIVERY_QUEUE_URL: string;
  readonly DEAD_LETTER_QUEUE_URL: string;
  /** As for the consumer: held events stay where they are while it is `false`. */
  readonly ZOHO_ENABLED: string;
}

/** The names of `SweeperEnv`, to be checked at start. */
export const SWEEPER_ENV_NAMES = [
  'STAGE',
  'TABLE_NAME',
  'DELIVERY_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'ZOHO_ENABLED',
] as const satisfies readonly (keyof SweeperEnv)[];
