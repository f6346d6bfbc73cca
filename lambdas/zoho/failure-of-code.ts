import { type Failure, type FailureClass, type FailureCode, failure } from '../core/failure.ts';
import type { ZohoStatus } from './zoho-status.ts';

/**
 * Zoho's codes in our words. Where the code of a record says that its state passes (a lock, an open
 * approval, a blueprint), the lead waits; where only a person can help, it is permanent.
 *
 * @see Zoho CRM v8, Upsert records, Update records, Search records: possible errors; Status codes:
 *   read 2026-11-22
 */
const CODES: ReadonlyMap<string, FailureCode> = new Map<string, FailureCode>(
  Object.entries({
    INVALID_DATA: 'crm_invalid_data',
    PATTERN_NOT_MATCHED: 'crm_invalid_data',
    MAPPING_MISMATCH: 'crm_invalid_data',
    DEPENDENT_MISMATCH: 'crm_invalid_data',
    MANDATORY_NOT_FOUND: 'crm_mandatory_missing',
    EXPECTED_FIELD_MISSING: 'crm_mandatory_missing',
    DEPENDENT_FIELD_MISSING: 'crm_mandatory_missing',
    DUPLICATE_DATA: 'crm_duplicate_data',
    ALREADY_MODIFIED: 'crm_conflict',
    RECORD_LOCKED: 'crm_record_locked',
    NOT_APPROVED: 'crm_record_locked',
    NOT_REVIEWED: 'crm_record_locked',
    RECORD_IN_BLUEPRINT: 'crm_record_locked',
    CONVERTED_RECORD: 'crm_converted',
    ID_ALREADY_CONVERTED: 'crm_converted',
    LIMIT_EXCEEDED: 'crm_refused',
    AMBIGUITY_DURING_PROCESSING: 'crm_refused',
    INVALID_MODULE: 'crm_misconfigured',
    INVALID_REQUEST_METHOD: 'crm_misconfigured',
    INVALID_URL_PATTERN: 'crm_misconfigured',
    INVALID_HOST: 'crm_misconfigured',
    INVALID_QUERY: 'crm_misconfigured',
    EXPECTED_PARAM_MISSING: 'crm_misconfigured',
    NOT_SUPPORTED: 'crm_misconfigured',
    API_NOT_SUPPORTED: 'crm_misconfigured',
    INVALID_TOKEN: 'crm_unauthorized',
    INVALID_OAUTHTOKEN: 'crm_unauthorized',
    AUTHENTICATION_FAILURE: 'crm_unauthorized',
    OAUTH_SCOPE_MISMATCH: 'crm_forbidden',
    AUTHORIZATION_FAILED: 'crm_forbidden',
    NO_PERMISSION: 'crm_forbidden',
    PERMISSION_DENIED: 'crm_forbidden',
    TOO_MANY_REQUESTS: 'crm_rate_limited',
    RATE_LIMIT_EXCEEDED: 'crm_rate_limited',
    INTERNAL_ERROR: 'crm_unavailable',
    INTERNAL_SERVER_ERROR: 'crm_unavailable',
    SERVICE_UNAVAILABLE: 'crm_unavailable',
    STORAGE_SPACE_EXCEEDED: 'crm_unavailable',
  }),
);

const INTERNAL_CODES: ReadonlySet<string> = new Set([
  'INTERNAL_ERROR',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
]);

/** What the operator needs to know beside the code's own sentence. */
const DETAILS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    NOT_APPROVED: 'it waits for an approval',
    NOT_REVIEWED: 'it waits for a review',
    RECORD_IN_BLUEPRINT: 'it is in a blueprint',
    LIMIT_EXCEEDED: 'the call was larger than Zoho allows',
    STORAGE_SPACE_EXCEEDED: 'the organisation has no storage left',
    OAUTH_SCOPE_MISMATCH: 'the refresh token was made without a scope that the call needs',
  }),
);

/** Members of an upsert's body beside `data`: they come from the configuration, never from a lead. */
const CALL_SETTINGS: ReadonlySet<string> = new Set(['duplicate_check_fields', 'trigger']);

/** Whom a person must help first: of several errors of one row, this class decides. */
const GRAVITY: Readonly<Record<FailureClass, number>> = {
  authorization: 3,
  // Not Zoho's: no error of a row is of this class.
  source_authorization: 3,
  permanent: 2,
  potentially_retryable: 1,
  retryable: 0,
};

