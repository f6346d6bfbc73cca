import * as z from 'zod/mini';
import { MODULE_NAMES } from '../modules/module-names.ts';

const storedRecordSchema = z.strictObject({
  /** 19 digits: above 2^53, so never a number. */
  id: z.string().check(z.regex(/^\d{18,19}$/)),
  module: z.enum(MODULE_NAMES),
  fields: z.record(z.string(), z.unknown()),
  createdAtMs: z.number(),
  modifiedAtMs: z.number(),
  /** Workflow runs that this record's writes have started. */
  workflowFires: z.strictObject({ insert: z.number(), update: z.number() }),
  /** The contact that a lead became. */
  converted: z.optional(z.strictObject({ contactId: z.string(), atMs: z.number() })),
});

/** One record as it is stored and journaled. */
export type StoredRecord = z.infer<typeof storedRecordSchema>;

/** Reads a record back. @throws {z.core.$ZodError} when it is none */
export function parseStoredRecord(value: unknown): StoredRecord {
  return storedRecordSchema.parse(value);
}

const FIRST_ID = 4_150_868_000_000_376_001n;

/** The id of the nth record, 0-based: a 19-digit text. */
export function recordId(position: number): string {
  return String(FIRST_ID + BigInt(position));
}

/** The position that an id came from, plus one: where to go on counting. */
export function positionAfter(id: string): number {
  return Number(BigInt(id) - FIRST_ID) + 1;
}
