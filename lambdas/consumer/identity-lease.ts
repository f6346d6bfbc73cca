import { type Head, newHead, withoutLease } from '../core/head.ts';
import type { IdentityStore } from '../core/ports/identities.ts';
import type { Random } from '../core/ports/world.ts';
import { deferralMs } from '../core/retry-schedule.ts';
import { deferIdentity, type IdentityWork } from './identity-work.ts';

/** Losing the compare-and-set this often in a row means that many write at once: come back later. */
export const SAVE_TRIES_MAX = 8;

type Stores = Readonly<{ identities: IdentityStore; random: Random }>;

/**
 * Stores a HEAD over the one that was last seen, and remembers what is stored now.
 *
 * If the identity has become another name of somebody meanwhile, its events are deferred: when they come
 * back, they are found to belong to that one.
 *
 * @returns whether it was stored; if not, `work.head` is the one that stood in the way
 */
export async function saveHead(work: IdentityWork, next: Head, ports: Stores): Promise<boolean> {
  const candidate = { ...next, revision: work.head.revision + 1 };
  const saved = await ports.identities.save(candidate);
  if (saved.kind === 'saved') {
    work.head = candidate;
    return true;
  }
  switch (saved.current?.kind) {
    case 'head':
      work.head = saved.current.head;
      return false;
    case 'alias':
      deferIdentity(work, deferralMs(ports.random.next()));
      return false;
    case undefined:
      work.head = newHead(next.module, next.identity);
      return false;
  }
}

/**
 * Changes a HEAD whose lease is ours, whatever else has been merged into it meanwhile.
 *
 * @returns whether the lease was still ours; nothing is changed otherwise
 */
export async function changeLeasedHead(
  work: IdentityWork,
  change: (head: Head) => Head,
  ports: Stores,
): Promise<boolean> {
  for (let tries = 0; tries < SAVE_TRIES_MAX; tries += 1) {
    if (work.head.leaseToken !== work.token) return false;
    if (await saveHead(work, change(work.head), ports)) return true;
  }
  return false;
}

/** Gives the lease back; another writer's lease is left alone. */
export async function releaseIdentity(work: IdentityWork, ports: Stores): Promise<void> {
  await changeLeasedHead(work, withoutLease, ports);
}
