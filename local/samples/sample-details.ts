import { shapeOf, type Resource } from '../provider-apis/api-shapes.ts';
import { resourceOf } from '../provider-apis/provider-apis.ts';
import type { SampleLead } from './sample-lead.ts';
import { fillExample, type WebhookExample } from './webhook-example.ts';

/** What a provider's API is to know of a sample's submission. */
export interface SampleDetail {
  readonly resource: Resource;
  readonly body: Record<string, unknown>;
}

/**
 * What the local APIs must be told, so that they answer about a sample as its example says.
 *
 * @returns none for a sender whose webhooks tell everything
 * @throws {Error} the example asks for something that the local API of its provider does not have
 */
export function sampleDetails(example: WebhookExample, lead: SampleLead): readonly SampleDetail[] {
  const { provider, api = [] } = example;
  const shape = shapeOf(provider);
  return api.map((call) => {
    const filled = fillExample(call, lead, '') as { path: string; answer: Record<string, unknown> };
    const path = filled.path.split('?', 1)[0] ?? '';
    const resource = shape === undefined ? undefined : resourceOf(shape, path);
    if (resource === undefined) throw new Error(`No local API of ${provider} has such a path`);
    const body = shape?.storedOf?.(filled.answer) ?? filled.answer;
    return { resource, body: body as Record<string, unknown> };
  });
}

/** Where the local APIs take what a submission or a form says. */
export function detailPath(provider: string, { kind, id }: Resource): string {
  return `/_admin/${[provider, kind, id].map(encodeURIComponent).join('/')}`;
}

/**
 * Puts what was made of an example into the local APIs.
 *
 * @param apisUrl where they listen, without a slash at its end
 * @throws {Error} they did not take it
 */
export async function putSampleDetails(
  apisUrl: string,
  provider: string,
  details: readonly SampleDetail[],
): Promise<void> {
  for (const { resource, body } of details) {
    const response = await fetch(`${apisUrl}${detailPath(provider, resource)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The local API of ${provider} answered ${response.status}`);
  }
}
