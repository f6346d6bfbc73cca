import { countDifferences, type MappingChange, sumMappingChanges } from './mapping-change.ts';
import {
  type ComparedEvent,
  type Comparison,
  type Fate,
  isChanged,
  type NotCompared,
} from './mapping-diff.ts';

/** Events of which something else would become. */
export interface FateChange {
  readonly before: Fate;
  readonly after: Fate;
  /** Of the events, newest first. */
  readonly keys: readonly string[];
}

/** What a mapping would change of one source's events. Counts, names and keys: no value of a lead. */
export interface SourceDiff {
  readonly source: string;
  readonly compared: number;
  /** Of those compared. */
  readonly changed: number;
  /** The versions that the events were read with, the newest event's first. */
  readonly versions: readonly string[];
  readonly fields: MappingChange;
  readonly fates: readonly FateChange[];
  readonly notCompared: readonly { readonly why: NotCompared; readonly count: number }[];
}

/** Sums comparisons up by source, in the order of the sources' names. */
export function summarizeDiff(comparisons: readonly Comparison[]): readonly SourceDiff[] {
  const bySource = Map.groupBy(comparisons, ({ record }) => record.source);
  return [...bySource]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([source, ofSource]) => summarizeSource(source, ofSource));
}

function summarizeSource(source: string, comparisons: readonly Comparison[]): SourceDiff {
  const compared = comparisons.filter((each): each is ComparedEvent => each.kind === 'compared');
  const whys = comparisons.flatMap((each) => (each.kind === 'compared' ? [] : [each.why]));
  return {
    source,
    compared: compared.length,
    changed: compared.filter(isChanged).length,
    versions: [
      ...new Set(compared.map(({ record }) => record.remappedAs ?? record.mappingVersion)),
    ],
    fields: sumMappingChanges(compared.map(({ differences }) => countDifferences(differences))),
    fates: fateChanges(compared),
    notCompared: [...Map.groupBy(whys, (why) => why)].map(([why, all]) => ({
      why,
      count: all.length,
    })),
  };
}

function fateChanges(compared: readonly ComparedEvent[]): readonly FateChange[] {
  const moved = compared.filter(({ before, after }) => before !== after);
  return [...Map.groupBy(moved, ({ before, after }) => `${before} ${after}`).values()].flatMap(
    (group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { before, after } = first;
      return [{ before, after, keys: group.map(({ record }) => record.key) }];
    },
  );
}
