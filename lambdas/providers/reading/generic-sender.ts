import type * as z from 'zod/mini';
import { optional } from 'zod/mini';
import { jsonPath, type SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission, UnreadablePart } from '../provider.ts';
import { buildSubmission, type SubmissionParts } from './build-submission.ts';
import { flatFields } from './flat-fields.ts';
import {
  atPath,
  idText,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  scalarText,
} from './json.ts';
import { unknownShape } from './outcome.ts';
import { bodyOf, PARTS_MAX } from './parts.ts';
import { withoutVolatile } from './without-volatile.ts';

/** Where a sender of any JSON or form has its ids, its time and its lead. */
export const genericPaths = {
  /** Where the submission's id is. Without it, the content itself makes the key. */
  idPath: optional(jsonPath),
  /** Where the kind of event is, in the sender's own word. */
  typePath: optional(jsonPath),
  /** Where the time of the submission is, with its zone or since 1970. Without it, when it was received. */
  occurredAtPath: optional(jsonPath),
  /** Where the person's own id is, if the sender has one. */
  externalIdPath: optional(jsonPath),
  /** Where the lead's fields are; the whole body by default. */
  dataPath: optional(jsonPath),
};

/** A source whose body is described by paths. */
export type GenericSource = SourceBase & {
  readonly [Path in keyof typeof genericPaths]?: z.output<(typeof genericPaths)[Path]>;
};

const DEFAULT_EVENT_TYPE = 'lead.created';

/** What a sender tells beyond what its paths lead to. */
export interface SenderTraits {
  /** Where the body names no event type; `lead.created` by default. */
  readonly eventType?: string;
  /** What is known of one submission's body. */
  readonly factsOf?: (body: Json) => NonNullable<SubmissionParts['facts']>;
  /** Whether a member of this name is part of what was submitted; every one by default. */
  readonly isAnswer?: (name: string) => boolean;
}

/**
 * Reads a body that its source's paths describe. One that is a list holds several submissions; the paths then
 * start at each of them.
 *
 * @param skipped members that are no answers (a secret that the body carries)
 */
export function readGeneric(
  body: Json,
  source: GenericSource,
  skipped: readonly string[] = [],
  traits: SenderTraits = {},
): Reading {
  const bodies = isArray(body) ? body : [body];
  if (bodies.length === 0 || bodies.length > PARTS_MAX) {
    return unknownShape(`it is a list of ${bodies.length} submissions, not of 1 to ${PARTS_MAX}`);
  }
  const isOneOfMany = bodies.length > 1;
  const { failure: why } = unknownShape(
    source.dataPath === undefined
      ? 'it is not an object'
      : `there is no object at ${source.dataPath}`,
  );
  const submissions: Submission[] = [];
  const unreadable: UnreadablePart[] = [];
  for (const each of bodies) {
    const submission = readOne(each, source, skipped, traits, isOneOfMany);
    if (submission === undefined) unreadable.push({ part: bodyOf(each), failure: why });
    else submissions.push(submission);
  }
  if (unreadable.length === 0) return { kind: 'read', submissions };
  // Entry by entry: of a list that is kept whole, nothing can be replayed.
  return isOneOfMany
    ? { kind: 'read', submissions, unreadable }
    : { kind: 'unreadable', failure: why };
}

function readOne(
  body: Json,
  source: GenericSource,
  skipped: readonly string[],
  { eventType = DEFAULT_EVENT_TYPE, factsOf = () => ({}), isAnswer = () => true }: SenderTraits,
  isOneOfMany: boolean,
): Submission | undefined {
  const data = source.dataPath === undefined ? body : atPath(body, source.dataPath);
  if (!isObject(data)) return undefined;
  const at = (path: string | undefined): Json | undefined =>
    path === undefined ? undefined : atPath(body, path);
  const answersIn = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([key]) => isAnswer(key)));
  const lead = Object.entries(answersIn(data)).filter(([key]) => !skipped.includes(key));
  return buildSubmission(
    {
      eventType: idText(at(source.typePath)) ?? eventType,
      sourceEventId: idText(at(source.idPath)),
      occurredAt: scalarText(at(source.occurredAtPath)),
      fields: flatFields(Object.fromEntries(lead)),
      facts: { ...factsOf(body), external_id: idText(at(source.externalIdPath)) },
      content: withoutVolatile(isObject(body) ? answersIn(body) : body),
      part: isOneOfMany ? bodyOf(body) : undefined,
    },
    source,
  );
}
