import { payloadHash } from '../core/payload-hash.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { BoundProvider } from '../providers/bind-provider.ts';
import type { HumanCheckRule, Submission, WebhookRequest } from '../providers/provider.ts';
import { checkHuman } from './check-human.ts';
import type { IntakePorts } from './intake-ports.ts';
import { type IntakeResponse, jsonResponse, unavailableResponse } from './intake-request.ts';
import { submissionEvent } from './new-event.ts';
import type { Reception } from './reception.ts';

/** Whether a verified request goes on. */
export type Admission =
  | {
      readonly kind: 'admitted';
      /** Without the token that was checked. */
      readonly body: Uint8Array;
      /** Nobody could tell whether a person sent it, and it is to be set aside. */
      readonly isUnverifiedHuman: boolean;
      /** Its token was used before: 403, unless every submission in it is stored already. */
      readonly refuseUnknown?: (
        request: WebhookRequest,
        reception: Reception,
      ) => Promise<IntakeResponse | undefined>;
    }
  | { readonly kind: 'answered'; readonly response: IntakeResponse };

/** What is known of a request before it is read. */
export interface AdmittedArrival {
  readonly request: WebhookRequest;
  readonly name: string;
  readonly correlationId: string;
  readonly log: Log;
}

/**
 * Lets a request in, if a person filled in its form.
 *
 * @returns 403 for a program; 503 when nobody can tell, and the source refuses such forms
 * @throws {SecretUnavailableError} the secret cannot be read or is not usable: the fault is ours
 */
export async function admitHuman(
  ports: IntakePorts,
  provider: BoundProvider,
  rule: HumanCheckRule,
  secretId: string,
  { request, name, correlationId, log }: AdmittedArrival,
): Promise<Admission> {
  const verdict = await checkHuman(ports, rule, name, secretId, request);
  switch (verdict.kind) {
    case 'human':
      return admitted(verdict.body);
    case 'spent':
      return {
        ...admitted(verdict.body),
        refuseUnknown: async (clean, reception) =>
          (await isKnown(ports, provider, clean, reception))
            ? undefined
            : refuseForm(ports, name, log, 'spent'),
      };
    case 'refused':
      return { kind: 'answered', response: refuseForm(ports, name, log, verdict.reason) };
    case 'unknown':
      ports.metrics.count('HumanCheckUnavailable', { source: name });
      log.error('It could not be found out whether a person filled in a form', {
        outcome: rule.whenDown,
      });
      return rule.whenDown === 'refuse'
        ? { kind: 'answered', response: unavailableResponse(correlationId) }
        : { ...admitted(verdict.body), isUnverifiedHuman: rule.whenDown === 'quarantine' };
  }
}

/** Refuses a form that no person seems to have filled in. Nothing of it stays but a count. */
function refuseForm(
  ports: Pick<IntakePorts, 'metrics'>,
  name: string,
  log: Log,
  reason: string,
): IntakeResponse {
  ports.metrics.count('HumanCheckFailed', { source: name });
  log.warn('A form was refused because nothing shows that a person filled it in', {
    outcome: reason,
    http_status: 403,
  });
  return jsonResponse(403, {
    status: 'not_human',
    message: 'We could not confirm that a person sent this form. Please try again.',
  });
}

/**
 * Whether every submission of a request is stored already, word for word: whoever sends it again gets the answer of
 * the first time, however old its token is.
 */
async function isKnown(
  ports: Pick<IntakePorts, 'events' | 'ids'>,
  provider: BoundProvider,
  request: WebhookRequest,
  reception: Reception,
): Promise<boolean> {
  const reading = await provider.read(request);
  if (reading.kind === 'unreadable' || reading.unreadable !== undefined) return false;
  const known = reading.submissions.map(
    async (submission) => await isStored(ports, reception, submission),
  );
  return (await Promise.all(known)).every(Boolean);
}

async function isStored(
  ports: Pick<IntakePorts, 'events' | 'ids'>,
  reception: Reception,
  submission: Submission,
): Promise<boolean> {
  const hash = payloadHash(submission.content);
  for (const naming of ['by_id', 'by_id_and_content'] as const) {
    const { key } = await submissionEvent(ports, reception, submission, naming);
    const record = await ports.events.readRecord(key);
    if (record?.payloadHash === hash) return true;
  }
  return false;
}

function admitted(body: Uint8Array): Extract<Admission, { kind: 'admitted' }> {
  return { kind: 'admitted', body, isUnverifiedHuman: false };
}
