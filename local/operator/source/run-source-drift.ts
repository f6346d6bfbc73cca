import { sendersOf } from '../../../lambdas/core/canary.ts';
import {
  driftOf,
  type FieldDrift,
  type SourceDrift,
} from '../../../lambdas/operations/mapping/source-drift.ts';
import { tableLines, textColumns } from '../../table-lines.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { describeUnknownSource } from './describe-unknown-source.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Of which source the drift is shown. */
export interface RunSourceDriftOptions extends OpenTargetOptions {
  /** All that are configured without it. */
  readonly source?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Names are shown up to here; `--json` has them whole. */
const NAME_SHOWN_MAX = 40;

/**
 * Shows which fields sources send, since when and how often, and what is new, missing or of another type.
 *
 * @returns the exit code: 0, or 2 for a source that is not configured
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 */
export async function runSourceDrift(options: RunSourceDriftOptions): Promise<number> {
  const { source: only, config, json, print, printError } = options;
  if (only !== undefined && !Object.hasOwn(config.sources, only)) {
    printError(describeUnknownSource(only, config));
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    const { events, clock } = target.ports;
    const sources: SourceDrift[] = [];
    for (const [name, source] of Object.entries(sendersOf(config.sources))) {
      if (only !== undefined && name !== only) continue;
      sources.push(driftOf(name, source, await events.readSourceFields(name), clock.nowMs()));
    }
    if (json) print(JSON.stringify({ sources }, undefined, 2));
    else {
      const columns = textColumns(process.stdout.columns);
      for (const line of describeDrift(sources, target.name, columns)) print(line);
    }
    return 0;
  } finally {
    target.close();
  }
}

/**
 * The fields of sources as tables.
 *
 * @param columns how wide they may be
 */
export function describeDrift(
  sources: readonly SourceDrift[],
  target: string,
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  return [
    `Fields that the sources of ${target} send:`,
    ...sources.flatMap((source) => ['', ...describeSource(source, columns)]),
  ];
}

function describeSource(drift: SourceDrift, columns: number): readonly string[] {
  const { source, submissions, knownSince, updatedAt, fields, withPersonalNames, isFull } = drift;
  const head =
    knownSince === undefined || updatedAt === undefined
      ? `${source}: nothing known yet`
      : `${source}: ${submissions} submission${submissions === 1 ? '' : 's'} noted since ${shortTime(knownSince)}, as of ${shortTime(updatedAt)}`;
  return [
    head,
    ...(fields.length === 0
      ? []
      : tableLines([COLUMNS, ...fields.map(rowOf)], columns - 2).map((line) => `  ${line}`)),
    ...(withPersonalNames === 0
      ? []
      : [`  ${withPersonalNames} had names that look like a person's; those are not kept.`]),
    ...(isFull ? ['  There is no room for more fields: what else it sends is not noted.'] : []),
  ];
}

const COLUMNS = ['field', 'goes into', 'share', 'types', 'known since', 'last seen', ''];

function rowOf(field: FieldDrift): readonly string[] {
  const { name, goesInto, share, types, knownSince, lastSeen, flags } = field;
  // A sender chooses the names: none may move the cursor of whoever reads them.
  const shown = name.replaceAll(/\p{C}/gu, '�');
  return [
    shown.length > NAME_SHOWN_MAX ? `${shown.slice(0, NAME_SHOWN_MAX - 1)}…` : shown,
    goesInto ?? '-',
    `${Math.round(share * 100)} %`,
    types.length === 0 ? '-' : types.join(', '),
    knownSince === undefined ? 'never' : shortTime(knownSince),
    lastSeen === undefined ? 'never' : shortTime(lastSeen),
    flags.join(', '),
  ];
}
