import type { SourceConfig } from '../core/source-settings.ts';
import { failure } from '../core/failure.ts';
import { collectFields, RANK } from './collect-fields.ts';
import { candidatesOf, flatAnswers } from './flat-answers.ts';
import { atPath, idText, isObject, type Json, parseJson, scalarText } from './json.ts';
import { mayBeJson } from './media-type.ts';
import type { Provider, Reading, Submission } from './provider.ts';
import { readConsent } from './read-consent.ts';
import { requireSecrets } from './require-secrets.ts';
import { verifyHmac } from './verify-hmac.ts';
import { withoutVolatile } from './without-volatile.ts';

type GenericHmacSource = Extract<SourceConfig, { provider: 'generic_hmac' }>;

const DEFAULT_EVENT_TYPE = 'lead.created';

/** Each is stored and queued before the answer, within the function's time. */
const SUBMISSIONS_MAX = 100;

/**
 * Any sender of JSON that signs with an HMAC in a header, described by its configuration.
 *
 * A body that is a list holds several submissions; the configured paths then start at each of them.
 */
export const genericHmac: Provider<GenericHmacSource> = {
  signed: true,
  accepts: mayBeJson,
  verify: (request, source, secrets, nowMs) =>
    verifyHmac(request, source.signature, requireSecrets(secrets), nowMs),
  read: (request, source) => {
    const parsed = parseJson(request.body);
    if (parsed.kind === 'unreadable') return parsed;
    const { value } = parsed;
    return readAll(Array.isArray(value) ? (value as readonly Json[]) : [value], source);
  },
};

function readAll(bodies: readonly Json[], source: GenericHmacSource): Reading {
  if (bodies.length === 0 || bodies.length > SUBMISSIONS_MAX) {
    return unknownShape(
      `it is a list of ${bodies.length} submissions, not of 1 to ${SUBMISSIONS_MAX}`,
    );
  }
  const submissions = bodies.flatMap((body) => readOne(body, source) ?? []);
  // All or none: an event that is quarantined whole can be replayed whole.
  return submissions.length === bodies.length
    ? { kind: 'read', submissions }
    : unknownShape(
        source.dataPath === undefined
          ? 'it is not an object'
          : `there is no object at ${source.dataPath}`,
      );
}

function unknownShape(detail: string): Reading {
  return { kind: 'unreadable', failure: failure('unknown_shape', detail) };
}

function readOne(body: Json, source: GenericHmacSource): Submission | undefined {
  const data = source.dataPath === undefined ? body : atPath(body, source.dataPath);
  if (!isObject(data)) return undefined;

  const at = (path: string | undefined): Json | undefined =>
    path === undefined ? undefined : atPath(body, path);
  const answers = flatAnswers(data);
  const sourceEventId = idText(at(source.idPath));
  const occurredAt = scalarText(at(source.occurredAtPath));
  const externalId = idText(at(source.externalIdPath));
  const external =
    externalId === undefined
      ? []
      : [{ field: 'external_id', value: externalId, rank: RANK.configured } as const];

  return {
    eventType: idText(at(source.typePath)) ?? DEFAULT_EVENT_TYPE,
    ...(sourceEventId === undefined ? {} : { sourceEventId }),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...collectFields([...external, ...candidatesOf(answers, source.fields)]),
    answers,
    consent: readConsent(answers),
    isTest: false,
    isSpam: false,
    content: withoutVolatile(body),
  };
}
