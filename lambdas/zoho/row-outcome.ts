import type { CrmRowOutcome } from '../core/ports/crm.ts';
import { failure } from '../core/failure.ts';
import { type ConversionHint, convertedOutcome, readConversion } from './conversion.ts';
import { failureOfCode, isInternalError } from './failure-of-code.ts';
import type { Refusal } from './request-outcome.ts';
import type { ZohoStatus } from './zoho-status.ts';

/** What was asked for: an `update` names its record by id, the others do not. */
export type WriteKind = 'upsert' | 'update' | 'create';

/** What an answer says of one row. */
export interface RowVerdict {
  readonly outcome: CrmRowOutcome;
  /** The lead to look at before the outcome is final: it may have become a contact. */
  readonly leadId?: string;
}

/**
 * Decides what became of one row, from its own status and code alone: the HTTP status of a call with
 * ten rows says nothing about any of them.
 *
 * @param module that was written to
 * @param recordId the record that an update named
 */
export function rowVerdict(
  status: ZohoStatus,
  written: WriteKind,
  module: string,
  recordId?: string,
): RowVerdict {
  if (status.status === 'success' || (status.status === '' && status.code === 'SUCCESS')) {
    return { outcome: success(status, written) };
  }
  if (written === 'update' && isAboutId(status)) {
    const crm = { code: 'INVALID_DATA', field: 'id' };
    return { outcome: failed(failure('crm_record_gone', undefined, crm), false) };
  }

  const found = failureOfCode(status, 'crm_refused');
  const hint = module === 'Leads' ? readConversion(status) : undefined;
  const leadId = leadToLookAt(hint, recordId);
  return {
    outcome:
      hint?.isCertain === true
        ? convertedOutcome(found, hint.contactId)
        : // A refusal is certain; an error inside Zoho is not.
          failed(found, isInternalError(status)),
    ...(leadId === undefined ? {} : { leadId }),
  };
}

/** What the refusal of a whole call means for each of its rows. */
export function refusedRow(refusal: Refusal): RowVerdict {
  return {
    outcome: {
      ...failed(refusal.failure, refusal.mayHaveHappened),
      ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
    },
  };
}

/** The verdict on a row that only updates, where there is no record for it. */
export function noMatch(): RowVerdict {
  return { outcome: failed(failure('no_match'), false) };
}

/** The verdict on a row for which a call brought none. */
export function notMatched(): RowVerdict {
  return { outcome: failed(failure('crm_bad_answer', 'the number of rows differs'), true) };
}

type FailedRow = Extract<CrmRowOutcome, { kind: 'failed' }>;

function failed(found: FailedRow['failure'], mayHaveHappened: boolean): FailedRow {
  return { kind: 'failed', failure: found, mayHaveHappened };
}

function leadToLookAt(hint: ConversionHint | undefined, recordId?: string): string | undefined {
  if (hint === undefined || hint.contactId !== undefined) return undefined;
  return hint.leadId ?? (hint.isCertain ? recordId : undefined);
}

/** `duplicate_field` is no help here: it is set on inserts as well. The action says what happened. */
function success(status: ZohoStatus, written: WriteKind): CrmRowOutcome {
  const recordId = status.details.id;
  if (recordId === undefined || recordId === '') {
    return failed(failure('crm_bad_answer', 'a row was written without an id'), true);
  }
  const isInsert = written === 'create' || (written === 'upsert' && status.action === 'insert');
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
