import { type BoundDetailsApi, bindDetails } from './bind-details.ts';
import { PROVIDERS, type SourceConfig } from './catalogue.ts';
import type {
  AnswerRules,
  HandshakeAnswer,
  Provider,
  Reading,
  SourceSecrets,
  Verification,
  WebhookRequest,
} from './provider.ts';
import type { Authentication } from './verification/authentication.ts';
import { needsSecret, verify } from './verification/verify.ts';

/** A provider that knows its source's configuration. Its members are those of `Provider`. */
export interface BoundProvider {
  readonly authentication: Authentication;
  /** Whether requests are verified by a secret. */
  readonly hasSecret: boolean;
  readonly answers: AnswerRules;
  readonly detailsApi?: BoundDetailsApi;
  accepts(mediaType: string): boolean;
  /**
   * @param secrets given exactly if the provider `hasSecret`
   * @throws {SecretUnavailableError} a secret does not have the form that this sender's secrets have
   */
  verify(request: WebhookRequest, secrets: SourceSecrets | undefined, nowMs: number): Verification;
  read(request: WebhookRequest): Promise<Reading>;
  /** Absent for senders that never ask. */
  readonly handshake?: (
    request: WebhookRequest,
    secrets: SourceSecrets,
  ) => HandshakeAnswer | undefined;
  redact(body: Uint8Array): Uint8Array;
}

/** The provider of a configured source. */
export function bindProvider(source: SourceConfig): BoundProvider {
  // The catalogue pairs each provider with the settings of its own sources.
  const provider = PROVIDERS[source.provider] as Provider<SourceConfig>;
  const authentication = provider.authentication(source);
  const { handshake, detailsApi } = provider;
  return {
    authentication,
    hasSecret: needsSecret(authentication),
    answers: provider.answers ?? {},
    accepts: (mediaType) => provider.accepts(mediaType),
    verify: (request, secrets, nowMs) => verify(request, authentication, secrets, nowMs),
    read: async (request) => await provider.read(request, source),
    redact: (body) => provider.redact?.(body) ?? body,
    ...(handshake === undefined
      ? {}
      : { handshake: (request, secrets) => handshake(request, secrets) }),
    ...(detailsApi === undefined ? {} : { detailsApi: bindDetails(detailsApi, source) }),
  };
}
