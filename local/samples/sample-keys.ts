import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { cleanSubmission } from '../../lambdas/operations/submission/clean-submission.ts';
import { nameSubmission } from '../../lambdas/operations/submission/name-submission.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type { SampleRequest } from './sample-request.ts';
import type { SampleAnswer } from './send-sample.ts';

/**
 * The keys under which a sample was stored: those that intake named or, for senders that it does not tell, those
 * that it gives.
 *
 * @param installation.readPepper called only for samples that bear no id
 * @param installation.receivedAtMs about when intake received it, epoch milliseconds
 */
export async function sampleKeys(
  answer: Pick<SampleAnswer, 'status' | 'keys'>,
  request: SampleRequest,
  config: Pick<HoldfastConfig, 'sources'>,
  installation: { readonly readPepper: () => Promise<string>; readonly receivedAtMs: number },
): Promise<readonly string[]> {
  const sourceName = request.source;
  const source = config.sources[sourceName];
  const isTaken = answer.status === 200 || answer.status === 409;
  if (!isTaken || answer.keys.length > 0 || source === undefined) return answer.keys;
  const provider = bindProvider(source);
  const body = provider.redact(new TextEncoder().encode(request.body));
  const reading = await provider.read({ method: 'POST', headers: request.headers, body });
  if (reading.kind === 'unreadable') return [];
  const { receivedAtMs } = installation;
  const keys: string[] = [];
  for (const submission of reading.submissions) {
    const isNamed = submission.sourceEventId !== undefined;
    const pepper = isNamed ? '' : await installation.readPepper();
    const clean = await cleanSubmission(submission, { sourceName, source });
    const names = nameSubmission(submission, clean, { sourceName, pepper, receivedAtMs });
    keys.push(names.byId ?? names.byContent().current);
  }
  return keys;
}
