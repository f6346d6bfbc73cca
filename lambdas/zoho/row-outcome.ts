import type { CrmRowOutcome } from '../core/crm.ts';
import { failure } from '../core/failure.ts';
import { failureOfCode, isInternalError } from './failure-of-code.ts';
import type { Refusal } from './request-outcome.ts';
import type { ZohoStatus } from './zoho-status.ts';

/**
 * Decides what became of one row, from its own status and code alone: the HTTP status of a call with
 * ten rows says nothing about any of them.
 *
 * @param written what was asked for: an `update` names its record by id, an `upsert` does not
 */
export function rowOutcome(status: ZohoStatus, written: 'upsert' | 'update'): CrmRowOutcome {
  if (status.status === 'success' || (status.status === '' && status.code === 'SUCCESS')) {
    return success(status, written);
  }
  if (written === 'update' && isAboutId(status)) {
    return {
      kind: 'failed',
      failure: failure('crm_record_gone', undefined, { code: 'INVALID_DATA', field: 'id' }),
      mayHaveHappened: false,
    };
  }
  return {
    kind: 'failed',
    failure: failureOfCode(status, 'crm_refused'),
    // A refusal is certain; an error inside Zoho is not.
    mayHaveHappened: isInternalError(status),
  };
}

/** What the refusal of a whole call means for each of its rows. */
export function refusedRow(refusal: Refusal): CrmRowOutcome {
  return {
    kind: 'failed',
    failure: refusal.failure,
    mayHaveHappened: refusal.mayHaveHappened,
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
  };
}

/** `duplicate_field` is no help here: it is set on inserts as well. The action says what happened. */
function success(status: ZohoStatus, written: 'upsert' | 'update'): CrmRowOutcome {
  const recordId = status.details.id;
  if (recordId === undefined || recordId === '') {
    return {
      kind: 'failed',
      failure: failure('crm_bad_answer', 'a row was written without an id'),
      mayHaveHappened: true,
    };
  }
  const isInsert = written === 'upsert' && status.action === 'insert';
  return { kind: 'written', recordId, action: isInsert ? 'insert' : 'update' };
}

/** Deleted, merged into another, or never there: Zoho then calls the id itself wrong. */
function isAboutId({ code, details, message }: ZohoStatus): boolean {
  if (code !== 'INVALID_DATA') return false;
  return (
    details.api_name === 'id' ||
    (details.api_name === undefined && /\bid given seems to be invalid/i.test(message))
  );
}
