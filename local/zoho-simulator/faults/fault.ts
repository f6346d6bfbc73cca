import * as z from 'zod/mini';

const rowMatch = z.strictObject({ field: z.string(), equals: z.union([z.string(), z.number()]) });

const match = z.strictObject({
  method: z.optional(z.string()),
  /**
   * The whole path, or its beginning with `*` behind it. By default each CRM call; the token endpoint
   * is struck only when it is named.
   */
  path: z._default(z.string(), '/crm/*'),
  /** Begin with the nth request that matches, 1-based. */
  nth: z._default(z.number().check(z.int(), z.gte(1)), 1),
  /** Only requests with such a row. */
  row: z.optional(rowMatch),
});

const base = {
  match: z.prefault(match, {}),
  /** Requests that it strikes; `always` until it is removed. */
  times: z._default(z.union([z.number().check(z.int(), z.gte(1)), z.literal('always')]), 1),
};
const when = z._default(z.enum(['before', 'after']), 'before');

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, when, kind: z.literal('internal_error') }),
  z.strictObject({ ...base, when, kind: z.literal('bad_gateway_html') }),
  z.strictObject({ ...base, when, kind: z.literal('unavailable') }),
  z.strictObject({ ...base, when, kind: z.literal('hang') }),
  z.strictObject({ ...base, when, kind: z.literal('reset') }),
  z.strictObject({ ...base, when, kind: z.literal('success_with_error_body') }),
  z.strictObject({ ...base, kind: z.literal('unauthorized') }),
  z.strictObject({ ...base, kind: z.literal('too_many_concurrent') }),
  z.strictObject({ ...base, kind: z.literal('credits_exhausted') }),
  z.strictObject({ ...base, kind: z.literal('truncated_json') }),
  z.strictObject({ ...base, kind: z.literal('cut_connection') }),
  z.strictObject({ ...base, kind: z.literal('short_data') }),
  z.strictObject({
    ...base,
    when,
    kind: z.literal('delay'),
    delayMs: z.number().check(z.int(), z.gte(0)),
  }),
  z.strictObject({
    ...base,
    kind: z.literal('row_error'),
    code: z.string(),
    message: z._default(z.string(), 'simulated row error'),
    details: z._default(z.record(z.string(), z.unknown()), {}),
  }),
]);

/**
 * Something that goes wrong on purpose. `when` says whether the request has taken effect by then.
 *
 * - `internal_error` 500, `bad_gateway_html` 502 with an HTML body, `unavailable` 503
 * - `hang`: no answer, until the client gives up; `reset`: the connection is reset
 * - `success_with_error_body`: 200 whose body says error
 * - `unauthorized` 401, `too_many_concurrent` and `credits_exhausted` 429: always before
 * - `truncated_json` (half the JSON, as if whole), `cut_connection` (half the promised bytes, then a
 *   reset), `short_data` (the last row's result is missing): always after
 * - `delay`: `before` takes effect late, even when the client has given up; `after` answers late
 * - `row_error`: rows that `match.row` names (all without it) are refused with `code`
 */
export type Fault = z.output<typeof faultSchema>;

/** A fault as it is written: `match`, `when` and `times` have defaults. */
export type FaultInput = z.input<typeof faultSchema>;

/** Reads a list of faults. @throws {z.core.$ZodError} naming what is wrong */
export function parseFaults(value: unknown): Fault[] {
  return z.array(faultSchema).parse(value);
}
