import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { cleanSubmission } from '../../lambdas/operations/clean-submission.ts';
import { nameSubmission } from '../../lambdas/operations/name-submission.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type { SampleRequest } from './sample-request.ts';
import type { SampleAnswer } from './send-sample.ts';

/**
 * The keys under which a sample was stored: those that intake named or, for senders that it does not tell, those
 * that it gives.
 *
 * @param pepper the installation's secret; only senders that give no id need it
 */
export async function sampleKeys(
  answer: Pick<SampleAnswer, 'keys'>,
  request: SampleRequest,
  { pepper, nowMs }: { readonly pepper: () => Promise<string>; readonly nowMs: number },
  config: HoldfastConfig,
): Promise<readonly string[]> {
  const sourceName = request.source;
  const source = config.sources[sourceName];
  if (answer.keys.length > 0 || source === undefined) return answer.keys;
  const provider = bindProvider(source);
  const body = provider.redact(new TextEncoder().encode(request.body));
  const reading = await provider.read({ method: 'POST', headers: request.headers, body });
  if (reading.kind === 'unreadable') return [];
  const naming = { sourceName, pepper: await pepper(), receivedAtMs: nowMs };
  const keys: string[] = [];
  for (const submission of reading.submissions) {
    const clean = await cleanSubmission(submission, { sourceName, source });
    const names = nameSubmission(submission, clean, naming);
    keys.push(names.byId ?? names.byContent().current);
  }
  return keys;
}
