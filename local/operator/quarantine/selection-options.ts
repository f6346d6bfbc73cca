import { type Command, Option } from 'commander';
import {
  FAILURE_CLASSES,
  type FailureClass,
  type FailureCode,
} from '../../../lambdas/core/failure.ts';
import type { ReplaySelection } from '../../../lambdas/operations/quarantine/replay-selection.ts';
import { parseFailureCode, parseTime, type TypedTime } from '../../option-parsers.ts';

/** Which quarantined leads a command is about, as it was typed. */
export interface SelectionOptions {
  readonly key?: readonly string[];
  readonly source?: string;
  readonly class?: FailureClass;
  readonly code?: FailureCode;
  readonly from?: TypedTime;
  readonly to?: TypedTime;
}

/** Gives a command the options that choose leads by their keys. */
export function withKeys(command: Command): Command {
  return command.option(
    '--key <key...>',
    'these leads, by idempotency key; quote them, they hold |',
  );
}

/** Gives a command the options that narrow down quarantined leads. */
export function withSelection(command: Command): Command {
  return command
    .option('--source <source>', 'of this source')
    .addOption(new Option('--class <class>', 'of this failure class').choices(FAILURE_CLASSES))
    .addOption(new Option('--code <code>', 'of this failure code').argParser(parseFailureCode))
    .option('--from <time>', 'received at this time or later, e.g. 2026-11-22T04:00Z', parseTime)
    .option('--to <time>', 'received before this time', parseTime);
}

/** The selection that was typed. */
export function selectionOf({
  key,
  source,
  class: failureClass,
  code: failureCode,
  from,
  to,
}: SelectionOptions): ReplaySelection {
  return {
    ...(key === undefined ? {} : { keys: key }),
    ...(source === undefined ? {} : { source }),
    ...(failureClass === undefined ? {} : { failureClass }),
    ...(failureCode === undefined ? {} : { failureCode }),
    ...(from === undefined ? {} : { receivedFromMs: from.ms }),
    ...(to === undefined ? {} : { receivedBeforeMs: to.ms }),
  };
}

/** The same as words of a command line, for commands that are printed. */
export function selectionWords(options: SelectionOptions): readonly string[] {
  const { key, source, class: failureClass, code: failureCode, from, to } = options;
  return [
    ...(key ?? []).flatMap((each) => ['--key', each]),
    ...(source === undefined ? [] : ['--source', source]),
    ...(failureClass === undefined ? [] : ['--class', failureClass]),
    ...(failureCode === undefined ? [] : ['--code', failureCode]),
    ...(from === undefined ? [] : ['--from', from.text]),
    ...(to === undefined ? [] : ['--to', to.text]),
  ];
}
