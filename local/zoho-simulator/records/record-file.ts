import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { SimulatorInputError } from '../knobs.ts';
import { parseCreatedField } from '../modules/created-fields.ts';
import type { FieldDefinition } from '../modules/field-definition.ts';
import { MODULE_NAMES, type ModuleName } from '../modules/module-names.ts';
import type { StoredRecord } from './record.ts';
import { parseStoredRecord } from './record.ts';

/** One line of the record file. A `put` holds the whole record; a `field` was created through the API. */
export type RecordChange =
  | { readonly op: 'put'; readonly record: StoredRecord }
  | { readonly op: 'delete'; readonly id: string }
  | { readonly op: 'field'; readonly module: ModuleName; readonly definition: FieldDefinition }
  | { readonly op: 'reset' };

/** Where changes go before a write is answered. */
export interface RecordJournal {
  append(change: RecordChange): void;
  close(): void;
}

/** Keeps nothing. */
export const NO_JOURNAL: RecordJournal = { append: () => {}, close: () => {} };

const changeSchema = z.union([
  z.object({ op: z.literal('put'), record: z.unknown() }),
  z.object({ op: z.literal('delete'), id: z.string() }),
  z.object({
    op: z.literal('field'),
    module: z.enum(MODULE_NAMES),
    definition: z.unknown(),
  }),
  z.object({ op: z.literal('reset') }),
]);

/**
 * Opens an append-only file of changes, one JSON line each, and reads what is in it.
 *
 * A last line that a crash cut short is taken off: its write was never answered.
 *
 * @throws {SimulatorInputError} when a line before the last cannot be read
 */
export function openRecordFile(path: string): {
  readonly changes: readonly RecordChange[];
  readonly journal: RecordJournal;
} {
  mkdirSync(dirname(path), { recursive: true });
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  const changes = whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => parseChange(line, path, index + 1));
  const file = openSync(path, 'a');
  return {
    changes,
    journal: {
      append: (change) => {
        writeSync(file, `${JSON.stringify(change)}\n`);
      },
      close: () => {
        fsyncSync(file);
        closeSync(file);
      },
    },
  };
}

function parseChange(line: string, path: string, lineNumber: number): RecordChange {
  try {
    const change = changeSchema.parse(JSON.parse(line));
    switch (change.op) {
      case 'put':
        return { op: 'put', record: parseStoredRecord(change.record) };
      case 'field':
        return { ...change, definition: parseCreatedField(change.definition) };
      case 'delete':
      case 'reset':
        return change;
    }
  } catch (error) {
    throw new SimulatorInputError(
      `${path}, line ${lineNumber}, is no record change (${error instanceof Error ? error.name : 'error'}). Move the file away to start empty.`,
    );
  }
}
