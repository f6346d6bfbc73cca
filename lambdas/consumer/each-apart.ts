import { IdentityTooLargeError, StoreUnavailableError } from '../core/errors.ts';
import { failure } from '../core/failure.ts';
import type { DeliveryPorts } from './delivery-ports.ts';
import { type IdentityWork, pendingMembers } from './identity-work.ts';
import { deferPending, rejectPending } from './settle-failed.ts';

/**
 * Does something for each identity, side by side. If the store fails under one of them, only that one
 * ends: its lease and its claims run out by themselves, and nothing is lost.
 */
export async function eachApart(
  works: readonly IdentityWork[],
  ports: DeliveryPorts,
  action: (work: IdentityWork, index: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    works.map(async (work, index) => {
      try {
        await action(work, index);
      } catch (error) {
        if (error instanceof IdentityTooLargeError) {
          rejectPending(work, failure('identity_too_large'));
          return;
        }
        if (!(error instanceof StoreUnavailableError)) throw error;
        for (const member of pendingMembers(work)) {
          member.log.error('The event store failed during delivery', {}, error);
        }
        deferPending(work, ports);
      }
    }),
  );
}
