import { type Head, newHead, withoutLease } from '../core/head.ts';
import type { IdentityStore } from '../core/ports.ts';
import type { IdentityWork } from './identity-work.ts';

/** Losing the compare-and-set this often in a row means that many write at once: come back later. */
export const SAVE_TRIES_MAX = 8;

type Stores = Readonly<{ identities: IdentityStore }>;

/**
 * Stores a HEAD over the one that was last seen, and remembers what is stored now.
 *
 * @returns whether it was stored; if not, `work.head` is the one that stood in the way
 */
export async function saveHead(work: IdentityWork, next: Head, ports: Stores): Promise<boolean> {
  const candidate = { ...next, revision: work.head.revision + 1 };
  const saved = await ports.identities.save(candidate);
  work.head =
    saved.kind === 'saved'
      ? candidate
      : saved.current?.kind === 'head'
        ? saved.current.head
        : newHead(next.module, next.identity);
  return saved.kind === 'saved';
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
