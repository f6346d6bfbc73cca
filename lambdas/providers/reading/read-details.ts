import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { buildSubmission, type SubmissionParts } from './build-submission.ts';

/** What a provider's API tells of a submission that its webhook had only named. */
export type DetailParts = Pick<SubmissionParts, 'fields' | 'facts' | 'consent' | 'suppression'> & {
  /** Counts where the webhook gave no moment. */
  readonly occurredAt?: string | undefined;
};

/**
 * Completes a thin submission. Its type, its ids and its moment stay those of the webhook, since they name the
 * event; what the webhook said of its form and its ad fills what the API leaves out.
 */
export function readDetails(
  thin: Submission,
  parts: DetailParts,
  source: Pick<SourceBase, 'fields'>,
): Reading {
  const { eventType, sourceEventId, deliveryId, content } = thin;
  const occurredAt = thin.occurredAt ?? parts.occurredAt;
  const named = { eventType, sourceEventId, deliveryId, occurredAt, content };
  const detailed = buildSubmission({ ...parts, ...named }, source);
  return {
    kind: 'read',
    submissions: [{ ...detailed, attributes: { ...thin.attributes, ...detailed.attributes } }],
  };
}
