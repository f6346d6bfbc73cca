import { bytesHash } from '../core/payload-hash.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { BoundProvider } from '../providers/bind-provider.ts';
import type { Verification, WebhookRequest } from '../providers/provider.ts';
import { parseSourceSecrets } from '../providers/verification/source-secrets.ts';
import type { IntakePorts } from './intake-ports.ts';

/**
 * Decides whether a request comes from its source.
 *
 * On a mismatch the secret is read past the cache and tried once more, so that a secret that has just been
 * replaced turns nobody away. (The reader limits how often it does that.)
 *
 * @param secretId where the source's secrets are
 * @throws {SecretUnavailableError} the secrets cannot be read or are not usable: the fault is ours
 */
export async function authenticate(
  ports: Pick<IntakePorts, 'secrets' | 'clock'>,
  provider: BoundProvider,
  sourceName: string,
  secretId: string,
  request: WebhookRequest,
): Promise<Verification> {
  const nowMs = ports.clock.nowMs();
  if (!provider.provesSender) return provider.verify(request, undefined, nowMs);

  const cached = await ports.secrets.read(secretId);
  const verification = provider.verify(request, parseSourceSecrets(sourceName, cached), nowMs);
  if (verification.kind === 'verified' || !mayBeOld(verification.reason)) return verification;

  const fresh = await ports.secrets.read(secretId, { fresh: true });
  return fresh === cached
    ? verification
    : provider.verify(request, parseSourceSecrets(sourceName, fresh), nowMs);
}

/** Whether a refusal may be the fault of secrets that are no longer those in force. */
function mayBeOld(reason: Extract<Verification, { kind: 'refused' }>['reason']): boolean {
  return reason === 'mismatch' || reason === 'secret_expired';
}

/**
 * Counts and logs how a request was verified. Of a refused one, its hash is all that stays.
 *
 * @param refusedStatus what it is answered when it is refused
 */
export function reportVerification(
  ports: Pick<IntakePorts, 'metrics'>,
  log: Log,
  sourceName: string,
  request: WebhookRequest,
  verification: Verification,
  refusedStatus: number,
): void {
  if (verification.kind === 'refused') {
    ports.metrics.count('SignatureRejected', { source: sourceName });
    if (verification.reason === 'secret_expired') {
      ports.metrics.count('ExpiredSecretUsed', { source: sourceName });
    }
    log.warn('A request was refused because it does not prove who sent it', {
      outcome: verification.reason,
      http_status: refusedStatus,
      body_sha256: bytesHash(request.body),
      body_bytes: request.body.byteLength,
    });
    return;
  }
  if (verification.variant !== undefined) {
    // Which reading of its own pages a sender follows is not known for sure until it is seen.
    log.info('A request was signed in one of several ways', {
      signature_variant: verification.variant,
    });
  }
  if (verification.secretUsed === 'previous') {
    ports.metrics.count('PreviousSecretUsed', { source: sourceName });
    log.info('A request was signed with the previous secret', { secret_used: 'previous' });
  }
}
