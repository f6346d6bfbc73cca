import * as z from 'zod/mini';
import type { HttpAnswer } from './http.ts';
import { type CallReading, refusalOf } from './request-outcome.ts';

/** Records of one answer. */
export interface RecordPage<Found> {
  readonly records: readonly Found[];
  /** Zoho has more of them. */
  readonly more: boolean;
}

const pageSchema = z.object({
  data: z.array(z.unknown()),
  info: z.catch(z.object({ more_records: z.catch(z.boolean(), false) }), { more_records: false }),
});

/**
 * Reads the records that a search, a query or a list brought; none with status 204.
 *
 * An answer with anything in it that is no record is refused as a whole: "not found" must never be read
 * out of an answer that was not understood.
 *
 * @param parse one record; `undefined` when it is none
 */
export function readRecordPage<Found>(
  answer: HttpAnswer,
  parse: (value: unknown) => Found | undefined,
): CallReading<RecordPage<Found>> {
  if (answer.status === 204) return { kind: 'read', value: { records: [], more: false } };
  const page = pageSchema.safeParse(answer.body.kind === 'json' ? answer.body.value : undefined);
  if (answer.status === 200 && page.success) {
    const records = page.data.data.map((each) => parse(each)).filter((each) => each !== undefined);
    if (records.length === page.data.data.length) {
      return { kind: 'read', value: { records, more: page.data.info.more_records } };
    }
  }
  return { kind: 'refused', refusal: refusalOf(answer, 1) };
}
