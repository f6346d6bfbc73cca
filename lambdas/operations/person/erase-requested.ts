import type { HoldfastConfig } from '../../core/config.ts';
import type { ErasureOrder, ErasureOrderPorts } from './erase-on-record.ts';
import { erasePerson, type ErasureResult, isErased } from './erase-person.ts';
import type { DeletionRequest } from './find-deletion-requests.ts';
import { type FoundPerson, foundLeads } from './find-person.ts';
import { onRecord } from '../journal/on-record.ts';

/** What erasing leads needs to know. */
export interface EraseLeadsSettings {
  readonly config: HoldfastConfig;
  readonly pepper: string;
}

/** What was found of the leads, and what became of it. */
export interface RequestedErasure {
  readonly found: FoundPerson;
  readonly result: ErasureResult;
}

/**
 * Erases the leads whose deletion their senders have told of, on record: these leads, and nothing else that their
 * person has sent.
 *
 * @throws {StoreUnavailableError} what is done stays done; run it again
 */
export async function eraseRequested(
  requests: readonly DeletionRequest[],
  order: ErasureOrder,
  settings: EraseLeadsSettings,
  ports: ErasureOrderPorts,
  report: (done: number) => void = () => undefined,
): Promise<RequestedErasure> {
  const keys = [...new Set(requests.flatMap(({ leads }) => leads))];
  const touched = keys.map((id) => ({ kind: 'lead', id }) as const);
  return await onRecord({ action: 'erased', ...order, touched }, ports, async () => {
    const found = await foundLeads(keys, settings, ports);
    // Of the same person, and nobody has asked for them.
    const erasing = { ...settings, expiredStay: true };
    const result = await erasePerson(found, erasing, ports, report);
    return { result: { found, result }, hasFailed: !isErased(result) };
  });
}
