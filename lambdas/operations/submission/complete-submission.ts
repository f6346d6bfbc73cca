import type { Suppression } from '../../core/event-record.ts';
import { type Failure, failure } from '../../core/failure.ts';
import type { BoundDetailsApi } from '../../providers/bind-details.ts';
import type { Json } from '../../providers/reading/json.ts';
import type { Submission } from '../../providers/provider.ts';

/**
 * A submission that had only been named, with what its provider's API answered.
 *
 * - `completed`: it says who asks for what
 * - `suppressed`: the answers tell that it is not meant for the CRM
 * - `unreadable`: the answers make no submission
 */
export type Completion =
  | { readonly kind: 'completed'; readonly submission: Submission }
  | { readonly kind: 'suppressed'; readonly suppression: Suppression }
  | { readonly kind: 'unreadable'; readonly failure: Failure };

/**
 * Completes a submission. What names it stays as the webhook said, whatever the answers say: it is the same
 * event.
 *
 * @param answers one a call of `api.calls`
 */
export async function completeSubmission(
  thin: Submission,
  answers: readonly Json[],
  api: Pick<BoundDetailsApi, 'read'>,
): Promise<Completion> {
  const reading = await api.read(thin, answers);
  if (reading.kind === 'unreadable') {
    return {
      kind: 'unreadable',
      failure: failure('details_unreadable', reasonOf(reading.failure)),
    };
  }
  const [submission, another] = reading.submissions;
  if (submission === undefined) return { kind: 'suppressed', suppression: 'not_a_lead' };
  if (another !== undefined) {
    return {
      kind: 'unreadable',
      failure: failure('details_unreadable', 'the answer holds several submissions'),
    };
  }
  const { suppression } = submission;
  if (suppression !== undefined) return { kind: 'suppressed', suppression };
  const { eventType, sourceEventId, details } = thin;
  return {
    kind: 'completed',
    submission: {
      ...submission,
      eventType,
      ...(sourceEventId === undefined ? {} : { sourceEventId }),
      ...(details === undefined ? {} : { details }),
    },
  };
}

/** A failure's sentence as a part of another one. */
function reasonOf({ message }: Failure): string {
  return message.replace(/\.$/, '');
}
