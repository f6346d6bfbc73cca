import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import { buildSampleLead } from '../samples/sample-lead.ts';
import { buildSampleRequest } from '../samples/sample-request.ts';
import { listExamples, readExample } from '../samples/webhook-example.ts';
import type { FuzzInput } from './fuzz-input.ts';

/** One source for each example, what it proves itself with, and the example as a first input. */
export interface FuzzSources {
  readonly config: HoldfastConfig;
  /** The current secret of each source that has one. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly seeds: readonly FuzzInput[];
}

/** The clock of every run: what is found must be found again. */
export const FUZZ_NOW_MS = Date.parse('2026-11-22T04:00:00.000Z');

const SECRET = 'a-made-up-secret-of-a-source';

/** Builds the sources from `examples/webhooks`. */
export function buildFuzzSources(): FuzzSources {
  const examples = new Map(
    listExamples().map((name) => [name.replaceAll(/[^a-z0-9_-]/g, '-'), readExample(name)]),
  );
  const settings = [...examples].map(([name, example]) => [
    name,
    { provider: example.provider, ...example.settings },
  ]);
  const config = defineConfig({ sources: Object.fromEntries(settings) as never });
  const secrets = new Map<string, string>();
  const seeds: FuzzInput[] = [];
  let index = 0;
  for (const [name, example] of examples) {
    const source = config.sources[name];
    if (source === undefined) continue;
    if (bindProvider(source).hasSecret) secrets.set(name, example.secret?.['current'] ?? SECRET);
    const lead = buildSampleLead(index, `fuzz${index}`, FUZZ_NOW_MS - 1_000);
    const request = buildSampleRequest(config, name, secrets.get(name), lead, example);
    index += 1;
    seeds.push({
      source: name,
      method: 'POST',
      isSigned: true,
      query: '',
      headers: headersWithoutProof(request.headers, name, config),
      body: Buffer.from(request.body, 'utf8'),
    });
  }
  return { config, secrets, seeds };
}

/** Without what is made anew each time an input is sent. */
function headersWithoutProof(
  headers: Readonly<Record<string, string>>,
  name: string,
  config: HoldfastConfig,
): Record<string, string> {
  const source = config.sources[name];
  const authentication = source === undefined ? undefined : bindProvider(source).authentication;
  const proof =
    authentication?.kind === 'jws' || authentication?.kind === 'shared_secret'
      ? authentication.header
      : undefined;
  return Object.fromEntries(Object.entries(headers).filter(([header]) => header !== proof));
}
