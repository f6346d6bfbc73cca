import type { AuditEntry } from '../../lambdas/core/audit.ts';
import type { EventRecord, RawPayload } from '../../lambdas/core/event-record.ts';
import type { NormalizedEvent } from '../../lambdas/core/lead-event.ts';
import type { StoredItem } from '../../lambdas/core/ports/store-scan.ts';

/** What a memory event store holds, by the keys of `payloadKey` where it is a payload. */
export interface HeldEvents {
  readonly records: ReadonlyMap<string, EventRecord>;
  readonly normalized: ReadonlyMap<string, NormalizedEvent>;
  readonly raw: ReadonlyMap<string, RawPayload>;
  readonly details: ReadonlyMap<string, Uint8Array>;
  readonly audits: ReadonlyMap<string, ReadonlyMap<string, AuditEntry>>;
  /** `<source> <person's hash>` → the first event. */
  readonly submitters: ReadonlyMap<string, string>;
}

/** Under which a payload is held: no part of it can have a space. */
export function payloadKey(key: string, payloadHash: string, remappedAs = ''): string {
  return `${key} ${payloadHash} ${remappedAs}`;
}

/** Everything that a memory event store holds, as a scan hands it over. */
export function storedItemsOf(held: HeldEvents): readonly StoredItem[] {
  const { records, raw, details, normalized, audits, submitters } = held;
  return [
    ...[...records.values()].map((record) => ({ kind: 'record', record }) as const),
    ...[...raw].map(([at, each]) => ({ kind: 'request', ...eventOf(at), raw: each }) as const),
    ...[...details].map(([at, answers]) => ({ kind: 'details', ...eventOf(at), answers }) as const),
    ...[...normalized].map(
      ([at, event]) =>
        ({ kind: 'reading', ...eventOf(at), ...readAs(at), normalized: event }) as const,
    ),
    ...[...audits].flatMap(([key, entries]) =>
      [...entries.values()].map((entry) => ({ kind: 'history', key, entry }) as const),
    ),
    ...[...submitters].map(([at, key]) => {
      const [source = '', personHash = ''] = at.split(' ');
      return { kind: 'submitter', source, personHash, key } as const;
    }),
  ];
}

function eventOf(at: string): { readonly key: string; readonly payloadHash: string } {
  const [key = '', payloadHash = ''] = at.split(' ');
  return { key, payloadHash };
}

function readAs(at: string): { readonly remappedAs?: string } {
  const [, , remappedAs = ''] = at.split(' ');
  return remappedAs === '' ? {} : { remappedAs };
}
