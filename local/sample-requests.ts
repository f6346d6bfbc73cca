import { createHmac, randomBytes } from 'node:crypto';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import type { SourceConfig } from '../lambdas/providers/catalogue.ts';

type GenericHmacSource = Extract<SourceConfig, { provider: 'generic_hmac' }>;
type StandardWebhooksSource = Extract<SourceConfig, { provider: 'standard_webhooks' }>;
type WebsiteFormSource = Extract<SourceConfig, { provider: 'website_form' }>;

/** The person of a sample, and what makes the submission this one. Nobody real. */
export interface SampleLead {
  /** Unique: the submission's id is made of it. Letters and digits. */
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly company: string;
  /** A short one by default. */
  readonly message?: string;
  /** More answers, by question; none by default. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly submittedAtMs: number;
}

/** How a sample is signed, whatever the provider. */
export interface SampleSigning {
  readonly header: string;
  readonly prefix: string;
  readonly algorithm: 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  readonly key: Buffer;
  /** What is signed; `{timestamp}` and `{body}` stand for themselves. */
  readonly template: string;
  readonly timestamp?: {
    readonly header: string;
    readonly unit: 'seconds' | 'milliseconds';
    readonly toleranceSeconds: number;
  };
}

/** A submission as its sender would post it, not signed yet. */
export interface SampleRequest {
  readonly source: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signing?: SampleSigning;
}

const NAMES = [
  ['Ana', 'Ng'],
  ['Ben', 'Okafor'],
  ['Carla', 'Rossi'],
  ['Dev', 'Patel'],
  ['Emma', 'Larsen'],
  ['Farid', 'Haddad'],
] as const;

/**
 * A person for a sample.
 *
 * @param index chooses the name
 * @param id unique; part of the e-mail address, so that samples are people of their own
 */
export function buildSampleLead(index: number, id: string, nowMs: number): SampleLead {
  const [firstName, lastName] = NAMES[index % NAMES.length] ?? NAMES[0];
  return {
    id,
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${id}@example.com`.toLowerCase(),
    company: 'Example Ltd',
    submittedAtMs: nowMs,
  };
}

/**
 * Builds a submission of a configured source, in its provider's own format.
 *
 * @param secret the source's current secret; a source that does not sign needs none
 * @throws {Error} when the source is not configured, or signs and has no secret
 */
export function buildSampleRequest(
  config: HoldfastConfig,
  name: string,
  secret: string | undefined,
  lead: SampleLead,
): SampleRequest {
  const source = config.sources[name];
  if (source === undefined) throw new Error(`There is no source ${name} in the configuration`);
  const { body, headers = {}, signing } = describeSample(source, secret ?? '', lead);
  if (signing !== undefined && signing.key.length === 0) {
    throw new Error(`The source ${name} has no secret`);
  }
  return {
    source: name,
    path: `/hooks/${name}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signing === undefined ? {} : { signing }),
  };
}

/** An id for a sample of its own. */
export function newId(): string {
  return randomBytes(4).toString('hex');
}

/** The headers of a request that is signed now. */
export function signSample(request: SampleRequest, nowMs: number): Record<string, string> {
  const { signing } = request;
  if (signing === undefined) return { ...request.headers };
  const timestamp = timestampOf(signing, nowMs);
  const content = signing.template.replaceAll(/\{timestamp\}|\{body\}/g, (token) =>
    token === '{body}' ? request.body : timestamp,
  );
  const signature = createHmac(signing.algorithm, signing.key)
    .update(content)
    .digest(signing.encoding);
  return {
    ...request.headers,
    ...(signing.timestamp === undefined ? {} : { [signing.timestamp.header]: timestamp }),
    [signing.header]: `${signing.prefix}${signature}`,
  };
}

function timestampOf(signing: SampleSigning, nowMs: number): string {
  return signing.timestamp?.unit === 'milliseconds'
    ? String(nowMs)
    : String(Math.floor(nowMs / 1_000));
}

interface Description {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signing?: SampleSigning;
}

function describeSample(source: SourceConfig, secret: string, lead: SampleLead): Description {
  switch (source.provider) {
    case 'typeform':
      return {
        body: typeformBody(lead),
        signing: {
          header: 'typeform-signature',
          prefix: 'sha256=',
          algorithm: 'sha256',
          encoding: 'base64',
          key: Buffer.from(secret, 'utf8'),
          template: '{body}',
        },
      };
    case 'standard_webhooks':
      return describeStandardWebhook(source, secret, lead);
    case 'generic_hmac':
      return describeGeneric(source, secret, lead);
    case 'website_form':
      return describeWebsiteForm(source, lead);
  }
}

