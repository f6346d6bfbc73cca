import type { Json } from '../../lambdas/providers/reading/json.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type { SourceConfig } from '../../lambdas/providers/catalogue.ts';
import type { Submission } from '../../lambdas/providers/provider.ts';
import { buildSampleLead } from '../../local/samples/sample-lead.ts';
import { fillExample, readExample } from '../../local/samples/webhook-example.ts';
import { aRequest, NOW_MS } from './webhook-builders.ts';

/** What an example of a thin sender holds, filled in with one person. */
export interface ThinExample {
  readonly body: string;
  readonly answers: readonly Json[];
  readonly paths: readonly string[];
}

export const LEAD = buildSampleLead(0, 'thin1', NOW_MS);

export function thinExample(name: string): ThinExample {
  const { request, api = [] } = readExample(name);
  const filled = (value: Parameters<typeof fillExample>[0]) => fillExample(value, LEAD, 'secret');
  return {
    body: JSON.stringify(filled(request.body ?? {})),
    answers: api.map(({ answer }) => filled(answer) as Json),
    paths: api.flatMap(({ path }) => {
      const filledPath = filled(path);
      return typeof filledPath === 'string' ? [filledPath] : [];
    }),
  };
}

/** The submissions of a body that can be read. */
export async function submissionsOf(
  source: SourceConfig,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<readonly Submission[]> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reading = await bindProvider(source).read(aRequest({ body: text, headers }));
  if (reading.kind !== 'read') throw new Error(reading.failure.message);
  return reading.submissions;
}

/** A thin submission with what the API answered. */
export async function completed(
  source: SourceConfig,
  thin: Submission,
  answers: readonly Json[],
): Promise<Submission> {
  const reading = await bindProvider(source).detailsApi?.read(thin, answers);
  if (reading?.kind !== 'read') throw new Error(reading?.failure.message ?? 'It has no API');
  return reading.submissions[0]!;
}

/** The paths that are called for a thin submission. */
export function pathsFor(source: SourceConfig, thin: Submission): readonly string[] {
  const api = bindProvider(source).detailsApi;
  return (api?.calls(thin.details ?? {}) ?? []).map(({ path }) => path);
}
