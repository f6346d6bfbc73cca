import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import type { SourceConfig } from '../../lambdas/providers/catalogue.ts';
import { signedHeaderNames } from '../../lambdas/providers/verification/authentication.ts';
import { DUMMY_TOKEN } from '../turnstile-simulator/dummy-keys.ts';
import { exampleOfSource } from './example-of-source.ts';
import { applyPaths } from './generic-body.ts';
import type { SampleLead } from './sample-lead.ts';
import { proofOf, type SampleSigning } from './sample-signing.ts';
import { fillExample, type WebhookExample } from './webhook-example.ts';

/** A submission as its sender would post it, not signed yet. */
export interface SampleRequest {
  readonly source: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The fields of a multipart form, for tools that build the body themselves. */
  readonly multipart?: Readonly<Record<string, string>>;
  readonly signing?: SampleSigning;
}

/** Nothing in a sample contains it. */
const BOUNDARY = 'holdfast-sample-7d1f0c9e';

/**
 * Builds a submission of a configured source, from the example that `exampleOfSource` chooses.
 *
 * @param secret the source's current secret; a source that has none needs none
 * @param example another case of the provider than that, as `readExample` gives it
 * @throws {Error} when the source is not configured, or proves itself by a secret and has none
 */
export function buildSampleRequest(
  config: HoldfastConfig,
  name: string,
  secret: string | undefined,
  lead: SampleLead,
  example?: WebhookExample,
): SampleRequest {
  const source = config.sources[name];
  if (source === undefined) throw new Error(`There is no source ${name} in the configuration`);
  const { authentication, hasSecret } = bindProvider(source);
  if (hasSecret && (secret ?? '') === '') throw new Error(`The source ${name} has no secret`);

  const written = writeBody(source, example ?? exampleOfSource(source), lead, secret ?? '');
  const headers = { ...written.headers, ...signedHeaders(source, lead) };
  const proof = proofOf(authentication, secret ?? '', headers, written.body);
  return {
    source: name,
    path: `/hooks/${name}${proof.token === undefined ? '' : `/${proof.token}`}`,
    headers: { ...headers, ...proof.headers },
    body: written.body,
    ...(written.multipart === undefined ? {} : { multipart: written.multipart }),
    ...(proof.signing === undefined ? {} : { signing: proof.signing }),
  };
}

interface WrittenBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly multipart?: Readonly<Record<string, string>>;
}

function writeBody(
  source: SourceConfig,
  { request }: WebhookExample,
  lead: SampleLead,
  secret: string,
): WrittenBody {
  const filled = (value: NonNullable<typeof request.body>) => fillExample(value, lead, secret);
  const solved = tokenOf(source);
  const headers = textsOf(filled(request.headers ?? {}));
  if (request.form !== undefined) {
    const type = 'application/x-www-form-urlencoded';
    const body = String(new URLSearchParams({ ...textsOf(filled(request.form)), ...solved }));
    return { headers: { 'content-type': type, ...headers }, body };
  }
  if (request.multipart !== undefined) {
    const fields = { ...textsOf(filled(request.multipart)), ...solved };
    const type = `multipart/form-data; boundary=${BOUNDARY}`;
    return {
      headers: { ...headers, 'content-type': type },
      body: writeMultipart(fields),
      multipart: fields,
    };
  }
  if (request.text !== undefined) {
    return { headers, body: textsOf({ text: filled(request.text) })['text'] ?? '' };
  }
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(withMembers(applyPaths(filled(request.body ?? {}), source, lead), solved)),
  };
}

/** What a page would have got from Turnstile, with the key for tests. */
function tokenOf(source: SourceConfig): Record<string, string> {
  const field = bindProvider(source).humanCheck?.field;
  return field === undefined ? {} : { [field]: DUMMY_TOKEN };
}

function withMembers(body: unknown, members: Readonly<Record<string, string>>): unknown {
  return Object.keys(members).length === 0 ? body : { ...Object(body), ...members };
}

/** Headers that a generic sender signs beside the body, by its configuration. */
function signedHeaders(source: SourceConfig, lead: SampleLead): Record<string, string> {
  if (source.provider !== 'generic_hmac') return {};
  return Object.fromEntries(
    signedHeaderNames(source.signature).map((name) => [
      name,
      name === 'content-type' ? 'application/json' : `sample-${lead.id}`,
    ]),
  );
}

/** Members as texts: what is no text is JSON in a form. */
function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Object(value) as Record<string, unknown>).map(([name, inner]) => [
      name,
      typeof inner === 'string' ? inner : JSON.stringify(inner),
    ]),
  );
}

function writeMultipart(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}
