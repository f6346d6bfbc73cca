import type { SourceConfig } from '../providers/catalogue.ts';
import { lazyPart } from '../core/lazy-part.ts';
import { readPepper } from '../core/pepper.ts';
import type { Log } from '../core/ports/telemetry.ts';
import { mappingVersionOf } from '../operations/submission/normalize-submission.ts';
import type { BoundProvider } from '../providers/bind-provider.ts';
import type { AnswerRules, Reading, Submission, Verification } from '../providers/provider.ts';
import { readingsOfToken } from '../providers/verification/address-token.ts';
import { replaceBytes, spellingsOf } from './replace-bytes.ts';
import { type AcceptedEvent, acceptEvent, findAccepted } from './accept-event.ts';
import type { Admission } from './admit-human.ts';
import { authenticate, reportVerification } from './authenticate.ts';
import type { IntakePorts, IntakeSettings } from './intake-ports.ts';
import { type IntakeRequest, type IntakeResponse, jsonResponse } from './intake-request.ts';
import { rawPayload, submissionEvent, unreadableEvent } from './new-event.ts';
import type { KeepMapping } from './keep-mapping.ts';
import { type NoteFields, shapesOf } from '../operations/submission/note-fields.ts';
import type { NotePreviousSecret } from './note-previous-secret.ts';
import type { NoteSource } from './note-source.ts';
import type { Reception } from './reception.ts';

/** Submissions of one request that are stored side by side. */
const AT_A_TIME = 10;

/** Few sources ask for people. */
const readAdmission = lazyPart(async () => await import('./admit-human.ts'));

/** A request to a configured source. */
export interface Arrival {
  readonly request: IntakeRequest;
  readonly name: string;
  readonly source: SourceConfig;
  readonly correlationId: string;
  readonly log: Log;
  readonly noteSource: NoteSource;
  readonly notePreviousSecret: NotePreviousSecret;
  readonly keepMapping: KeepMapping;
  readonly noteFields: NoteFields;
}

/**
 * Takes the submissions of a request in: verifies it, reads it, stores and hands on each of them.
 *
 * @returns 200; 409 when the source wants to know of a repeated e-mail address; 401 or 403 when the request does
 *   not prove who sent it, or that a person did; 503 when nobody can tell that
 * @throws {SecretUnavailableError} a secret cannot be read or used
 * @throws {StoreUnavailableError} not every submission may be stored
 */
export async function takeIn(
  ports: IntakePorts,
  settings: IntakeSettings,
  provider: BoundProvider,
  arrival: Arrival,
): Promise<IntakeResponse> {
  const { request, name, source, correlationId, log } = arrival;
  const secretId = `${settings.sourceSecretPrefix}${name}`;
  const verification = await authenticate(ports, provider, name, secretId, request);
  const refusedStatus = refusedStatusOf(provider, verification);
  reportVerification(ports, log, name, request, verification, refusedStatus);
  if (verification.kind === 'refused') return jsonResponse(refusedStatus, { status: 'refused' });
  const admission = await letIn(ports, provider, secretId, { request, name, correlationId, log });
  if (admission.kind === 'answered') return admission.response;
  const clean = withoutSecrets({ ...request, body: admission.body }, provider);

  const reception: Reception = {
    sourceName: name,
    source,
    config: settings.config,
    raw: rawPayload(clean, verification.secretUsed),
    receivedAtMs: ports.clock.nowMs(),
    correlationId,
    mappingVersion: mappingVersionOf(source, settings.config.mappingLabel),
    pepper: await readPepper(ports.secrets, settings.pepperSecretId),
    isUnverifiedHuman: admission.isUnverifiedHuman,
    log,
  };
  const refusal = await admission.refuseUnknown?.(clean, reception);
  if (refusal !== undefined) return refusal;
  // Beside the writes that the sender waits for anyway, and only once it is known who sent this.
  const { receivedAtMs, mappingVersion: version } = reception;
  const notes = [
    arrival.noteSource(name, receivedAtMs, log),
    ...(verification.secretUsed === 'previous'
      ? [arrival.notePreviousSecret(name, receivedAtMs, log)]
      : []),
    arrival.keepMapping({ sourceName: name, source, version }, receivedAtMs, log),
  ];
  try {
    const reading = await provider.read(clean);
    const submissions = reading.kind === 'read' ? reading.submissions : [];
    notes.push(arrival.noteFields(name, shapesOf(submissions), receivedAtMs, log));
    const accepted = await acceptAll(ports, provider, reading, reception);
    return answerAccepted(accepted, provider.answers, correlationId);
  } finally {
    await Promise.all(notes);
  }
}

