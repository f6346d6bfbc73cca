import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HoldfastError } from '../lambdas/core/errors.ts';

/** Another Holdfast works on the same data. */
export class DataDirectoryInUseError extends HoldfastError {
  constructor(directory: string, processId: number) {
    super(
      'data_directory_in_use',
      `${directory} is in use by another Holdfast (process ${processId}): two of them would write over ` +
        `each other's leads. Stop it, or give this one another place: --data-dir ${directory}-2`,
    );
  }
}

/**
 * Takes a data directory for this process, and makes it if there is none.
 *
 * A process that was killed leaves its mark behind; it counts only as long as that process lives.
 *
 * @returns gives the directory back
 * @throws {DataDirectoryInUseError}
 */
export function takeDataDirectory(directory: string): () => void {
  // Leads lie in it in the clear: it is for its owner alone.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'holdfast.lock');
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined) throw new DataDirectoryInUseError(directory, holder);
    rmSync(file, { force: true });
  }
}

/** The living process that holds the directory; `undefined` for one that is gone. */
function holderOf(file: string): number | undefined {
  let processId: number;
  try {
    processId = Number(readFileSync(file, 'utf8'));
  } catch {
    // Given back between our two looks at it.
    return undefined;
  }
  if (!Number.isInteger(processId) || processId <= 0) return undefined;
  try {
    process.kill(processId, 0);
    return processId;
  } catch (error) {
    const isOthers = error instanceof Error && 'code' in error && error.code === 'EPERM';
    return isOthers ? processId : undefined;
  }
}
