/** Names that the functions, the stack and the local pipeline must agree on. */

/** The table's sparse index of events that have not ended. */
export const OPEN_INDEX = 'open';

/** The CloudWatch namespace of everything that Holdfast measures. */
export const METRICS_NAMESPACE = 'Holdfast';

/**
 * Paths that reach the intake function, with every method.
 *
 * The function itself answers a method that is not allowed (405), CORS preflights and, with 503, an
 * unknown source: API Gateway's own 404 would make a sender such as Typeform switch its webhook off.
 */
export const INTAKE_PATHS = [
  '/hooks/{source}',
  '/hooks/{source}/{token}',
  '/hooks/{proxy+}',
  '/health',
] as const;

/** The source that the canary posts to. No configured source may have this name. */
export const CANARY_SOURCE = 'holdfast_canary';
