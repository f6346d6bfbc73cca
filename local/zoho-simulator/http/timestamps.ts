/**
 * Writes a moment as Zoho does: with the organisation's offset and without milliseconds.
 *
 * @param offset for example `+05:30`
 * @returns for example `2020-10-14T10:31:43+05:30`
 * @see Zoho CRM v8, Upsert Records, sample response, read 2026-11-22
 */
export function zohoTimestamp(epochMs: number, offset: string): string {
  const shifted = new Date(Math.floor(epochMs / 1_000) * 1_000 + offsetMinutes(offset) * 60_000);
  return `${shifted.toISOString().slice(0, 19)}${offset}`;
}

/** Zoho compares times by the second. */
export function toWholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000);
}

const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an ISO 8601 moment with an offset.
 *
 * @returns milliseconds since the epoch, or `undefined` when it is none
 */
export function parseMoment(text: string): number | undefined {
  if (!ISO_MOMENT.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

function offsetMinutes(offset: string): number {
  const sign = offset.startsWith('-') ? -1 : 1;
  const [hours = '0', minutes = '0'] = offset.slice(1).split(':');
  return sign * (Number(hours) * 60 + Number(minutes));
}
