import type { Suppression } from '../../core/event-record.ts';
import type { CanonicalField, Consent } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { DetailsRef } from '../details.ts';
import type { Submission } from '../provider.ts';
import { collectFields, type FieldCandidate, RANK } from './collect-fields.ts';
import { answersOf, type FormField, fieldMatcher } from './form-field.ts';
import { readConsent } from './read-consent.ts';

/** What a provider knows of one submission; what is `undefined` is not known. */
export interface SubmissionParts {
  readonly eventType: string;
  readonly sourceEventId?: string | undefined;
  readonly deliveryId?: string | undefined;
  readonly occurredAt?: string | undefined;
  readonly fields: readonly FormField[];
  /** Canonical values that stand outside the form's fields: the form's id and name, click ids, the person's id. */
  readonly facts?: Readonly<Partial<Record<CanonicalField, string | undefined>>>;
  /** What is recorded of consent; found among the answers by its usual names by default. */
  readonly consent?: readonly Consent[];
  readonly suppression?: Suppression | undefined;
  readonly details?: DetailsRef | undefined;
  readonly content: unknown;
  readonly part?: Uint8Array | undefined;
}

/**
 * Puts a submission together: chooses for each canonical field the best of the form's fields and the
 * provider's facts, by the source's mapping. Every field stays among the answers, in its order.
 */
export function buildSubmission(
  parts: SubmissionParts,
  source: Pick<SourceBase, 'fields'>,
): Submission {
  const match = fieldMatcher(source.fields);
  const answers = answersOf(parts.fields);
  const known = {
    sourceEventId: parts.sourceEventId,
    deliveryId: parts.deliveryId,
    occurredAt: parts.occurredAt,
    suppression: parts.suppression,
    details: parts.details,
    part: parts.part,
  };
  return {
    eventType: parts.eventType,
    ...(defined(known) as Partial<Submission>),
    ...collectFields([
      ...factCandidates(parts.facts ?? {}),
      ...parts.fields.flatMap((field) => match(field) ?? []),
    ]),
    answers,
    consent: parts.consent ?? readConsent(answers),
    content: parts.content,
  };
}

function factCandidates(facts: NonNullable<SubmissionParts['facts']>): FieldCandidate[] {
  return (Object.entries(facts) as [CanonicalField, string | undefined][]).flatMap(
    ([field, value]) => (value === undefined ? [] : [{ field, value, rank: RANK.type }]),
  );
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
