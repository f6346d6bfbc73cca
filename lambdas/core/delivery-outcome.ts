import type { CrmResult, Suppression } from './event-record.ts';
import type { Failure } from './failure.ts';

/**
 * What came of trying to deliver one event. `attempts` counts CRM calls, this one included, or attempts to
 * read its details.
 *
 * - `delivered`: the CRM holds what the event says
 * - `retry`: it does not; try again after `delayMs`
 * - `deferred`: nothing was tried (another writer has the identity, time is short); no attempt counts.
 *   `untried`: the event was not even looked at, and nothing is known of what it does to its consumer
 * - `rejected`: trying again cannot help
 * - `suppressed`: its details tell that it is not meant for the CRM
 */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly crm: CrmResult; readonly attempts: number }
  | {
      readonly kind: 'retry';
      readonly failure: Failure;
      readonly attempts: number;
      readonly delayMs: number;
    }
  | { readonly kind: 'deferred'; readonly delayMs: number; readonly untried?: true }
  | { readonly kind: 'rejected'; readonly failure: Failure; readonly attempts: number }
  | { readonly kind: 'suppressed'; readonly suppression: Suppression };