/**
 * Says one of Zoho's errors in our words: which field, and what is wrong with it, never its value.
 *
 * @param otherwise the code for an error that Zoho does not document
 */
export function failureOfCode(error: ZohoStatus, otherwise: FailureCode): Failure {
  const several = error.details.errors ?? [];
  if (several.length > 0) return gravest(several.map((each) => failureOfCode(each, otherwise)));
  return failure(codeOf(error, otherwise), detailOf(error), {
    ...(error.code === '' ? {} : { code: safeCode(error.code) }),
    ...fieldOf(error),
  });
}

/** Whether the error is one inside Zoho, after which it is not certain that nothing was written. */
export function isInternalError(error: ZohoStatus): boolean {
  const { dependency_error: dependencyError, errors = [] } = error.details;
  return (
    INTERNAL_CODES.has(error.code) ||
    dependencyError === 'PROCESSING_ERROR' ||
    errors.some((each) => isInternalError(each))
  );
}

/** A code as it may be logged and stored: Zoho's are upper-case words. */
export function safeCode(code: string): string {
  return /^[A-Za-z][A-Za-z0-9_ ]{0,59}$/.test(code) ? code : 'OTHER';
}

function codeOf(error: ZohoStatus, otherwise: FailureCode): FailureCode {
  if (error.code === 'INVALID_DATA' && (isAboutTheCall(error) || /api name/i.test(error.message))) {
    return 'crm_misconfigured';
  }
  if (error.code === 'DEPENDENT_SERVICE_ERROR') {
    return error.details.dependency_error === 'PROCESSING_ERROR'
      ? 'crm_unavailable'
      : 'crm_refused';
  }
  const code = CODES.get(error.code) ?? otherwise;
  // One code stands for two limits: the text tells the day's credits from a burst.
  return code === 'crm_rate_limited' && /24 hour/i.test(error.message)
    ? 'crm_credits_exhausted'
    : code;
}

/**
 * Whether a setting of the call was refused rather than a lead's value: `duplicate_check_fields` names a
 * field that the module lacks, say. The path decides where there is one: rows lie below `$.data`.
 */
function isAboutTheCall({ details }: ZohoStatus): boolean {
  const member = /^\$\.(\w+)/.exec(details.json_path ?? '')?.[1] ?? details.api_name;
  return member !== undefined && CALL_SETTINGS.has(member);
}

function detailOf(error: ZohoStatus): string | undefined {
  const parts = [
    fieldOf(error).field,
    complaintOf(error),
    otherRecordOf(error),
    DETAILS.get(error.code),
    CODES.get(error.code) === undefined && error.code !== ''
      ? `code ${safeCode(error.code)}`
      : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function complaintOf({ details }: ZohoStatus): string | undefined {
  if (details.maximum_length !== undefined) {
    return `longer than ${details.maximum_length} characters`;
  }
  const type = details.expected_data_type;
  return type !== undefined && /^[A-Za-z_]{1,40}$/.test(type) ? `not of type ${type}` : undefined;
}

function otherRecordOf({ code, details }: ZohoStatus): string | undefined {
  if (code !== 'DUPLICATE_DATA') return undefined;
  const id = details.duplicate_record?.id ?? details.id;
  if (id === undefined || !/^\d{1,30}$/.test(id)) return undefined;
  const module = details.duplicate_record?.module?.api_name;
  return module !== undefined && /^[A-Za-z0-9_]{1,100}$/.test(module)
    ? `held by record ${id} in ${module}`
    : `held by record ${id}`;
}

function fieldOf({ details }: ZohoStatus): { field?: string } {
  const name = details.api_name;
  return name !== undefined && /^[A-Za-z$_][A-Za-z0-9$_]{0,99}$/.test(name) ? { field: name } : {};
}

function gravest(failures: readonly Failure[]): Failure {
  const [first, ...others] = failures.toSorted((a, b) => GRAVITY[b.class] - GRAVITY[a.class]);
  if (first === undefined) return failure('crm_refused');
  const more = others.map((each) => each.message).filter((message) => message !== first.message);
  return { ...first, message: [first.message, ...new Set(more)].join(' ') };
}
