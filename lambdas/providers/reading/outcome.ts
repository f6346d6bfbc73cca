import { failure } from '../../core/failure.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { buildSubmission, type SubmissionParts } from './build-submission.ts';
import type { Json, ParsedJson } from './json.ts';

/** The event type of a form whose sender has no word for it. */
export const FORM_SUBMISSION = 'form_submission';

/** Reads a body that could be parsed; one that could not stays unreadable, for the parser's reason. */
export function ifParsed(parsed: ParsedJson, read: (body: Json) => Reading): Reading {
  return parsed.kind === 'unreadable' ? parsed : read(parsed.value);
}

/** What a body says that holds one submission. */
export function oneSubmission(parts: SubmissionParts, source: Pick<SourceBase, 'fields'>): Reading {
  return { kind: 'read', submissions: [buildSubmission(parts, source)] };
}

/**
 * A body that could be parsed, but is not what its sender sends.
 *
 * @param sourceEventId which submission it is, where that much can be told
 */
export function unknownShape(
  detail: string,
  sourceEventId?: string,
): Extract<Reading, { kind: 'unreadable' }> {
  const identified = sourceEventId === undefined ? {} : { sourceEventId };
  return { kind: 'unreadable', failure: failure('unknown_shape', detail), ...identified };
}
