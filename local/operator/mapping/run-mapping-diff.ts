import {
  type Comparison,
  compareMappings,
  isChanged,
} from '../../../lambdas/operations/mapping/mapping-diff.ts';
import { summarizeDiff } from '../../../lambdas/operations/mapping/mapping-diff-summary.ts';
import { mappingSettings } from '../../../lambdas/operations/quarantine/plan-replay.ts';
import {
  findRecentEvents,
  type RecentEvents,
  type RecentProgress,
} from '../../../lambdas/operations/lookup/recent-events.ts';
import { describeUnknownSource } from '../source/describe-unknown-source.ts';
import { describeDiff, describeLook, describeValues } from './mapping-diff-text.ts';
import { mappingName } from './mapping-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import type { OperatorTarget } from '../target/target.ts';

/** A comparison as it was typed. */
export interface RunMappingDiffOptions extends OpenTargetOptions {
  /** The newest so many events. */
  readonly last: number;
  readonly source?: string;
  readonly receivedFromMs?: number;
  /** Compares with this kept version; with the configuration without it. */
  readonly mappingVersion?: string;
  readonly readUnitsMax: number;
  /** Prints values as well: what people entered. */
  readonly show: boolean;
  readonly failOnChange: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Between two lines that say how far it has come. */
const PROGRESS_EVERY_MS = 5_000;

/** Reading one event twice, as it came and as it was read, takes about this. */
const UNITS_AN_EVENT = 3;

/**
 * Shows what a mapping would make of the newest events, and changes nothing.
 *
 * @returns the exit code: 0; 1 when something would change and `failOnChange` is set; 2 for a source that is not
 *   configured
 * @throws {OperatorError} the target can't be reached
 * @throws {MappingVersionError} the mapping version that was asked for cannot be used
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, by which an event is found in its request, cannot be read
 */
export async function runMappingDiff(options: RunMappingDiffOptions): Promise<number> {
  const { config, source, mappingVersion, readUnitsMax, failOnChange, printError } = options;
  if (source !== undefined && !Object.hasOwn(config.sources, source)) {
    printError(describeUnknownSource(source, config));
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    const settings = await mappingSettings(target.ports, {
      config,
      pepperSecretId: target.pepperSecretId,
      ...(mappingVersion === undefined ? {} : { mappingVersion }),
    });
    const recent = await findEvents(options, target);
    const comparisons = await compareMappings(recent.records, readUnitsMax, target.ports, settings);
    printDiff(options, target, recent, comparisons);
    const hasChange = comparisons.some((each) => each.kind === 'compared' && isChanged(each));
    return failOnChange && hasChange ? 1 : 0;
  } finally {
    target.close();
  }
}

/** Looks for the events, with an estimate before and a line now and then: on standard error. */
async function findEvents(
  options: RunMappingDiffOptions,
  { ports }: OperatorTarget,
): Promise<RecentEvents> {
  const { last, source, receivedFromMs, readUnitsMax, printError } = options;
  const whole = await ports.scanner.measureScan();
  const estimate =
    whole.readUnits === undefined ? '' : `, about ${whole.readUnits} read units for all of them`;
  printError(
    `Looking at ${whole.items} stored items or so${estimate}; at most ${readUnitsMax} are used.`,
  );
  let toldAtMs = ports.clock.nowMs();
  const report = ({ items, events, readUnits }: RecentProgress): void => {
    if (ports.clock.nowMs() - toldAtMs < PROGRESS_EVERY_MS) return;
    toldAtMs = ports.clock.nowMs();
    printError(`  ${items} items, ${events} events, ${Math.round(readUnits)} read units …`);
  };
  return await findRecentEvents(
    {
      countMax: last,
      readUnitsMax: Math.max(1, readUnitsMax - last * UNITS_AN_EVENT),
      ...(source === undefined ? {} : { source }),
      ...(receivedFromMs === undefined ? {} : { receivedFromMs }),
    },
    ports,
    report,
  );
}

function printDiff(
  { mappingVersion, show, json, print }: RunMappingDiffOptions,
  { name, ports }: OperatorTarget,
  recent: RecentEvents,
  comparisons: readonly Comparison[],
): void {
  const sources = summarizeDiff(comparisons);
  const readUnits = Math.ceil(ports.meter.usedUnits());
  if (json) {
    const { found, items, isWhole } = recent;
    const looked = { events: recent.records.length, found, items, isWhole, readUnits };
    const changed = comparisons.filter((each) => each.kind === 'compared' && isChanged(each));
    const events = changed.map((each) => jsonEvent(each, show));
    print(JSON.stringify({ looked, sources, events }, undefined, 2));
    return;
  }
  for (const line of [
    ...describeLook(recent, name, mappingName(mappingVersion)),
    ...describeDiff(sources),
    ...(show ? describeValues(comparisons) : []),
    '',
    `Nothing was changed. Read units used: ${readUnits}.`,
  ]) {
    print(line);
  }
}

function jsonEvent(comparison: Comparison, show: boolean): object {
  const { record } = comparison;
  if (comparison.kind === 'not_compared') return { key: record.key, why: comparison.why };
  const { before, after, differences } = comparison;
  return {
    key: record.key,
    source: record.source,
    before,
    after,
    ...(show ? { differences } : { fields: differences.map(({ field }) => field) }),
  };
}
