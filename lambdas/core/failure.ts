/**
 * The catalogue of failures: every way in which a lead can fail to reach the CRM.
 *
 * A code is stable: it is stored, counted, alarmed on and listed in `docs/errors.md`.
 */

/**
 * What a failure asks for.
 *
 * - `retryable`: try again on the schedule, within the attempt budget
 * - `potentially_retryable`: try a few times, a race may have caused it
 * - `permanent`: trying again cannot help; a person must look
 * - `authorization`: the CRM no longer lets us in; a person must look at once
 * - `source_authorization`: a provider no longer lets us read submissions; a person must mend the token or
 *   its rights. Other sources' leads go on
 */
export type FailureClass =
  | 'retryable'
  | 'potentially_retryable'
  | 'permanent'
  | 'authorization'
  | 'source_authorization';

/** All failure classes, the most urgent first. */
export const FAILURE_CLASSES = [
  'authorization',
  'source_authorization',
  'permanent',
  'potentially_retryable',
  'retryable',
] as const satisfies readonly FailureClass[];

const CATALOGUE = {
  unreadable_body: ['permanent', 'The request was accepted, but its body could not be read'],
  unknown_shape: ['permanent', 'The request was accepted, but it has no known form'],
  missing_identity: [
    'permanent',
    'The lead has no e-mail address, phone number or external id, so no CRM record can stand for it',
  ],
  unverified_human: [
    'permanent',
    'It could not be found out whether a person filled in the form, because the check did not answer',
  ],
  identity_conflict: [
    'permanent',
    'What the lead says of its person belongs to two different people here',
  ],
  payload_missing: ['permanent', 'The stored lead could not be found or read back'],
  identity_too_large: [
    'permanent',
    'What is known of this person is too much to be merged into one record',
  ],
  poison: [
    'permanent',
    'Delivery of this lead ended without a result several times, so it was set aside',
  ],
  details_no_answer: ['retryable', 'The provider did not answer when the submission was read'],
  details_unavailable: [
    'retryable',
    'The provider answered that the submission cannot be read for the moment',
  ],
  details_rate_limited: [
    'retryable',
    'The provider refused to have the submission read because of too many requests',
  ],
  details_not_yet: ['retryable', 'The provider does not know the submission yet'],
  details_unauthorized: [
    'source_authorization',
    'The provider no longer lets us read submissions; the token or its rights must be mended',
  ],
  details_missing_secret: [
    'source_authorization',
    'The source has no token with which its submissions could be read',
  ],
  details_gone: ['permanent', 'The provider no longer has the submission'],
  details_source_gone: [
    'permanent',
    'The source is no longer configured to read submissions; put it back and replay',
  ],
  details_unreadable: ['permanent', 'What the provider says of the submission cannot be read'],
  crm_no_answer: ['retryable', 'Zoho did not answer'],
  crm_unavailable: ['retryable', 'Zoho answered that it is unavailable'],
  crm_rate_limited: ['retryable', 'Zoho refused the call because of too many requests'],
  crm_credits_exhausted: [
    'retryable',
    'The daily API credits of the Zoho organisation are used up',
  ],
  crm_record_locked: ['retryable', 'Zoho has locked the record for the moment'],
  crm_record_gone: ['retryable', 'The Zoho record is gone; the lead is written anew'],
  crm_bad_answer: ['retryable', 'Zoho answered something that cannot be matched to the rows sent'],
  crm_token_throttled: ['retryable', 'Zoho asked to wait before a new access token'],
  crm_token_unavailable: ['retryable', 'No Zoho access token could be had for the moment'],
  retries_exhausted: ['permanent', 'All delivery attempts are used up'],
  crm_duplicate_data: [
    'potentially_retryable',
    'Zoho refused the lead because another record holds the same unique value',
  ],
  crm_conflict: ['potentially_retryable', 'Zoho reported a conflict with another change'],
  crm_invalid_data: ['permanent', 'Zoho refused a value'],
  crm_mandatory_missing: ['permanent', 'Zoho requires a field that the lead does not have'],
  crm_refused: ['permanent', 'Zoho refused the lead'],
  crm_converted: [
    'permanent',
    'The lead was converted into a contact in Zoho, which takes no changes',
  ],
  no_match: ['permanent', 'The source only updates, and Zoho has no record for this person'],
  crm_misconfigured: [
    'permanent',
    'Zoho does not know the module, field or address that is configured',
  ],
  crm_unauthorized: ['authorization', 'Zoho no longer accepts our credentials'],
  crm_forbidden: ['authorization', 'The Zoho user or its scopes lack the right to write leads'],
} as const satisfies Record<string, readonly [FailureClass, string]>;

/** A stable failure code, a row of `docs/errors.md`. */
export type FailureCode = keyof typeof CATALOGUE;

/** All codes, in the order of the catalogue. */
export const FAILURE_CODES: readonly FailureCode[] = Object.keys(CATALOGUE) as FailureCode[];

/** One failure as it is stored, logged and put on the dead-letter queue. */
export interface Failure {
  readonly code: FailureCode;
  readonly class: FailureClass;
  /** A sentence for the operator. Never holds a value of the lead. */
  readonly message: string;
  /** The CRM's own code, for example `MANDATORY_NOT_FOUND`. */
  readonly crmCode?: string;
  /** API name of the field that the CRM refused. */
  readonly crmField?: string;
}

/**
 * Builds a failure from its code.
 *
 * @param detail added to the sentence after a colon; must not hold a value of the lead
 */
export function failure(
  code: FailureCode,
  detail?: string,
  crm?: { code?: string; field?: string },
): Failure {
  const [failureClass, sentence] = CATALOGUE[code];
  return {
    code,
    class: failureClass,
    message: detail === undefined ? `${sentence}.` : `${sentence}: ${detail}.`,
    ...(crm?.code === undefined ? {} : { crmCode: crm.code }),
    ...(crm?.field === undefined ? {} : { crmField: crm.field }),
  };
}

/** The class of a code. */
export function failureClassOf(code: FailureCode): FailureClass {
  return CATALOGUE[code][0];
}

/** The sentence of a code, without detail. */
export function failureSentenceOf(code: FailureCode): string {
  return `${CATALOGUE[code][1]}.`;
}
