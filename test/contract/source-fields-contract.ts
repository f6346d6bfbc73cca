import { beforeEach, describe, expect, it } from 'vitest';
import type { FieldNote } from '../../lambdas/core/field-notes.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { SourceFields } from '../../lambdas/core/source-fields.ts';
import { T0 } from '../support/event-builders.ts';

let sequence = 0;

export function aFieldNote(overrides: Partial<FieldNote> = {}): FieldNote {
  return {
    firstSeenMs: T0,
    lastSeenMs: T0 + 1,
    times: 12,
    firstAfter: 0,
    inRow: 12,
    missed: 0,
    types: new Map([['text', { firstSeenMs: T0, after: 0 }]]),
    ...overrides,
  };
}

export function aSourceFields(overrides: Partial<SourceFields> = {}): SourceFields {
  return {
    revision: 1,
    sinceMs: T0,
    updatedAtMs: T0 + 1,
    submissions: 12,
    withPersonalNames: 0,
    fields: new Map([['email', aFieldNote({ goesInto: 'email' })]]),
    ...overrides,
  };
}

/** What is known of the fields that a source sends. */
export function describeSourceFields(name: string, open: () => Promise<EventStore>): void {
  describe(`${name}: the fields of a source`, () => {
    let store: EventStore;
    let source: string;

    beforeEach(async () => {
      store = await open();
      sequence += 1;
      source = `fields-${process.pid}-${sequence}`;
    });

    it('reads back as it was saved, with names that nobody would choose', async () => {
      const fields = new Map([
        ['__proto__', aFieldNote()],
        ['', aFieldNote({ types: new Map() })],
        ['größe "m"', aFieldNote({ firstAfter: 3, inRow: 1, missed: 7, goesInto: 'company' })],
      ]);
      const known = aSourceFields({ fields, withPersonalNames: 2 });

      await store.saveSourceFields(source, known);

      expect(await store.readSourceFields(source)).toEqual(known);
      expect(await store.readSourceFields(`${source}-other`)).toBeUndefined();
    });

    it('has room for as many fields as there may be', async () => {
      const fields = new Map(
        Array.from({ length: 500 }, (_, n) => [`${n}`.padEnd(200, 'ö'), aFieldNote()] as const),
      );

      const saved = await store.saveSourceFields(source, aSourceFields({ fields }));

      expect(saved.kind).toBe('saved');
      expect((await store.readSourceFields(source))?.fields.size).toBe(500);
    });

    it('refuses what does not follow on what is stored, and hands that over', async () => {
      const first = aSourceFields();
      const second = aSourceFields({ revision: 2, submissions: 13 });
      await store.saveSourceFields(source, first);
      await store.saveSourceFields(source, second);

      const late = await store.saveSourceFields(source, { ...second, submissions: 99 });
      const early = await store.saveSourceFields(source, { ...second, revision: 4 });

      expect([late, early]).toEqual([
        { kind: 'changed', current: second },
        { kind: 'changed', current: second },
      ]);
    });

    it('lets one of twenty simultaneous writers save, and tells the others what it was', async () => {
      const saves = await Promise.all(
        Array.from(
          { length: 20 },
          async (_, n) => await store.saveSourceFields(source, aSourceFields({ submissions: n })),
        ),
      );

      expect(saves.filter(({ kind }) => kind === 'saved')).toHaveLength(1);
      const stored = await store.readSourceFields(source);
      for (const save of saves) {
        if (save.kind === 'changed') expect(save.current).toEqual(stored);
      }
    });
  });
}
