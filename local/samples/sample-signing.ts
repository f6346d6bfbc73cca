import { createHash, createHmac } from 'node:crypto';
import type {
  Authentication,
  HmacScheme,
} from '../../lambdas/providers/verification/authentication.ts';
import { asciiJson } from '../../lambdas/providers/verification/ascii-json.ts';
import type { SampleRequest } from './sample-request.ts';

/** How a sample is signed by an HMAC, whatever the provider. */
export interface SampleSigning {
  readonly header: string;
  /** The header's value; `{signature}` and `{timestamp}` stand for themselves. */
  readonly value: string;
  readonly algorithm: 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  readonly key: Buffer;
  /** What is signed; `{timestamp}`, `{body}` and `{body_ascii}` stand for themselves. */
  readonly template: string;
  readonly timestamp?: {
    /** Absent when it stands in the signature's header alone. */
    readonly header?: string;
    readonly unit: 'seconds' | 'milliseconds';
    readonly toleranceSeconds: number;
  };
}

/** What proves where a sample comes from. */
export interface SampleProof {
  readonly headers: Readonly<Record<string, string>>;
  /** What follows the source in the path. */
  readonly token?: string;
  readonly signing?: SampleSigning;
}

/**
 * Builds what a sender would prove itself with.
 *
 * @param headers of the request: some are signed
 */
export function proofOf(
  authentication: Authentication,
  secret: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): SampleProof {
  switch (authentication.kind) {
    case 'hmac': {
      const [scheme] = Object.values(authentication.variants);
      if (scheme === undefined) throw new Error('A source signs in no way at all');
      return { headers: {}, signing: hmacSigning(scheme, secret, headers) };
    }
    case 'jws': {
      const sha256 = createHash('sha256').update(body).digest('hex');
      const claims = { iss: authentication.issuer, [authentication.bodyHashClaim]: sha256 };
      return { headers: { [authentication.header]: signJws(claims, secret) } };
    }
    case 'shared_secret':
      return { headers: { [authentication.header]: secret } };
    case 'url_token':
      return { headers: {}, token: secret };
    case 'body_member':
      return { headers: {} };
    case 'origin': {
      const [origin] = authentication.allowed;
      return { headers: origin === undefined ? {} : { origin } };
    }
  }
}

/** The headers of a request that is signed now. */
export function signSample(
  request: Pick<SampleRequest, 'headers' | 'signing'> & { readonly body: string | Uint8Array },
  nowMs: number,
): Record<string, string> {
  const { signing } = request;
  if (signing === undefined) return { ...request.headers };
  const timestamp = timestampOf(signing, nowMs);
  const hmac = createHmac(signing.algorithm, signing.key);
  for (const part of signing.template.split(/(\{timestamp\}|\{body\}|\{body_ascii\})/)) {
    if (part === '{body}') hmac.update(request.body);
    else if (part === '{body_ascii}') hmac.update(asciiJson(Buffer.from(request.body)));
    else hmac.update(part === '{timestamp}' ? timestamp : part);
  }
  const signature = hmac.digest(signing.encoding);
  const { header } = signing.timestamp ?? {};
  return {
    ...request.headers,
    ...(header === undefined ? {} : { [header]: timestamp }),
    [signing.header]: signing.value
      .replace('{timestamp}', timestamp)
      .replace('{signature}', () => signature),
  };
}

function hmacSigning(
  scheme: HmacScheme,
  secret: string,
  headers: Readonly<Record<string, string>>,
): SampleSigning {
  const { timestamp, keyPrefix = '' } = scheme;
  const key = secret.startsWith(keyPrefix) ? secret.slice(keyPrefix.length) : secret;
  const timestampMember = timestamp !== 'none' && 'member' in timestamp ? timestamp.member : '';
  const start = timestampMember === '' ? '' : `${timestampMember}={timestamp},`;
  const member = scheme.member === undefined ? '' : `${scheme.member}=`;
  return {
    header: scheme.header,
    value: `${start}${member}${scheme.prefix}{signature}`,
    algorithm: scheme.algorithm,
    encoding: scheme.encoding,
    key: Buffer.from(key, scheme.keyEncoding),
    template: scheme.template
      .replaceAll('{method}', 'POST')
      .replaceAll(/\{header:([a-z0-9-]+)\}/g, (_, name: string) => headers[name] ?? ''),
    ...(timestamp === 'none'
      ? {}
      : {
          timestamp: {
            ...('header' in timestamp ? { header: timestamp.header } : {}),
            unit: timestamp.unit,
            toleranceSeconds: timestamp.toleranceSeconds,
          },
        }),
  };
}

function signJws(claims: object, secret: string): string {
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function timestampOf(signing: SampleSigning, nowMs: number): string {
  return signing.timestamp?.unit === 'milliseconds'
    ? String(nowMs)
    : String(Math.floor(nowMs / 1_000));
}
