import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { type BoundProvider, bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type { SourceSecrets, WebhookRequest } from '../../lambdas/providers/provider.ts';
import {
  type HmacScheme,
  signedHeaderNames,
} from '../../lambdas/providers/verification/authentication.ts';
import { makeSecret } from '../../local/make-secret.ts';
import { buildSampleLead, type SampleLead } from '../../local/samples/sample-lead.ts';
import { buildSampleRequest, type SampleRequest } from '../../local/samples/sample-request.ts';
import { proofOf, signSample } from '../../local/samples/sample-signing.ts';
import {
  type ExpectedEvent,
  fillExample,
  readExample,
  type WebhookExample,
} from '../../local/samples/webhook-example.ts';
import { NOW_MS } from './webhook-builders.ts';

/** The name of an example's source. */
export const SOURCE = 'it';

/** One example, and the source that it is for. */
export interface ExampleCase {
  readonly example: WebhookExample;
  readonly config: HoldfastConfig;
  readonly provider: BoundProvider;
  readonly secret: string;
  /** Of a source that has none: undefined. */
  readonly secrets: SourceSecrets | undefined;
  readonly sources: Parameters<typeof defineConfig>[0]['sources'];
}

export function anExampleCase(name: string): ExampleCase {
  const example = readExample(name);
  const settings = { provider: example.provider, ...example.settings };
  const sources = { [SOURCE]: settings } as unknown as ExampleCase['sources'];
  const config = defineConfig({ sources });
  const provider = bindProvider(config.sources[SOURCE]!);
  const secret = example.secret?.['current'] ?? '';
  return {
    example,
    config,
    provider,
    secret,
    secrets: provider.hasSecret ? secretsOf(example) : undefined,
    sources,
  };
}

/** Members as the functions read them. */
function secretsOf({ secret = {} }: WebhookExample): SourceSecrets {
  const { current = '', verify_token: verifyToken, api_token: apiToken } = secret;
  return {
    current,
    ...(verifyToken === undefined ? {} : { verifyToken }),
    ...(apiToken === undefined ? {} : { apiToken }),
  };
}

export function aPerson(change: Partial<SampleLead> = {}): SampleLead {
  // A second before it is received, so that no other time can pass for it.
  return { ...buildSampleLead(0, 'x1', NOW_MS - 41_000), ...change };
}

/** The request of an example, signed as its sender does it. */
export function postedBy(
  it: ExampleCase,
  lead: SampleLead = aPerson(),
  nowMs: number = NOW_MS,
): WebhookRequest & { readonly path: string } {
  const sample = buildSampleRequest(it.config, SOURCE, it.secret, lead, it.example);
  return requestOf(sample, signSample(sample, nowMs));
}

/** The request in each of the ways in which its sender may sign it with the headers that it has, by name. */
export function postedInEachWay(
  it: ExampleCase,
): (readonly [string, { readonly request: WebhookRequest; readonly scheme: HmacScheme }])[] {
  const { authentication } = it.provider;
  if (authentication.kind !== 'hmac') return [];
  const sample = buildSampleRequest(it.config, SOURCE, it.secret, aPerson(), it.example);
  return Object.entries(authentication.variants)
    .filter(([, scheme]) => signedHeaderNames(scheme).every((name) => name in sample.headers))
    .map(([variant, scheme]) => {
      const only = { kind: 'hmac', variants: { [variant]: scheme } } as const;
      const { signing } = proofOf(only, it.secret, sample.headers, sample.body);
      const signed = { ...sample, ...(signing === undefined ? {} : { signing }) };
      return [variant, { scheme, request: requestOf(sample, signSample(signed, NOW_MS)) }] as const;
    });
}

function requestOf(
  sample: SampleRequest,
  headers: Readonly<Record<string, string>>,
): WebhookRequest & { readonly path: string } {
  const token = /^\/hooks\/[^/]+\/(.+)$/.exec(sample.path)?.[1];
  return {
    method: 'POST',
    path: sample.path,
    headers,
    body: new TextEncoder().encode(sample.body),
    ...(token === undefined ? {} : { token }),
  };
}

/** Headers that prove where a request comes from: each must come once. */
export function provingHeaders({ authentication }: BoundProvider, request: WebhookRequest) {
  const named = (() => {
    switch (authentication.kind) {
      case 'hmac':
        return Object.values(authentication.variants).flatMap((scheme) => [
          scheme.header,
          ...signedHeaderNames(scheme),
          ...(scheme.timestamp !== 'none' && 'header' in scheme.timestamp
            ? [scheme.timestamp.header]
            : []),
        ]);
      case 'jws':
      case 'shared_secret':
        return [authentication.header];
      case 'url_token':
      case 'body_member':
      case 'origin':
        return [];
    }
  })();
  return [...new Set(named)].filter((name) => name in request.headers);
}

/** Another secret of the same form. */
export function anotherSecret(it: ExampleCase): SourceSecrets {
  return { ...it.secrets, current: makeSecret(it.provider.authentication) };
}

/** What is expected of an example, filled in with its person: one item an event. */
export function expectedOf(it: ExampleCase, lead: SampleLead = aPerson()): ExpectedEvent[] {
  const { expected } = it.example;
  const all = Array.isArray(expected) ? expected : [expected];
  return fillExample(all as never, lead, it.secret) as unknown as ExpectedEvent[];
}
