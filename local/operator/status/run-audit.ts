import type { JournalAction } from '../../../lambdas/core/journal.ts';
import { listActs } from '../../../lambdas/operations/journal/list-acts.ts';
import { textColumns } from '../../table-lines.ts';
import { describeActs } from './audit-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';

/** Which acts to show. */
export interface RunAuditOptions extends OpenTargetOptions {
  readonly fromMs?: number;
  readonly beforeMs?: number;
  readonly by?: string;
  readonly action?: JournalAction;
  /** What they touched: a lead's key, a source, an identity. */
  readonly touched?: string;
  readonly limit: number;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Shows what operators did, newest first.
 *
 * @returns the exit code: 0
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 */
export async function runAudit(options: RunAuditOptions): Promise<number> {
  const { fromMs, beforeMs, by, action, touched, limit, json, print } = options;
  const target = await openTarget(options);
  try {
    const acts = await listActs(
      {
        countMax: limit,
        ...(fromMs === undefined ? {} : { fromMs }),
        ...(beforeMs === undefined ? {} : { beforeMs }),
        ...(by === undefined ? {} : { by }),
        ...(action === undefined ? {} : { action }),
        ...(touched === undefined ? {} : { touched }),
      },
      target.ports,
    );
    if (json) print(JSON.stringify(acts, undefined, 2));
    else {
      const columns = textColumns(process.stdout.columns);
      for (const line of describeActs(acts, target.name, columns)) print(line);
    }
    return 0;
  } finally {
    target.close();
  }
}
