import { beforeEach, describe, expect, it } from 'vitest';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { T0 } from '../support/event-builders.ts';

let sequence = 0;

/** Which mapping versions a source has used. */
export function describeMappings(name: string, open: () => Promise<EventStore>): void {
  describe(`${name}: mapping versions`, () => {
    let store: EventStore;
    let source: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      source = `mapped-${process.pid}-${sequence}`;
    });

    it('keeps the settings of a version as they were when it was first used', async () => {
      await store.keepMapping(source, 'spring:1-abc', '{"provider":"typeform"}', T0);

      await store.keepMapping(source, 'spring:1-abc', '{"provider":"other"}', T0 - 1);

      expect(await store.readMapping(source, 'spring:1-abc')).toEqual({
        version: 'spring:1-abc',
        settings: '{"provider":"typeform"}',
        firstUsedAtMs: T0,
      });
    });

    it('lists the versions of one source, the one that was first used first', async () => {
      await store.keepMapping(source, '1-a', '{}', T0 + 2);
      await store.keepMapping(source, '1-b', '{}', T0);
      await store.keepMapping(source, 'label:1-a', '{}', T0 + 1);
      await store.keepMapping(`${source}-other`, '1-c', '{}', T0);

      const listed = await store.listMappings(source);

      expect(listed.map(({ version }) => version)).toEqual(['1-b', 'label:1-a', '1-a']);
    });

    it('knows no version that was never kept', async () => {
      await store.keepMapping(source, '1-a', '{}', T0);

      expect(await store.readMapping(source, '1-b')).toBeUndefined();
      expect(await store.readMapping(`${source}-other`, '1-a')).toBeUndefined();
      expect(await store.listMappings(`${source}-other`)).toEqual([]);
    });
  });
}
