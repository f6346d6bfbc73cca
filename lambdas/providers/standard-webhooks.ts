import type { SignatureScheme, SourceConfig } from '../core/source-settings.ts';
import { SecretUnavailableError } from '../core/errors.ts';
import { failure } from '../core/failure.ts';
import { collectFields, RANK } from './collect-fields.ts';
import { candidatesOf, flatAnswers } from './flat-answers.ts';
import { atPath, idText, isObject, type Json, member, parseJson, scalarText } from './json.ts';
import { mayBeJson } from './media-type.ts';
import type { Provider, Reading, SourceSecrets, Verification, WebhookRequest } from './provider.ts';
import { readConsent } from './read-consent.ts';
import { requireSecrets } from './require-secrets.ts';
import { decodeBase64, refused, verifySignatures } from './verify-hmac.ts';

type StandardWebhooksSource = Extract<SourceConfig, { provider: 'standard_webhooks' }>;

const SECRET_PREFIX = 'whsec_';
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;

/** Signatures that are looked at; senders add one for each secret that is being replaced. */
const SIGNATURES_MAX = 16;

/**
 * Standard Webhooks 1.0.0, symmetric signatures (`v1`); Svix's own header names are taken as well.
 *
 * `webhook-id` names the message and stays the same when it is sent again; the timestamp is that of the
 * attempt.
 *
 * @see Standard Webhooks specification 1.0.0, read 2026-11-22
 */
export const standardWebhooks: Provider<StandardWebhooksSource> = {
  signed: true,
  accepts: mayBeJson,
  verify: (request, source, secrets, nowMs) => {
    const family = headerFamily(request);
    return verifyList(
      request,
      schemeOf(family, source.toleranceSeconds),
      signingKeys(requireSecrets(secrets)),
      nowMs,
    );
  },
  read: (request, source) => {
    const parsed = parseJson(request.body);
    return parsed.kind === 'unreadable'
      ? parsed
      : readBody(parsed.value, messageId(request), source);
  },
};

/** The three headers come from one family: names of both are never mixed. */
function headerFamily(request: WebhookRequest): 'webhook' | 'svix' {
  return Object.hasOwn(request.headers, 'webhook-signature') ? 'webhook' : 'svix';
}

function schemeOf(family: 'webhook' | 'svix', toleranceSeconds: number): SignatureScheme {
  return {
    header: `${family}-signature`,
    prefix: 'v1,',
    algorithm: 'sha256',
    encoding: 'base64',
    keyEncoding: 'base64',
    template: `{header:${family}-id}.{timestamp}.{body}`,
    timestamp: { header: `${family}-timestamp`, unit: 'seconds', toleranceSeconds },
  };
}

/** The header lists signatures, `v1,<base64>` each, with spaces between; other versions are skipped. */
function verifyList(
  request: WebhookRequest,
  scheme: SignatureScheme,
  keys: SourceSecrets,
  nowMs: number,
): Verification {
  const header = request.headers[scheme.header] ?? '';
  if (header === '') return refused('missing');
  const entries = header.split(' ');
  // One comma belongs to each entry; a gateway joins the values of a header that came twice with more.
  if (entries.some((entry) => entry.split(',').length > 2)) return refused('duplicate_header');

  const signatures = entries
    .filter((entry) => entry.startsWith(scheme.prefix))
    .slice(0, SIGNATURES_MAX)
    .map((entry) => entry.slice(scheme.prefix.length));
  return verifySignatures(request, scheme, signatures, keys, nowMs);
}

/** @throws {SecretUnavailableError} a secret is not `whsec_` and base64 of 24–64 bytes */
function signingKeys(secrets: SourceSecrets): SourceSecrets {
  const current = signingKey(secrets.current);
  return secrets.previous === undefined
    ? { current }
    : { current, previous: signingKey(secrets.previous) };
}

function signingKey(secret: string): string {
  const key = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : '';
  const size = decodeBase64(key)?.length ?? 0;
  if (size < KEY_BYTES_MIN || size > KEY_BYTES_MAX) {
    throw new SecretUnavailableError(
      `A Standard Webhooks secret must be ${SECRET_PREFIX} and base64 of ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes`,
    );
  }
  return key;
}

/** A request that is read again from the store has its id still, but no signature. */
function messageId(request: WebhookRequest): string | undefined {
  const isSigned = ['webhook-signature', 'svix-signature'].some((name) =>
    Object.hasOwn(request.headers, name),
  );
  const storedId = request.headers['webhook-id'] ?? request.headers['svix-id'];
  return idText(isSigned ? request.headers[`${headerFamily(request)}-id`] : storedId);
}

function readBody(
  body: Json,
  sourceEventId: string | undefined,
  source: StandardWebhooksSource,
): Reading {
  const identified = sourceEventId === undefined ? {} : { sourceEventId };
  const eventType = idText(member(body, 'type'));
  const data = member(body, 'data');
  if (eventType === undefined || !isObject(data)) {
    const detail = 'it is not an object with a type and a data object';
    return { kind: 'unreadable', failure: failure('unknown_shape', detail), ...identified };
  }

  const answers = flatAnswers(data);
  const occurredAt = scalarText(member(body, 'timestamp'));
  const externalId =
    source.externalIdPath === undefined ? undefined : idText(atPath(body, source.externalIdPath));
  const external =
    externalId === undefined
      ? []
      : [{ field: 'external_id', value: externalId, rank: RANK.configured } as const];

  return {
    kind: 'read',
    submissions: [
      {
        eventType,
        ...identified,
        ...(occurredAt === undefined ? {} : { occurredAt }),
        ...collectFields([...external, ...candidatesOf(answers, source.fields)]),
        answers,
        consent: readConsent(answers),
        isTest: false,
        isSpam: false,
        content: body,
      },
    ],
  };
}
