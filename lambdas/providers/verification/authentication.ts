import type { SignatureScheme } from '../../core/source-settings.ts';

/**
 * How requests of a source prove who sent them. Data, so that one verifier serves every sender, and one
 * signer every sample.
 *
 * - `hmac`: a signature in a header; where senders' own pages can be read in several ways, each way is a
 *   variant, and one must match
 * - `jws`: a compact JWS (HS256, no other algorithm) in a header, whose claims hold the issuer and the
 *   SHA-256 of the body
 * - `shared_secret`: the secret itself, in a header or as the last part of the URL
 * - `url_token`: the secret itself, as the last part of the URL
 * - `body_member`: the secret itself, as a member of a JSON body
 * - `origin`: a browser that cannot hold a secret; the page it is on must be an allowed one
 */
export type Authentication =
  | {
      readonly kind: 'hmac';
      readonly variants: Readonly<Record<string, HmacScheme>>;
      /** Which variant the sender uses is not known for sure: the one that matched is logged. */
      readonly isUnconfirmed?: boolean;
    }
  | {
      readonly kind: 'jws';
      readonly header: string;
      readonly issuer: string;
      /** The claim that holds the hex SHA-256 of the body. */
      readonly bodyHashClaim: string;
    }
  | { readonly kind: 'shared_secret'; readonly header: string }
  | { readonly kind: 'url_token' }
  | { readonly kind: 'body_member'; readonly member: string }
  | { readonly kind: 'origin'; readonly allowed: readonly string[] };

/**
 * How a sender signs. Beside what can be configured, `template` knows `{method}` and `{body_ascii}`: the
 * body as JSON writes it in ASCII, every other character as `\uXXXX` in lower-case hex.
 *
 * `list`: the header holds several signatures with blanks between, each with the prefix.
 */
export type HmacScheme = SignatureScheme & {
  readonly list?: boolean;
  /** The variant does not count for a request that has this header. */
  readonly absentHeader?: string;
  /** What stands in front of a secret, and is no part of its bytes. A secret without it is refused. */
  readonly keyPrefix?: string;
  /** How many bytes the key must have; any number by default. */
  readonly keyBytes?: { readonly min: number; readonly max: number };
};

/** One HMAC scheme, with everything that is not named as most senders have it. */
export function hmacScheme(
  scheme: Pick<HmacScheme, 'header'> & Partial<Omit<HmacScheme, 'header'>>,
): HmacScheme {
  return {
    prefix: '',
    algorithm: 'sha256',
    encoding: 'hex',
    keyEncoding: 'utf8',
    template: '{body}',
    timestamp: 'none',
    ...scheme,
  };
}

/** Requests are signed in this one way. */
export function signedBy(
  scheme: Pick<HmacScheme, 'header'> & Partial<Omit<HmacScheme, 'header'>>,
): Authentication {
  return { kind: 'hmac', variants: { only: hmacScheme(scheme) } };
}

/** The headers that are signed beside the body, by the template of what is signed. */
export function signedHeaderNames({ template }: Pick<HmacScheme, 'template'>): string[] {
  return [...template.matchAll(/\{header:([a-z0-9-]+)\}/g)].map(([, name = '']) => name);
}
