import * as z from 'zod/mini';
import { MODULE_NAMES } from '../modules/module-names.ts';

const moduleName = z.enum(MODULE_NAMES);

const recordSchema = z.object({
  id: z.string(),
  module: moduleName,
  /** As written; empty fields are absent. */
  fields: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
  modifiedAt: z.string(),
  /** Workflow runs that its writes have started. */
  workflowFires: z.object({ total: z.number(), insert: z.number(), update: z.number() }),
  converted: z.boolean(),
});

/** A record as the admin endpoints show it: also what no Zoho call tells. */
export type SimulatorRecord = z.infer<typeof recordSchema>;

/** The answer to `dump`, `seed` and `convert`. */
export const recordsSchema = z.object({ records: z.array(recordSchema) });

const counts = z.record(z.string(), z.number());

/** The answer to `stats`. */
export const statsSchema = z.object({
  /** CRM and token calls. */
  calls: z.number(),
  callsByStatus: counts,
  creditsUsed: z.number(),
  creditsRemaining: z.number(),
  /** 429s for too many calls at a time, and for lack of credits. */
  tooManyRequests: z.object({ burst: z.number(), quota: z.number() }),
  concurrencyHighest: z.number(),
  tokensIssued: z.number(),
  tokenRequestsThrottled: z.number(),
  /** Records by module. */
  records: counts,
  inserts: z.number(),
  updates: z.number(),
  workflowFires: z.number(),
});

/** What has happened since the start or the last reset. */
export type SimulatorStats = z.infer<typeof statsSchema>;

/** The body of `seed`. */
export const seedSchema = z.strictObject({
  module: z._default(moduleName, 'Leads'),
  records: z.array(z.record(z.string(), z.unknown())),
  /** Whether search finds them at once. */
  indexed: z._default(z.boolean(), true),
});

/** Records to put in place without a Zoho call: no validation, credits or workflows. */
export type SeedInput = z.input<typeof seedSchema>;

/** The body of `convert` and `delete`: which record. */
export const recordReferenceSchema = z.strictObject({
  module: z._default(moduleName, 'Leads'),
  id: z.string(),
});

/** The body of `lock`: which record, and for how long. */
export const lockSchema = z.strictObject({
  module: z._default(moduleName, 'Leads'),
  id: z.string(),
  forMs: z.number().check(z.gte(0)),
});
