import type { SignatureScheme, SourceConfig } from '../core/source-settings.ts';
import { type Failure, failure } from '../core/failure.ts';
import type { Answer, CanonicalField } from '../core/lead-event.ts';
import {
  collectFields,
  configuredField,
  type FieldCandidate,
  RANK,
  valueText,
} from './collect-fields.ts';
import { idText, isObject, type Json, member, parseJson, scalarText } from './json.ts';
import { mayBeJson } from './media-type.ts';
import type { Provider, Reading, Submission } from './provider.ts';
import { recognizeField } from './recognize-field.ts';
import { requireSecrets } from './require-secrets.ts';
import { type AnsweredField, readAnswers, readHidden, titlesByField } from './typeform-answers.ts';
import { verifyHmac } from './verify-hmac.ts';

type TypeformSource = Extract<SourceConfig, { provider: 'typeform' }>;

/** Typeform, Secure your webhooks, read 2026-11-22. It signs no timestamp. */
const SCHEME: SignatureScheme = {
  header: 'typeform-signature',
  prefix: 'sha256=',
  algorithm: 'sha256',
  encoding: 'base64',
  keyEncoding: 'utf8',
  template: '{body}',
  timestamp: 'none',
};

const EVENT_TYPES = new Set(['form_response', 'form_response_partial']);

/**
 * Typeform: one submission a request.
 *
 * Its id is the response's `token`; whether `event_id` stays the same when a delivery is repeated is not
 * documented, so that one only tells deliveries apart. A partial response is an event of its own.
 *
 * @see Typeform, Webhooks, read 2026-11-22
 */
export const typeform: Provider<TypeformSource> = {
  signed: true,
  accepts: mayBeJson,
  verify: (request, _source, secrets, nowMs) =>
    verifyHmac(request, SCHEME, requireSecrets(secrets), nowMs),
  read: (request, source) => {
    const parsed = parseJson(request.body);
    return parsed.kind === 'unreadable' ? parsed : readBody(parsed.value, source);
  },
};

function readBody(body: Json, source: TypeformSource): Reading {
  const eventType = member(body, 'event_type');
  const response = member(body, 'form_response');
  if (!isObject(response)) return unknownShape('it has no form_response');
  if (typeof eventType !== 'string' || !EVENT_TYPES.has(eventType)) {
    return unknownShape('its event_type is neither form_response nor form_response_partial');
  }

  const titles = titlesByField(member(member(response, 'definition'), 'fields'));
  const answered = readAnswers(member(response, 'answers'), titles);
  const hidden = readHidden(member(response, 'hidden'));
  const form = formCandidates(response);
  const sourceEventId =
    idText(member(response, 'token')) ?? idText(member(response, 'response_id'));
  const deliveryId = idText(member(body, 'event_id'));
  const occurredAt = scalarText(member(response, 'submitted_at'));

  const submission: Submission = {
    eventType,
    ...(sourceEventId === undefined ? {} : { sourceEventId }),
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...collectFields([
      ...answered.flatMap((field) => answerCandidates(field, source)),
      ...hidden.flatMap((answer) => hiddenCandidates(answer, source)),
      ...form,
    ]),
    answers: [...answered.map((field) => field.answer), ...hidden],
    consent: answered.flatMap((field) => field.consent ?? []),
    isTest: false,
    isSpam: false,
    content: response,
  };
  return { kind: 'read', submissions: [submission] };
}

function unknownShape(detail: string): { kind: 'unreadable'; failure: Failure } {
  return { kind: 'unreadable', failure: failure('unknown_shape', detail) };
}

function answerCandidates(field: AnsweredField, source: TypeformSource): FieldCandidate[] {
  const value = valueText(field.answer.value);
  const configured = firstOf(field.names, (name) => configuredField(source.fields, name));
  if (configured !== undefined) return [{ field: configured, value, rank: RANK.configured }];
  if (field.answer.type === 'email') return [{ field: 'email', value, rank: RANK.type }];
  if (field.answer.type === 'phone_number') return [{ field: 'phone', value, rank: RANK.type }];
  // A yes or no is the answer to a question about a field ("May we call your phone?"), never the field.
  if (field.answer.type === 'boolean') return [];

  const recognized =
    firstOf(field.names, recognizeField) ?? recognizeField(field.answer.label ?? '');
  return recognized === undefined ? [] : [{ field: recognized, value, rank: RANK.name }];
}

function hiddenCandidates(answer: Answer, source: TypeformSource): FieldCandidate[] {
  const configured = configuredField(source.fields, answer.key);
  const value = valueText(answer.value);
  if (configured !== undefined) return [{ field: configured, value, rank: RANK.configured }];
  const recognized = recognizeField(answer.key);
  return recognized === undefined ? [] : [{ field: recognized, value, rank: RANK.hidden }];
}

function formCandidates(response: Json): FieldCandidate[] {
  const id = idText(member(response, 'form_id'));
  const name = scalarText(member(member(response, 'definition'), 'title'));
  return [
    ...(id === undefined ? [] : [{ field: 'form_id', value: id, rank: RANK.type } as const]),
    ...(name === undefined ? [] : [{ field: 'form_name', value: name, rank: RANK.type } as const]),
  ];
}

function firstOf(
  names: readonly string[],
  find: (name: string) => CanonicalField | undefined,
): CanonicalField | undefined {
  for (const name of names) {
    const field = find(name);
    if (field !== undefined) return field;
  }
  return undefined;
}
