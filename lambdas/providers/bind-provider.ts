import { type BoundDetailsApi, bindDetails } from './bind-details.ts';
import { PROVIDERS, type SourceConfig } from './catalogue.ts';
import type {
  AnswerRules,
  HandshakeAnswer,
  HumanCheckRule,
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
  /** Whether the source has a secret: requests are verified by one, or people are told from programs by one. */
  readonly hasSecret: boolean;
  /** Whether a secret proves who sent a request. Without one it may come from anybody. */
  readonly provesSender: boolean;
  /** How it is found out whether a person filled in a form; absent where nobody asks. */
  readonly humanCheck?: HumanCheckRule;
  readonly answers: AnswerRules;
  readonly detailsApi?: BoundDetailsApi;
  accepts(mediaType: string): boolean;
  /**
   * @param secrets given exactly if the provider `provesSender`
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
  const provesSender = needsSecret(authentication);
  const humanCheck = provider.humanCheck?.(source);
  return {
    authentication,
    hasSecret: provesSender || humanCheck !== undefined,
    provesSender,
    ...(humanCheck === undefined ? {} : { humanCheck }),
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
