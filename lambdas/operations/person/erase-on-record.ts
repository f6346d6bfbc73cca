import type { Touched } from '../../core/journal.ts';
import type { PacePorts } from '../lookup/paced-scan.ts';
import { erasePerson, type ErasePorts, type ErasureResult, isErased } from './erase-person.ts';
import {
  findPerson,
  type FindPersonPorts,
  type FoundPerson,
  isAnythingLeft,
  type PersonSearch,
} from './find-person.ts';
import type { SearchProgress } from './find-by-content.ts';
import { onRecord, type RecordPorts } from '../journal/on-record.ts';

/** What erasing somebody, and making sure of it, needs of the world. */
export type ErasureOrderPorts = ErasePorts & FindPersonPorts & PacePorts & RecordPorts;

/** Who asks for it, and why. */
export interface ErasureOrder {
  /** The AWS identity (an ARN), or `local` on one machine. */
  readonly by: string;
  /** As `parseReason` leaves it; it is kept, and must not name the person. */
  readonly reason: string;
}

/** What was done, and what a second look at everything found. */
export interface CheckedErasure {
  readonly result: ErasureResult;
  /** What is there of the person now. */
  readonly left: FoundPerson;
}

/** Told how far it has come: first what is erased, then the second look. */
export interface ErasureReport {
  erasing(done: number): void;
  checking(progress: SearchProgress): void;
}

/**
 * Erases what was found of a person, on record, and looks at everything once more.
 *
 * The journal names keys of events and names of identities, never an address.
 *
 * @throws {StoreUnavailableError} what is done stays done; run it again
 */
export async function eraseOnRecord(
  found: FoundPerson,
  order: ErasureOrder,
  search: PersonSearch,
  ports: ErasureOrderPorts,
  report: ErasureReport,
): Promise<CheckedErasure> {
  const touchedBy = (
    keys: readonly string[],
    identities: readonly string[],
  ): readonly Touched[] => [
    ...identities.map((id) => ({ kind: 'identity', id }) as const),
    ...keys.map((id) => ({ kind: 'lead', id }) as const),
  ];
  const keys = [...found.events.map(({ key }) => key), ...found.leftovers];
  const touched = touchedBy(keys, found.identities);
  return await onRecord({ action: 'erased', ...order, touched }, ports, async () => {
    const { config, pepper } = search;
    const result = await erasePerson(found, { config, pepper }, ports, (done) =>
      report.erasing(done),
    );
    // By the identities, too: what was erased under a lead's key is found by nothing else any more.
    const identities = new Set([...found.identities, ...result.identities]);
    const names = [
      ...search.names,
      ...[...identities].map((value) => ({ kind: 'identity', value }) as const),
    ];
    const left = await findPerson({ ...search, names, consistent: true }, ports, (progress) =>
      report.checking(progress),
    );
    return {
      result: { result, left },
      touched: touchedBy([...result.erased, ...found.leftovers], result.identities),
      hasFailed: !isErased(result) || isAnythingLeft(left),
    };
  });
}
