import type { EventStore } from '../../lambdas/core/ports/events.ts';

/**
 * Every method of the event store, and whether it may change an event's state. A new one does not compile
 * until it stands here: crash points and the monitor must not miss it.
 */
const METHODS = {
  accept: 'changes',
  claim: 'changes',
  succeed: 'changes',
  fail: 'changes',
  release: 'changes',
  quarantine: 'changes',
  suppress: 'changes',
  storeDetails: 'changes',
  markDlqSent: 'changes',
  close: 'changes',
  hold: 'changes',
  unhold: 'changes',
  markRequeued: 'changes',
  readRecord: 'leaves',
  readNormalized: 'leaves',
  readRaw: 'leaves',
  readDetails: 'leaves',
  remap: 'changes',
  appendAudit: 'leaves',
  readAudit: 'leaves',
  listOpen: 'leaves',
  measureOpen: 'leaves',
  noteSourceSeen: 'leaves',
  readSourceSeenMs: 'leaves',
  notePreviousSecret: 'leaves',
  readPreviousSecretMs: 'leaves',
  rememberSubmitter: 'leaves',
  keepMapping: 'leaves',
  readMapping: 'leaves',
  listMappings: 'leaves',
  readSourceFields: 'leaves',
  saveSourceFields: 'leaves',
} as const satisfies Record<keyof EventStore, 'changes' | 'leaves'>;

/** The event store's methods: all of them wait for the world. */
export const EVENT_STORE_METHODS: readonly string[] = Object.keys(METHODS);

/** Whether this method may change an event's state; its key is then the first argument, or in it. */
export function changesEvent(method: string): boolean {
  return Object.entries(METHODS).some(([name, does]) => name === method && does === 'changes');
}
