import type { ItemKey } from './table-expression.ts';
import { AUDIT_PREFIX } from './table-keys.ts';

/**
 * What an item is, from its key alone: the keys of `table-keys.ts`, read backwards.
 *
 * Keys of events have their parts percent-encoded and names are hex, so `#` stands between parts only.
 */
export type StoredPlace =
  | { readonly kind: 'record'; readonly key: string }
  | {
      readonly kind: 'request' | 'details' | 'reading';
      readonly key: string;
      readonly payloadHash: string;
      readonly remappedAs?: string;
    }
  | { readonly kind: 'history'; readonly key: string }
  | { readonly kind: 'identity'; readonly module: string; readonly name: string }
  | {
      readonly kind: 'link';
      readonly module: string;
      readonly identity: string;
      readonly occurredAt: string;
      readonly key: string;
    }
  | { readonly kind: 'submitter'; readonly source: string; readonly personHash: string }
  | { readonly kind: 'other' };

const PAYLOADS = { RAW: 'request', DET: 'details', NORM: 'reading' } as const;

/** What lies under a key. */
export function placeOf({ pk, sk }: ItemKey): StoredPlace {
  const [kind, first, ...others] = partsOf(pk);
  if (kind === 'EVT') return eventPlace(pk.slice('EVT#'.length), sk);
  if (kind === 'IDN') return identityPlace(first ?? '', others.join('#'), sk);
  const [what, personHash] = partsOf(sk);
  return kind === 'SRC' && what === 'SUBMITTER'
    ? { kind: 'submitter', source: pk.slice('SRC#'.length), personHash: personHash ?? '' }
    : { kind: 'other' };
}

function eventPlace(key: string, sk: string): StoredPlace {
  if (sk === 'STATE') return { kind: 'record', key };
  if (sk.startsWith(AUDIT_PREFIX)) return { kind: 'history', key };
  const [what, payloadHash = '', ...version] = partsOf(sk);
  const kind = Object.entries(PAYLOADS).find(([prefix]) => prefix === what)?.[1];
  if (kind === undefined) return { kind: 'other' };
  const remappedAs = version.length === 0 ? {} : { remappedAs: version.join('#') };
  return { kind, key, payloadHash, ...remappedAs };
}

function identityPlace(module: string, name: string, sk: string): StoredPlace {
  if (sk === 'HEAD') return { kind: 'identity', module, name };
  const [what, occurredAt = '', ...key] = partsOf(sk);
  return what === 'EVT'
    ? { kind: 'link', module, identity: name, occurredAt, key: key.join('#') }
    : { kind: 'other' };
}

function partsOf(text: string): readonly string[] {
  return text.split('#');
}
