import type { BoundProvider } from '../providers/bind-provider.ts';
import { parseSourceSecrets } from '../providers/verification/source-secrets.ts';
import type { IntakePorts, IntakeSettings } from './intake-ports.ts';
import { type IntakeResponse, jsonResponse } from './intake-request.ts';
import type { Arrival } from './take-in.ts';

/**
 * Answers a sender that asks whether the address is ours. Nothing but a cached secret is read, since LinkedIn
 * waits for three seconds only and blocks the address after three failures.
 *
 * @returns 200 with what the sender asked for; 403 when it does not ask rightly, in which case the secret is
 *   read past the cache once more, since it may just have been set
 * @throws {SecretUnavailableError} the secrets cannot be read or are not usable: the fault is ours
 */
export async function answerHandshake(
  ports: Pick<IntakePorts, 'secrets' | 'metrics'>,
  settings: IntakeSettings,
  provider: BoundProvider,
  { request, name, log }: Arrival,
): Promise<IntakeResponse> {
  const secretId = `${settings.sourceSecretPrefix}${name}`;
  const cached = await ports.secrets.read(secretId);
  let answer = provider.handshake?.(request, parseSourceSecrets(name, cached));
  if (answer === undefined) {
    const fresh = await ports.secrets.read(secretId, { fresh: true });
    if (fresh !== cached) answer = provider.handshake?.(request, parseSourceSecrets(name, fresh));
  }
  if (answer === undefined) {
    ports.metrics.count('SignatureRejected', { source: name });
    log.warn('A sender asked for a handshake, but not with what was agreed', {
      outcome: 'handshake_refused',
      http_status: 403,
    });
    return jsonResponse(403, { status: 'refused' });
  }
  log.info('A handshake was answered', { outcome: 'handshake' });
  const { contentType, body } = answer;
  return {
    status: 200,
    headers: { 'content-type': contentType, 'cache-control': 'no-store' },
    body,
  };
}
