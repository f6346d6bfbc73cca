import type { RowFault } from '../faults/fault-script.ts';
import { strikesRow } from '../faults/fault-script.ts';
import type { ZohoError } from '../http/errors.ts';
import { zohoError } from '../http/errors.ts';

/** The error that the fault script wants for a row, if it wants one. */
export function forcedError(
  row: Readonly<Record<string, unknown>>,
  index: number,
  faults: readonly RowFault[],
): ZohoError | undefined {
  const fault = faults.find((candidate) => strikesRow(candidate, row));
  return fault === undefined
    ? undefined
    : zohoError(fault.code, fault.message, { json_path: `$.data[${index}]`, ...fault.details });
}
