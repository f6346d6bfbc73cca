import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyRecordStatus,
} from '@aws-lambda-powertools/idempotency';
import {
  BasePersistenceLayer,
  IdempotencyRecord,
} from '@aws-lambda-powertools/idempotency/persistence';

/** What one record's idempotent execution does at its borders. */
export interface ExecutionSteps<Result> {
  /** Takes the event. Anything but `claimed` means that the function must not run. */
  begin(): Promise<'claimed' | 'in_progress' | 'ended'>;
  /** The function returned: store what came of it. */
  complete(result: Result): Promise<void>;
  /** The function threw: give the event back. */
  abandon(): Promise<void>;
}

/**
 * Powertools' idempotency over the event store's state machine, for one record.
 *
 * Its stock table layer updates and deletes records without a condition, so that a worker that lost
 * its lease and fails late erases the success of the one that took over (read in the source of 2.35.0
 * and reproduced, 2026-11-22). Here the claim, the sticky success and the fenced release are the event
 * store's own conditional writes; the utility only drives them.
 *
 * An instance serves one record once: it carries that record's claim.
 */
export class EventPersistence<Result> extends BasePersistenceLayer {
  readonly #steps: ExecutionSteps<Result>;

  constructor(steps: ExecutionSteps<Result>) {
    super();
    this.#steps = steps;
  }

  protected async _putRecord(record: IdempotencyRecord): Promise<void> {
    const begun = await this.#steps.begin();
    if (begun === 'claimed') return;
    throw new IdempotencyItemAlreadyExistsError(
      'The event is not to be claimed',
      new IdempotencyRecord({
        idempotencyKey: record.idempotencyKey,
        status:
          begun === 'ended'
            ? IdempotencyRecordStatus.COMPLETED
            : IdempotencyRecordStatus.INPROGRESS,
      }),
    );
  }

  protected async _updateRecord(record: IdempotencyRecord): Promise<void> {
    // The base class hands back what the function returned, untyped; it is this layer's own Result.
    await this.#steps.complete(record.responseData as Result);
  }

  protected async _deleteRecord(_record: IdempotencyRecord): Promise<void> {
    await this.#steps.abandon();
  }

  protected async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    // Only asked for when `_putRecord` reports an existing record without handing it over; it always
    // hands it over.
    return await Promise.reject(new Error(`no record can be read for ${idempotencyKey}`));
  }
}
