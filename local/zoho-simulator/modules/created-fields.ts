import * as z from 'zod/mini';
import type { RecordChange, RecordJournal } from '../records/record-file.ts';
import { type FieldDefinition, FIELD_TYPES } from './field-definition.ts';
import type { ModuleName } from './module-names.ts';

const definitionSchema = z.strictObject({
  apiName: z.string(),
  label: z.string(),
  type: z.enum(FIELD_TYPES),
  length: z.number(),
  mandatory: z.boolean(),
  layoutMandatory: z.boolean(),
  readOnly: z.boolean(),
  custom: z.boolean(),
  external: z.boolean(),
  unique: z.boolean(),
  pickList: z.array(z.string()),
});

/** Reads a field back that was created. @throws {z.core.$ZodError} when it is none */
export function parseCreatedField(value: unknown): FieldDefinition {
  return definitionSchema.parse(value);
}

/** The fields that were created through the API, by module. They are in the journal before they are answered. */
export class CreatedFields {
  private readonly journal: RecordJournal;
  private readonly byModule = new Map<ModuleName, FieldDefinition[]>();

  /** @param changes what an earlier run left */
  constructor(journal: RecordJournal, changes: readonly RecordChange[]) {
    this.journal = journal;
    for (const change of changes) {
      if (change.op === 'field') this.remember(change.module, change.definition);
      if (change.op === 'reset') this.byModule.clear();
    }
  }

  of(module: ModuleName): readonly FieldDefinition[] {
    return this.byModule.get(module) ?? [];
  }

  add(module: ModuleName, definition: FieldDefinition): void {
    this.journal.append({ op: 'field', module, definition });
    this.remember(module, definition);
  }

  /** Forgets them all. The record store writes the reset into the journal. */
  reset(): void {
    this.byModule.clear();
  }

  private remember(module: ModuleName, definition: FieldDefinition): void {
    this.byModule.set(module, [...this.of(module), definition]);
  }
}