function typeformBody(lead: SampleLead): unknown {
  const answers = [
    ['first_name', 'short_text', 'text', lead.firstName, 'First name'],
    ['last_name', 'short_text', 'text', lead.lastName, 'Last name'],
    ['email', 'email', 'email', lead.email, 'E-mail'],
    ['company', 'short_text', 'text', lead.company, 'Company'],
    ...Object.entries({
      ...(lead.message === undefined ? {} : { message: lead.message }),
      ...lead.answers,
    }).map(([name, value]) => [name, 'long_text', 'text', value, name] as const),
  ] as const;
  return {
    event_id: `evt${lead.id}`,
    event_type: 'form_response',
    form_response: {
      form_id: 'demo',
      token: `response${lead.id}`,
      submitted_at: isoSeconds(lead),
      definition: {
        id: 'demo',
        title: 'Book a demo',
        fields: answers.map(([ref, type, , , title]) => ({ id: ref, ref, type, title })),
      },
      answers: answers.map(([ref, type, kind, value]) => ({
        type: kind,
        [kind]: value,
        field: { id: ref, ref, type },
      })),
    },
  };
}

function describeStandardWebhook(
  source: StandardWebhooksSource,
  secret: string,
  lead: SampleLead,
): Description {
  const body: Record<string, unknown> = {
    type: 'lead.created',
    timestamp: isoSeconds(lead),
    data: fieldsOf(lead),
  };
  setPath(body, source.externalIdPath, `person-${lead.id}`);
  const id = `msg_${lead.id}`;
  return {
    body,
    headers: { 'webhook-id': id },
    signing: {
      header: 'webhook-signature',
      prefix: 'v1,',
      algorithm: 'sha256',
      encoding: 'base64',
      key: Buffer.from(secret.replace(/^whsec_/, ''), 'base64'),
      template: `${id}.{timestamp}.{body}`,
      timestamp: {
        header: 'webhook-timestamp',
        unit: 'seconds',
        toleranceSeconds: source.toleranceSeconds,
      },
    },
  };
}

function describeGeneric(source: GenericHmacSource, secret: string, lead: SampleLead): Description {
  const body: Record<string, unknown> = {};
  if (source.dataPath === undefined) Object.assign(body, fieldsOf(lead));
  setPath(body, source.dataPath, fieldsOf(lead));
  setPath(body, source.idPath, `submission-${lead.id}`);
  setPath(body, source.typePath, 'lead.created');
  setPath(body, source.occurredAtPath, isoSeconds(lead));
  setPath(body, source.externalIdPath, `person-${lead.id}`);

  const { signature } = source;
  const headers: Record<string, string> = {};
  const template = signature.template.replaceAll(/\{header:([a-z0-9-]+)\}/g, (_, name: string) => {
    headers[name] = name === 'content-type' ? 'application/json' : `sample-${lead.id}`;
    return headers[name];
  });
  return {
    body,
    headers,
    signing: {
      header: signature.header,
      prefix: signature.prefix,
      algorithm: signature.algorithm,
      encoding: signature.encoding,
      key: Buffer.from(secret, signature.keyEncoding),
      template,
      ...(signature.timestamp === 'none' || !('header' in signature.timestamp)
        ? {}
        : { timestamp: signature.timestamp }),
    },
  };
}

function describeWebsiteForm(source: WebsiteFormSource, lead: SampleLead): Description {
  const [origin] = source.allowedOrigins;
  return {
    body: { submission_id: `form-${lead.id}`, ...fieldsOf(lead) },
    ...(origin === undefined ? {} : { headers: { origin } }),
  };
}

function fieldsOf(lead: SampleLead): Record<string, unknown> {
  return {
    first_name: lead.firstName,
    last_name: lead.lastName,
    email: lead.email,
    company: lead.company,
    message: lead.message ?? 'Please show us how it works',
    ...lead.answers,
  };
}

function isoSeconds(lead: SampleLead): string {
  return new Date(lead.submittedAtMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function setPath(body: Record<string, unknown>, dotted: string | undefined, value: unknown): void {
  if (dotted === undefined) return;
  const names = dotted.split('.');
  const last = names.pop();
  let target = body;
  for (const name of names) {
    const next = target[name];
    const object = typeof next === 'object' && next !== null ? next : {};
    target[name] = object;
    target = object as Record<string, unknown>;
  }
  if (last !== undefined) target[last] = value;
}
