import type { Verification, WebhookRequest } from '../provider.ts';
import type { HmacScheme } from './authentication.ts';

type Refusal = Extract<Verification, { kind: 'refused' }>;

/** What a signature's header holds: signatures without their prefix, and its other members. */
export interface SignedHeader {
  readonly signatures: readonly string[];
  readonly members: ReadonlyMap<string, string>;
}

/** Longer than any signature header; what is longer is not one. */
const HEADER_LENGTH_MAX = 4_000;

/** A header that must come once: its value, or why not. */
export function singleHeader(request: WebhookRequest, name: string): string | Refusal {
  const value = headerOf(request, name);
  if (value === undefined || value === '') return { kind: 'refused', reason: 'missing' };
  // A gateway joins the values of a header that came twice with commas.
  return value.includes(',') ? { kind: 'refused', reason: 'duplicate_header' } : value;
}

/** A header's value, lower-case name; `undefined` when it did not come. */
export function headerOf(request: WebhookRequest, name: string): string | undefined {
  return Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
}

/** Reads the header that holds the signature, in one of the three forms in which senders write it. */
export function readSignatureHeader(
  request: WebhookRequest,
  scheme: HmacScheme,
): SignedHeader | Refusal {
  if (scheme.list === true) return readList(request, scheme);
  if (scheme.member !== undefined) return readMembers(request, scheme, scheme.member);
  const value = singleHeader(request, scheme.header);
  if (typeof value !== 'string') return value;
  if (!value.startsWith(scheme.prefix)) return { kind: 'refused', reason: 'malformed' };
  return { signatures: [value.slice(scheme.prefix.length)], members: new Map() };
}

/** `v1,<signature> v1,<signature>`: one comma belongs to each entry; other versions are skipped. */
function readList(request: WebhookRequest, { header, prefix }: HmacScheme): SignedHeader | Refusal {
  const value = headerOf(request, header) ?? '';
  if (value === '') return { kind: 'refused', reason: 'missing' };
  const entries = value.slice(0, HEADER_LENGTH_MAX).split(' ');
  if (entries.some((entry) => entry.split(',').length > 2)) {
    return { kind: 'refused', reason: 'duplicate_header' };
  }
  const signatures = entries
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => entry.slice(prefix.length));
  return { signatures, members: new Map() };
}

/**
 * `t=<timestamp>,v1=<signature>`: a signature may come several times, for secrets that are being replaced.
 * Any other member that repeats means that the whole header came twice.
 */
function readMembers(
  request: WebhookRequest,
  scheme: HmacScheme,
  signatureName: string,
): SignedHeader | Refusal {
  const value = headerOf(request, scheme.header) ?? '';
  if (value === '') return { kind: 'refused', reason: 'missing' };
  const signatures: string[] = [];
  const members = new Map<string, string>();
  for (const part of value.slice(0, HEADER_LENGTH_MAX).split(',')) {
    const [, name, text] = /^\s*([^=\s]+)=(.*?)\s*$/.exec(part) ?? [];
    if (name === undefined || text === undefined) return { kind: 'refused', reason: 'malformed' };
    if (name === signatureName) signatures.push(text);
    else if (members.has(name)) return { kind: 'refused', reason: 'duplicate_header' };
    else members.set(name, text);
  }
  // Without another member, nothing tells a repeated header from several signatures.
  return signatures.length > 1 && members.size === 0
    ? { kind: 'refused', reason: 'duplicate_header' }
    : { signatures: signatures.map((text) => withoutPrefix(text, scheme.prefix)), members };
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}
