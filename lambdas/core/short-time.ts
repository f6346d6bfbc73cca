/**
 * A moment as a person reads it, for example `2026-11-22 04:00:05 UTC`.
 *
 * @param iso ISO 8601, UTC
 */
export function shortTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