async function acceptAll(
  ports: IntakePorts,
  provider: BoundProvider,
  reading: Reading,
  reception: Reception,
): Promise<readonly AcceptedEvent[]> {
  if (reading.kind === 'unreadable') {
    return [await acceptEvent(ports, reception, unreadableEvent(ports, reception, reading))];
  }

  const entries = [
    ...reading.submissions.map((submission) => async (isRepeated: boolean) => {
      return await acceptSubmission(ports, provider, reception, submission, isRepeated);
    }),
    ...(reading.unreadable ?? []).map((entry) => async () => {
      return await acceptEvent(ports, reception, unreadableEvent(ports, reception, entry));
    }),
  ];
  if (entries.length === 0) {
    // A notice about something else, in a form that is known: nothing to keep, and no mistake.
    ports.metrics.count('RequestWithoutLead', { source: reception.sourceName });
    reception.log.info('A request holds no lead', { outcome: 'no_lead' });
  }
  // When one cannot be stored the sender repeats them all, and those that were are duplicates.
  const accepted: AcceptedEvent[] = [];
  for (let start = 0; start < entries.length; start += AT_A_TIME) {
    // A batch that comes again may be one for which the time was too short: it must get further each time.
    const isRepeated = start > 0 && accepted.slice(-AT_A_TIME).every((event) => event.duplicate);
    const some = entries.slice(start, start + AT_A_TIME);
    accepted.push(...(await Promise.all(some.map(async (accept) => await accept(isRepeated)))));
  }
  return accepted;
}

async function acceptSubmission(
  ports: IntakePorts,
  provider: BoundProvider,
  reception: Reception,
  submission: Submission,
  isRepeated: boolean,
): Promise<AcceptedEvent> {
  const event = await submissionEvent(ports, reception, submission);
  const known = isRepeated ? await findAccepted(ports, reception, event) : undefined;
  const accepted = known ?? (await acceptEvent(ports, reception, event));
  if (submission.suppression === 'spam_trap') {
    // The bot is shown what a person would be.
    const { suppression: _trap, ...honest } = submission;
    const asHonest = await submissionEvent(ports, reception, honest);
    return { ...accepted, key: asHonest.key };
  }
  if (!accepted.conflict || provider.provesSender) return accepted;
  // A page makes its id itself, and one that is not reloaded sends two people's forms under the same: this
  // one is somebody else's, or another try, and gets a key of its own.
  const apart = await submissionEvent(ports, reception, submission, 'by_id_and_content');
  return await acceptEvent(ports, reception, apart);
}

/** What a request is answered that does not prove who sent it. */
function refusedStatusOf({ answers }: BoundProvider, verification: Verification): number {
  const isStrangePage = verification.kind === 'refused' && verification.reason === 'origin';
  return isStrangePage ? 403 : (answers.refusedStatus ?? 401);
}

async function letIn(
  ports: IntakePorts,
  provider: BoundProvider,
  secretId: string,
  arrival: Pick<Arrival, 'request' | 'name' | 'correlationId' | 'log'>,
): Promise<Admission> {
  const rule = provider.humanCheck;
  if (rule === undefined) {
    return { kind: 'admitted', body: arrival.request.body, isUnverifiedHuman: false };
  }
  const { admitHuman } = await readAdmission();
  return await admitHuman(ports, provider, rule, secretId, arrival);
}

/**
 * The request without the secrets that it carries in its body: what a sender puts there, and our own
 * address with its token, which some senders repeat.
 */
function withoutSecrets(request: IntakeRequest, provider: BoundProvider): IntakeRequest {
  const { token } = request;
  const tokens = token === undefined ? [] : readingsOfToken(token);
  const spellings = new Set(tokens.flatMap((text) => [...spellingsOf(text)]));
  return {
    ...request,
    body: [...spellings].reduce(
      (body, text) => replaceBytes(body, text, '[redacted]'),
      provider.redact(request.body),
    ),
  };
}

function answerAccepted(
  accepted: readonly AcceptedEvent[],
  rules: AnswerRules,
  correlationId: string,
): IntakeResponse {
  const body = {
    events: accepted.map(({ key, duplicate }) => ({ idempotency_key: key, duplicate })),
    correlation_id: correlationId,
  };
  if (accepted.some((event) => event.repeat)) {
    return jsonResponse(409, {
      status: 'repeat',
      message: 'This e-mail address was submitted before. The lead was updated.',
      ...body,
    });
  }
  if (rules.acceptedBody !== undefined) {
    return { ...jsonResponse(200, {}), body: rules.acceptedBody };
  }
  if (accepted.length === 0) return jsonResponse(200, { status: 'no_lead', ...body });
  const isDuplicate = accepted.every((event) => event.duplicate);
  return jsonResponse(200, { status: isDuplicate ? 'duplicate' : 'accepted', ...body });
}
