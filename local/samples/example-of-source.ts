import type { SourceConfig } from '../../lambdas/providers/catalogue.ts';
import { readsDetails } from '../../lambdas/providers/reads-details.ts';
import { listExamples, readExample, type WebhookExample } from './webhook-example.ts';

/**
 * The example that samples of a source are made of: its provider's own or, for a source that reads details though its
 * provider's webhooks tell enough, the case that says what the API answers.
 *
 * @throws {Error} the provider has no example
 */
export function exampleOfSource(source: SourceConfig): WebhookExample {
  const { provider } = source;
  const example = readExample(provider);
  if (example.api !== undefined || !readsDetails(source)) return example;
  const cases = listExamples().filter((name) => name.startsWith(`${provider}.`));
  return cases.map(readExample).find(({ api }) => api !== undefined) ?? example;
}
