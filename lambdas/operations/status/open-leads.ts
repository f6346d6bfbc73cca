import { FAILURE_CLASSES, type FailureClass } from '../../core/failure.ts';
import { OPEN_PARTITIONS, type OpenPartition } from '../../core/open-index.ts';
import type { EventStore, OpenMeasure } from '../../core/ports/events.ts';

/** Leads that have not ended. The index that tells them may lag behind by a moment. */
export interface OpenLeads {
  /** On their way: received, in delivery, waiting for another try. */
  readonly waiting: OpenMeasure;
  /** Held, since delivery is switched off. */
  readonly held: OpenMeasure;
  /** Set aside for a person, by failure class; classes without any are left out. */
  readonly quarantined: Readonly<Partial<Record<FailureClass, OpenMeasure>>>;
  /** Some partition of the index has more than were counted: the figures are "at least". */
  readonly isCut: boolean;
}

/**
 * Counts the leads that have not ended.
 *
 * @param countMax counts no further in one partition of the index
 * @throws {StoreUnavailableError}
 */
export async function measureOpenLeads(
  { events }: { readonly events: Pick<EventStore, 'measureOpen'> },
  countMax: number,
): Promise<OpenLeads> {
  const measureAll = async (partitions: readonly OpenPartition[]) =>
    await Promise.all(partitions.map(async (one) => await events.measureOpen(one, countMax)));
  const quarantines = FAILURE_CLASSES.map(
    (failureClass): OpenPartition => ({ kind: 'quarantined', failureClass }),
  );
  const [open, held, quarantined] = await Promise.all([
    measureAll(OPEN_PARTITIONS),
    measureAll([{ kind: 'held' }]),
    measureAll(quarantines),
  ]);
  const found = FAILURE_CLASSES.flatMap((failureClass, at) => {
    const measure = quarantined[at];
    return measure === undefined || measure.count === 0 ? [] : [[failureClass, measure] as const];
  });
  return {
    waiting: sumMeasures(open),
    held: sumMeasures(held),
    quarantined: Object.fromEntries(found),
    isCut: [...open, ...held, ...quarantined].some(({ count }) => count >= countMax),
  };
}

/** Several partitions as one: how many leads in all, and when the oldest of them came. */
export function sumMeasures(measures: readonly OpenMeasure[]): OpenMeasure {
  const [oldest] = measures
    .flatMap(({ oldestReceivedAt }) => oldestReceivedAt ?? [])
    .toSorted((left, right) => Date.parse(left) - Date.parse(right));
  return {
    count: measures.reduce((sum, { count }) => sum + count, 0),
    ...(oldest === undefined ? {} : { oldestReceivedAt: oldest }),
  };
}
