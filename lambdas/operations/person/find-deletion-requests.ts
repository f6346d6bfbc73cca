import type { HoldfastConfig } from '../../core/config.ts';
import type { EventRecord } from '../../core/event-record.ts';
import type { NormalizedEvent } from '../../core/lead-event.ts';
import type { StoreScanner } from '../../core/ports/store-scan.ts';
import { bindProvider } from '../../providers/bind-provider.ts';
import type { DetailsRef } from '../../providers/details.ts';
import type { SearchProgress } from './find-by-content.ts';
import { type PacePorts, scanPaced } from '../lookup/paced-scan.ts';

/** Leads whose deletion a sender has told of, and that are still kept. */
export interface DeletionRequest {
  /** Key of the notice or, where the sender's API told it of the lead itself, of that lead. */
  readonly notice: string;
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** Keys of the leads; at least one. */
  readonly leads: readonly string[];
}

/** Source → key of a lead that a webhook only named → by what. */
type ThinLeads = Map<string, Map<string, DetailsRef>>;

interface Notice {
  readonly record: EventRecord;
  /** What it names; absent where the lead itself is what was deleted. */
  readonly ref?: DetailsRef;
}

/**
 * Finds what senders have told of deletions: a notice is stored and suppressed as `deleted_at_source`, and the
 * lead that it names is kept until somebody erases it.
 *
 * @throws {StoreUnavailableError}
 */
export async function findDeletionRequests(
  config: Pick<HoldfastConfig, 'sources'>,
  ports: PacePorts & { readonly items: Pick<StoreScanner, 'scanStore'> },
  report: (progress: SearchProgress) => void = () => undefined,
): Promise<readonly DeletionRequest[]> {
  const notices: Notice[] = [];
  const thin: ThinLeads = new Map();
  const held = new Set<string>();
  let items = 0;
  await scanPaced(
    async (part) => await ports.items.scanStore(part),
    Number.POSITIVE_INFINITY,
    ports,
    (page, readUnits) => {
      for (const item of page.items) {
        if (item.kind === 'record') {
          const notice = noticeOf(item.record, config);
          if (notice !== undefined) notices.push(notice);
        } else if (item.kind === 'reading') {
          held.add(item.key);
          noteThin(item.key, item.normalized, thin);
        }
      }
      items += page.items.length;
      report({ items, readUnits });
    },
  );
  return notices
    .map(({ record, ref }) => ({
      notice: record.key,
      source: record.source,
      receivedAt: record.receivedAt,
      leads:
        ref === undefined
          ? [record.key].filter((key) => held.has(key))
          : leadsNamed(ref, thin.get(record.source)),
    }))
    .filter(({ leads }) => leads.length > 0)
    .toSorted((left, right) => (left.receivedAt < right.receivedAt ? -1 : 1));
}

function noticeOf(
  record: EventRecord,
  { sources }: Pick<HoldfastConfig, 'sources'>,
): Notice | undefined {
  if (record.suppression !== 'deleted_at_source') return undefined;
  const source = sources[record.source];
  const { eventType, sourceEventId } = record;
  const api = source === undefined ? undefined : bindProvider(source).detailsApi;
  const ref =
    sourceEventId === undefined ? undefined : api?.deletedBy({ eventType, sourceEventId });
  return { record, ...(ref === undefined ? {} : { ref }) };
}

function noteThin(key: string, { source, details }: NormalizedEvent, thin: ThinLeads): void {
  if (details === undefined) return;
  thin.set(source, (thin.get(source) ?? new Map<string, DetailsRef>()).set(key, details.ref));
}

function leadsNamed(
  named: DetailsRef,
  thin: ReadonlyMap<string, DetailsRef> | undefined,
): readonly string[] {
  return [...(thin ?? [])]
    .filter(([, ref]) => Object.entries(named).every(([name, value]) => ref[name] === value))
    .map(([key]) => key);
}
