import { comparable } from '../matching/duplicate-check.ts';
import type { ModuleName } from '../modules/module-names.ts';
import type { StoredRecord } from './record.ts';

/** UTF-16 units; 255 characters have at most so many. Longer values are never looked up. */
const INDEXED_CHARACTERS_MAX = 510;

/** Finds the records of a module by the value of a field, whatever its case. */
export class ValueIndex {
  private readonly ids = new Map<string, Set<string>>();

  /** Moves a record from its former values to its present ones. */
  replace(before: StoredRecord | undefined, after: StoredRecord | undefined): void {
    for (const key of keysOf(before)) {
      const held = this.ids.get(key);
      held?.delete(before?.id ?? '');
      if (held?.size === 0) this.ids.delete(key);
    }
    for (const key of keysOf(after)) {
      const held = this.ids.get(key) ?? new Set<string>();
      held.add(after?.id ?? '');
      this.ids.set(key, held);
    }
  }

  /** @returns ids in the order of their creation */
  find(module: ModuleName, field: string, value: unknown): readonly string[] {
    const text = comparable(value);
    if (text === undefined) return [];
    return [...(this.ids.get(keyOf(module, field, text)) ?? [])].sort();
  }

  clear(): void {
    this.ids.clear();
  }
}

function keysOf(record: StoredRecord | undefined): string[] {
  if (record === undefined) return [];
  return Object.entries(record.fields).flatMap(([field, value]) => {
    const text = comparable(value);
    return text === undefined || text.length > INDEXED_CHARACTERS_MAX
      ? []
      : [keyOf(record.module, field, text)];
  });
}

function keyOf(module: ModuleName, field: string, text: string): string {
  return `${module}\n${field}\n${text}`;
}
