import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { readPepper } from '../../lambdas/core/pepper.ts';
import { cleanSubmission } from '../../lambdas/operations/clean-submission.ts';
import { nameSubmission } from '../../lambdas/operations/name-submission.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type { SampleRequest } from '../samples/sample-request.ts';
import type { SampleAnswer } from '../samples/send-sample.ts';
import type { OperatorTarget } from './target.ts';

/**
 * The keys under which a sample was stored: those that intake named or, for senders that it does not tell, those
 * that it gives.
 *
 * @throws {SecretUnavailableError} the pepper could not be read
 */
export async function sampleKeys(
  answer: Pick<SampleAnswer, 'keys'>,
  request: SampleRequest,
  { ports, pepperSecretId }: Pick<OperatorTarget, 'ports' | 'pepperSecretId'>,
  config: HoldfastConfig,
): Promise<readonly string[]> {
  const sourceName = request.source;
  const source = config.sources[sourceName];
  if (answer.keys.length > 0 || source === undefined) return answer.keys;
  const provider = bindProvider(source);
  const body = provider.redact(new TextEncoder().encode(request.body));
  const reading = await provider.read({ method: 'POST', headers: request.headers, body });
  if (reading.kind === 'unreadable') return [];
  const pepper = await readPepper(ports.secrets, pepperSecretId);
  const receivedAtMs = ports.clock.nowMs();
  const keys: string[] = [];
  for (const submission of reading.submissions) {
    const clean = await cleanSubmission(submission, { sourceName, source });
    const names = nameSubmission(submission, clean, { sourceName, pepper, receivedAtMs });
    keys.push(names.byId ?? names.byContent().current);
  }
  return keys;
}
