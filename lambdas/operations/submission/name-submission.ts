import { contentKeys, eventKey, pageKey } from '../../core/idempotency-key.ts';
import type { Submission } from '../../providers/provider.ts';
import type { CleanSubmission } from './clean-submission.ts';

/** The keys under which a submission may be stored; intake decides which one it is. */
export interface SubmissionNames {
  /** By the sender's id; absent where the sender gives none. */
  readonly byId?: string;
  /** By the sender's id and the content. */
  readonly byIdAndContent: () => string | undefined;
  /** By the content alone: now, and one tick ago. */
  readonly byContent: () => { readonly current: string; readonly previous: string };
}

/**
 * Names a submission in every way in which intake does, so that an operator's tool that reads a request
 * again finds the submission of a key.
 *
 * @param context.receivedAtMs when the request was received, epoch milliseconds
 */
export function nameSubmission(
  submission: Submission,
  clean: CleanSubmission,
  context: { readonly sourceName: string; readonly pepper: string; readonly receivedAtMs: number },
): SubmissionNames {
  const { sourceName, pepper, receivedAtMs } = context;
  // A trap that a browser filled in must not swallow the person's second try without it.
  const eventType =
    submission.suppression === 'spam_trap'
      ? `${submission.eventType}.spam_trap`
      : submission.eventType;
  const content = {
    formId: clean.attributes['form_id'],
    email: clean.identity.email ?? clean.attributes['email_raw'],
    phone: clean.identity.phone_e164 ?? clean.attributes['phone_raw'],
    externalId: clean.identity.contact_external_id,
    answers: submission.answers,
  };
  const { sourceEventId } = submission;
  return {
    ...(sourceEventId === undefined
      ? {}
      : { byId: eventKey(sourceName, eventType, sourceEventId) }),
    byIdAndContent: () =>
      sourceEventId === undefined
        ? undefined
        : pageKey(sourceName, eventType, sourceEventId, content, pepper),
    byContent: () => contentKeys(sourceName, eventType, content, pepper, receivedAtMs),
  };
}
