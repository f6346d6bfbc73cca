import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../lambdas/core/audit.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IdentityStore } from '../../lambdas/core/ports/identities.ts';
import type {
  StoredItem,
  StoreScanner,
  StoreScanRequest,
} from '../../lambdas/core/ports/store-scan.ts';
import { failure } from '../../lambdas/core/failure.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';
import { aHead, aName } from './identity-store-contract.ts';

/** The stores of one table, and the way through all of it. */
export interface ScannedStores {
  readonly events: EventStore;
  readonly identities: IdentityStore;
  readonly scanner: StoreScanner;
}

let sequence = 0;

/** Looking at every item that is stored, whatever it is. */
export function describeStoreScan(name: string, open: () => Promise<ScannedStores>): void {
  describe(`${name}: a scan of all items`, () => {
    let stores: ScannedStores;
    let source: string;
    let key: string;

    beforeEach(async () => {
      stores = await open();
      sequence += 1;
      source = `store-scan-${process.pid}-${sequence}`;
      key = `${source}|lead.created|1`;
    });

    const scan = async (request: Partial<StoreScanRequest> = {}) => {
      const items: StoredItem[] = [];
      let parts = 0;
      let cursor: string | undefined;
      do {
        const page = await stores.scanner.scanStore({
          itemsMax: 100_000,
          ...request,
          ...(cursor === undefined ? {} : { cursor }),
        });
        items.push(...page.items);
        parts += 1;
        cursor = page.cursor;
      } while (cursor !== undefined);
      return { items, parts };
    };
    /** What was found of this test's event: other tests have theirs in the same table. */
    const ofEvent = async () =>
      (await scan()).items.filter((item) => 'key' in item && item.key === key);

    it('hands over an event: its state, its request and what was read of it', async () => {
      const event = aNewEvent({ key, source });
      await stores.events.accept(event);

      const { items } = await scan();

      const { payloadHash } = event;
      expect(items).toContainEqual({ kind: 'record', record: await stores.events.readRecord(key) });
      expect(items).toContainEqual({ kind: 'request', key, payloadHash, raw: event.raw });
      expect(items).toContainEqual({
        kind: 'reading',
        key,
        payloadHash,
        normalized: event.normalized,
      });
    });

    it('hands over what came with the same key and other content', async () => {
      const event = aNewEvent({ key, source });
      await stores.events.accept(event);
      await stores.events.accept({ ...event, payloadHash: 'b'.repeat(64) });

      const found = await ofEvent();

      const hashesOf = (kind: StoredItem['kind']) =>
        new Set(
          found.flatMap((item) =>
            'payloadHash' in item && item.kind === kind ? [item.payloadHash] : [],
          ),
        );
      expect(hashesOf('request')).toEqual(new Set(['a'.repeat(64), 'b'.repeat(64)]));
      expect(hashesOf('reading')).toEqual(new Set(['a'.repeat(64), 'b'.repeat(64)]));
    });

    it('hands over the details of a thin event, and what was read with them', async () => {
      const { payloadHash, ...event } = aNewEvent({ key, source });
      const answers = new TextEncoder().encode('[{"email":"ana@example.com"}]');
      const normalized = aLeadEvent({ idempotency_key: key, identity: { email: 'b@example.com' } });
      await stores.events.accept({ ...event, payloadHash });
      await stores.events.claim({ key, leaseToken: 't', leaseMs: 1_000, nowMs: T0 });
      await stores.events.storeDetails(key, 't', { answers, mappingVersion: 'v2#x', normalized });

      const found = await ofEvent();

      expect(found).toContainEqual({ kind: 'details', key, payloadHash, answers });
      expect(found).toContainEqual({
        kind: 'reading',
        key,
        payloadHash,
        remappedAs: 'v2#x',
        normalized,
      });
    });

    it('hands over what operators did to an event', async () => {
      const entry: AuditEntry = {
        id: 'a-1',
        action: 'replayed',
        at: '2026-11-22T04:00:00.000Z',
        by: 'local',
        reason: 'field mended',
        quarantineId: 'q-1',
      };
      await stores.events.accept(
        aNewEvent({
          key,
          source,
          initial: {
            state: 'quarantined',
            failure: failure('missing_identity'),
            quarantineId: 'q-1',
          },
        }),
      );
      await stores.events.appendAudit(key, entry);

      expect(await ofEvent()).toContainEqual({ kind: 'history', key, entry });
    });

    it('hands over an identity: its HEAD, its other names and its events', async () => {
      const head = aHead();
      const { module, identity } = head;
      const name = aName();
      const occurredAt = '2026-11-22T03:59:58.000Z';
      await stores.identities.save(head);
      await stores.identities.bindAlias(module, name, identity);
      await stores.identities.link(module, identity, occurredAt, key);

      const { items } = await scan();

      expect(items).toContainEqual({ kind: 'head', head });
      expect(items).toContainEqual({ kind: 'alias', module, name, of: identity });
      expect(items).toContainEqual({ kind: 'link', module, identity, occurredAt, key });
    });

    it('hands over who submitted to a source before', async () => {
      const personHash = 'c'.repeat(64);
      await stores.events.rememberSubmitter(source, personHash, key, T0 + 1_000);

      expect(await ofEvent()).toContainEqual({ kind: 'submitter', source, personHash, key });
    });

    it('hands over each item once, in however many parts', async () => {
      await stores.events.accept(aNewEvent({ key, source }));
      const whole = await scan();

      const inParts = await scan({ itemsMax: Math.ceil(whole.items.length / 3) });
      const consistent = await scan({ consistent: true });

      expect(inParts.items).toHaveLength(whole.items.length);
      expect(inParts.parts).toBeGreaterThanOrEqual(3);
      expect(consistent.items).toEqual(whole.items);
    });

    it('hands over what lies under one event’s key, and nothing of another', async () => {
      const event = aNewEvent({ key, source });
      const { payloadHash, raw, normalized } = event;
      await stores.events.accept(event);
      await stores.events.accept(aNewEvent({ key: `${key}0`, source }));
      await stores.identities.link('Leads', aName(), '2026-11-22T03:59:58.000Z', key);

      const items = await stores.scanner.readEvent(key);

      expect(items).toHaveLength(3);
      expect(items).toContainEqual({ kind: 'record', record: await stores.events.readRecord(key) });
      expect(items).toContainEqual({ kind: 'request', key, payloadHash, raw });
      expect(items).toContainEqual({ kind: 'reading', key, payloadHash, normalized });
      expect(await stores.scanner.readEvent(`${key}|none`)).toEqual([]);
    });

    it('says how much there is to look at', async () => {
      const before = await stores.scanner.measureScan();

      await stores.events.accept(aNewEvent({ key, source }));

      expect((await stores.scanner.measureScan()).items).toBeGreaterThan(before.items);
    });
  });
}
